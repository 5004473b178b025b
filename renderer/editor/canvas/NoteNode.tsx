import type { NodeProps } from "@xyflow/react";
import { useReactFlow } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import type { PointerEvent } from "react";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { editDocument } from "../editDocument.ts";
import type { NoteFlowNode } from "./deriveNodes.ts";

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

interface Size {
  readonly width: number;
  readonly height: number;
}

function ResizeCorner(props: {
  readonly size: Size;
  readonly onResize: (size: Size) => void;
  readonly onDone: (size: Size) => void;
}) {
  const { getZoom } = useReactFlow();
  const start = useRef<{ readonly x: number; readonly y: number; readonly size: Size } | null>(
    null,
  );
  const sizeAt = (event: PointerEvent): Size | null => {
    const from = start.current;
    if (from === null) return null;
    const zoom = getZoom();
    return {
      width: Math.round(
        Math.max(leastSize.width, from.size.width + (event.clientX - from.x) / zoom),
      ),
      height: Math.round(
        Math.max(leastSize.height, from.size.height + (event.clientY - from.y) / zoom),
      ),
    };
  };
  return (
    <span
      className="ed-note-corner nodrag nopan"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, y: event.clientY, size: props.size };
      }}
      onPointerMove={(event) => {
        const size = sizeAt(event);
        if (size !== null) props.onResize(size);
      }}
      onPointerUp={(event) => {
        const size = sizeAt(event);
        start.current = null;
        if (size !== null) props.onDone(size);
      }}
    />
  );
}
