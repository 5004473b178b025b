import { useState } from "react";
import { documentStore, useDocument } from "../state/documentStore.ts";

/** The project's name: click and type. Enter or leaving keeps it, Escape takes it back. */
export function ProjectName() {
  const name = useDocument((state) => state.document.name);
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    const wanted = draft?.trim() ?? "";
    if (wanted !== "" && wanted !== name) {
      documentStore.getState().edit({ kind: "renameProject", name: wanted });
    }
    setDraft(null);
  };
  return (
    <input
      className="nl-project-name"
      aria-label="Project name"
      spellCheck={false}
      maxLength={120}
      value={draft ?? name}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          setDraft(null);
          requestAnimationFrame(() => event.currentTarget?.blur());
        }
      }}
    />
  );
}
