import { useReactFlow } from "@xyflow/react";
import { useRef } from "react";
import type { PointerEvent } from "react";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The lower right corner of a note or frame; drags change its size. */
export function ResizeCorner(props: {
  readonly size: Size;
  readonly least: Size;
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
    const { least } = props;
    return {
      width: Math.round(Math.max(least.width, from.size.width + (event.clientX - from.x) / zoom)),
      height: Math.round(
        Math.max(least.height, from.size.height + (event.clientY - from.y) / zoom),
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
