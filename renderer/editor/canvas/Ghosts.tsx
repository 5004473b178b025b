import { ViewportPortal } from "@xyflow/react";
import { useCanvas } from "../canvasStore.ts";

/** Outlines of the copies that an Alt-drag will leave where it is released. */
export function Ghosts() {
  const ghosts = useCanvas((state) => state.ghosts);
  if (ghosts.length === 0) return null;
  return (
    <ViewportPortal>
      {ghosts.map((rect, index) => (
        <div
          key={index}
          className="ed-ghost"
          style={{
            transform: `translate(${rect.x}px, ${rect.y}px)`,
            width: rect.width,
            height: rect.height,
          }}
        />
      ))}
    </ViewportPortal>
  );
}
