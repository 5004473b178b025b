import type { Node } from "@xyflow/react";
import type { GraphFrame } from "#shared/document/model.ts";
import type { FrameFlowNode, NodeSources } from "./deriveNodes.ts";
import { frameFlowId } from "./flowIds.ts";

/** Frames lie behind all else; only their titles and corners take the pointer, so that one can select inside them. */
export function createFrameDeriver(): (
  sources: Pick<NodeSources, "graph" | "movingTo" | "selectedFrames">,
) => readonly FrameFlowNode[] {
  let cache = new Map<string, { readonly frame: GraphFrame; readonly node: FrameFlowNode }>();
  return ({ graph, movingTo, selectedFrames }) => {
    const next: typeof cache = new Map();
    const derived = Object.values(graph.frames).map((frame) => {
      const id = frameFlowId(frame.id);
      const position = movingTo?.get(id) ?? frame.position;
      const selected = selectedFrames.has(frame.id);
      const cached = cache.get(id);
      const isSame =
        cached !== undefined &&
        cached.frame === frame &&
        cached.node.selected === selected &&
        cached.node.position.x === position.x &&
        cached.node.position.y === position.y;
      const node: FrameFlowNode = isSame
        ? cached.node
        : {
            id,
            type: "frame",
            position,
            width: frame.size.width,
            height: frame.size.height,
            measured: frame.size,
            handles: [],
            selected,
            // A rectangle drawn over the nodes in a frame selects those, and not the frame.
            selectable: false,
            connectable: false,
            dragHandle: ".ed-frame-title",
            zIndex: -20,
            style: passive,
            ariaLabel: `Frame: ${frame.title === "" ? "without a title" : frame.title}`,
            domAttributes,
            data: { frame },
          };
      next.set(id, { frame, node });
      return node;
    });
    cache = next;
    return derived;
  };
}

const passive = { pointerEvents: "none" } as const;
const domAttributes: NonNullable<Node["domAttributes"]> = {
  tabIndex: -1,
  "aria-roledescription": "frame",
};
