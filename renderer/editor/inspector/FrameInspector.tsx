import type { GraphFrame } from "#shared/document/model.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { Button } from "../../ui/Button.tsx";
import { Field } from "../../ui/Field.tsx";
import { Select } from "../../ui/Select.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { currentGraph, editDocument, selectNodes } from "../editDocument.ts";
import { listOnFrame } from "../frames.ts";
import { formatPlural } from "../formatPlural.ts";

const colours = ["grey", "blue", "green", "amber", "red", "violet"] as const;

/** A frame's title and colour, and what lies on it. */
export function FrameInspector({ frame }: { readonly frame: GraphFrame }) {
  const change = (next: Partial<Omit<GraphFrame, "id">>) =>
    editDocument({ kind: "setFrame", frame: frame.id, change: next }, { label: "Change frame" });
  const graph = currentGraph();
  const nodes = listOnFrame(graph, frame).flatMap(([id]) =>
    Object.values(graph.nodes).flatMap((node) => (node.id === id ? [node.id] : [])),
  );
  return (
    <div className="ed-inspector-body">
      <header className="ed-inspector-header">
        <h2>Frame</h2>
        <TextField
          label="Title of the frame"
          className="ed-rename"
          value={frame.title}
          placeholder="Title"
          maxLength={200}
          onCommit={(title) => change({ title })}
        />
      </header>
      <Field label="Colour">
        {(ids) => (
          <Select
            {...ids}
            value={frame.colour}
            options={colours.map((value) => ({ value }))}
            onChange={(chosen) =>
              change({ colour: colours.find((colour) => colour === chosen) ?? frame.colour })
            }
          />
        )}
      </Field>
      <p className="ed-inspector-text is-quiet">
        {formatPlural(nodes.length, "layer")} on it. Drag the title to move the frame with what lies
        on it; deleting it keeps the layers.
      </p>
      <div className="ed-arrange">
        <Button size="small" disabled={nodes.length === 0} onClick={() => selectNodes(nodes)}>
          Select its layers
        </Button>
        <Button size="small" onClick={() => runCommand("edit.delete")}>
          Delete frame
        </Button>
      </div>
    </div>
  );
}
