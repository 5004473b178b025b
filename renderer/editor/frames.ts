import type { GraphFrame, ModelGraph, Position } from "#shared/document/model.ts";
import { boundsOf, centreOf, nodeRect } from "./canvas/geometry.ts";
import type { Rect } from "./canvas/geometry.ts";
import { noteFlowId } from "./canvas/flowIds.ts";

const margin = { side: 24, top: 42, bottom: 17 };

/** What lies on a frame (its middle does), by flow id with its place. */
export function listOnFrame(
  graph: ModelGraph,
  frame: GraphFrame,
): readonly (readonly [string, Position])[] {
  const layers = Object.values(graph.nodes)
    .filter((node) => isOnFrame(nodeRect(node.position), frame))
    .map((node) => [node.id, node.position] as const);
  const notes = Object.values(graph.notes)
    .filter((note) => isOnFrame({ ...note.position, ...note.size }, frame))
    .map((note) => [noteFlowId(note.id), note.position] as const);
  return [...layers, ...notes];
}

/** A part lies where its middle does. */
export function isOnFrame(part: Rect, frame: Pick<GraphFrame, "position" | "size">): boolean {
  const area = { ...frame.position, ...frame.size };
  const { x, y } = centreOf(part);
  return x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height;
}

/** The place of a frame around these parts; null where there are none. */
export function frameAround(parts: readonly Rect[]): Pick<GraphFrame, "position" | "size"> | null {
  const bounds = boundsOf(parts);
  if (bounds === null) return null;
  return {
    position: { x: bounds.x - margin.side, y: bounds.y - margin.top },
    size: {
      width: bounds.width + 2 * margin.side,
      height: bounds.height + margin.top + margin.bottom,
    },
  };
}
