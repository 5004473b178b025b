import { useState } from "react";
import type { GraphNote } from "#shared/document/model.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { Button } from "../../ui/Button.tsx";
import { editDocument } from "../editDocument.ts";

/** A note's text. */
export function NoteInspector({ note }: { readonly note: GraphNote }) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <h2>Note</h2>
      </header>
      <label className="ed-note-field">
        <span>Text</span>
        <textarea
          className="nl-input ed-rename"
          rows={8}
          value={draft ?? note.text}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => {
            if (draft !== null && draft !== note.text) {
              editDocument({ kind: "setNote", note: note.id, change: { text: draft } });
            }
            setDraft(null);
          }}
        />
      </label>
      <div className="ed-arrange">
        <Button size="small" onClick={() => runCommand("edit.delete")}>
          Delete note
        </Button>
      </div>
    </div>
  );
}
