import type { NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { editDocument } from "../editDocument.ts";
import type { NoteFlowNode } from "./deriveNodes.ts";
import { ResizeCorner } from "./ResizeCorner.tsx";

const leastSize = { width: 100, height: 44 };

/** Free text on the canvas: double-click (or Enter) edits, the corner resizes. */
export const NoteNode = memo(function NoteNode(props: NodeProps<NoteFlowNode>) {
  const { data, selected, width = 200, height = 90 } = props;
  const isEditing = useCanvas((state) => state.editingNote === data.noteId);
  const [dragged, setDragged] = useState<{ width: number; height: number } | null>(null);
  return (
    <div
      className="ed-note"
      data-selected={selected ? "" : undefined}
      style={dragged ?? { width, height }}
      onDoubleClick={() => canvasStore.setState({ editingNote: data.noteId })}
    >
      {isEditing ? (
        <NoteEditor key={data.noteId} data={data} />
      ) : (
        <p className={data.text === "" ? "ed-note-empty" : ""}>
          {data.text === "" ? "Double-click to write" : data.text}
        </p>
      )}
      <ResizeCorner
        size={{ width, height }}
        least={leastSize}
        onResize={setDragged}
        onDone={(size) => {
          setDragged(null);
          editDocument(
            { kind: "setNote", note: data.noteId, change: { size } },
            { label: "Resize note" },
          );
        }}
      />
    </div>
  );
});

function NoteEditor({ data }: { readonly data: NoteFlowNode["data"] }) {
  const [text, setText] = useState(data.text);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.focus();
    area.current?.select();
  }, []);
  const finish = () => {
    if (text !== data.text) {
      editDocument(
        { kind: "setNote", note: data.noteId, change: { text } },
        { label: "Edit note" },
      );
    }
    canvasStore.setState(({ editingNote }) =>
      editingNote === data.noteId ? { editingNote: null } : {},
    );
  };
  return (
    <textarea
      ref={area}
      className="nodrag nopan nowheel"
      aria-label="Note"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        const isDone =
          event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
        event.stopPropagation();
        if (isDone) event.currentTarget.blur();
      }}
    />
  );
}
