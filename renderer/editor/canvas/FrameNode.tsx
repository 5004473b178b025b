import type { NodeProps } from "@xyflow/react";
import { memo, useEffect, useRef, useState } from "react";
import type { GraphFrame } from "#shared/document/model.ts";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { editDocument } from "../editDocument.ts";
import type { FrameFlowNode } from "./deriveNodes.ts";
import { useDetail } from "./detail.ts";
import { ResizeCorner } from "./ResizeCorner.tsx";
import type { Size } from "./ResizeCorner.tsx";

const leastSize = { width: 120, height: 60 };

/** A titled area behind nodes: its title drags it with what lies on it, its corner resizes it. */
export const FrameNode = memo(function FrameNode(props: NodeProps<FrameFlowNode>) {
  const { data, selected } = props;
  const { frame } = data;
  const detail = useDetail();
  const isEditing = useCanvas((state) => state.editingFrame === frame.id);
  const [dragged, setDragged] = useState<Size | null>(null);
  if (detail === "far") return null;
  return (
    <div
      className="ed-frame"
      data-colour={frame.colour}
      data-selected={selected ? "" : undefined}
      style={dragged ?? frame.size}
    >
      {isEditing ? (
        <TitleEditor key={frame.id} frame={frame} />
      ) : (
        <div
          className="ed-frame-title"
          onDoubleClick={(event) => {
            event.stopPropagation();
            canvasStore.setState({ editingFrame: frame.id });
          }}
        >
          {frame.title === "" ? "Frame" : frame.title}
        </div>
      )}
      <ResizeCorner
        size={frame.size}
        least={leastSize}
        onResize={setDragged}
        onDone={(size) => {
          setDragged(null);
          editDocument(
            { kind: "setFrame", frame: frame.id, change: { size } },
            { label: "Resize frame" },
          );
        }}
      />
    </div>
  );
});

function TitleEditor({ frame }: { readonly frame: GraphFrame }) {
  const [title, setTitle] = useState(frame.title);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const finish = () => {
    if (title !== frame.title) {
      editDocument(
        { kind: "setFrame", frame: frame.id, change: { title } },
        { label: "Name frame" },
      );
    }
    canvasStore.setState(({ editingFrame }) =>
      editingFrame === frame.id ? { editingFrame: null } : {},
    );
  };
  return (
    <input
      ref={field}
      className="ed-frame-field nodrag nopan"
      aria-label="Title of the frame"
      maxLength={200}
      value={title}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
