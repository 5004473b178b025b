import ELK from "elkjs/lib/elk.bundled.js";
import { frameId, noteId } from "../../shared/base/ids.ts";
import type { GraphFrame, GraphNote, ModelGraph } from "../../shared/document/model.ts";
import { nodeHeight, nodeWidth } from "../../renderer/editor/canvas/geometry.ts";
import { readLayout, toElkGraph } from "../../renderer/editor/layout/elkGraph.ts";
import type { DrawnGraph } from "./graphBuilder.ts";

const elk = new ELK();
/** Less than half the room that the layout leaves between nodes, so that neighbours' frames keep apart. */
const framePadding = 20;
/** Room for a frame's title. */
const frameHead = 34;
const noteWidth = 280;

/** Places nodes as the app's own tidy-up does, frames around theirs, and notes to the right of all. */
export async function layOut({ graph, frames, notes }: DrawnGraph): Promise<ModelGraph> {
  const positions = readLayout(graph, await elk.layout(toElkGraph(graph, { direction: "down" })));
  const nodes = Object.fromEntries(
    Object.values(graph.nodes).map((node) => [
      node.id,
      { ...node, position: positions[node.id] ?? node.position },
    ]),
  );
  const placedFrames = frames.map((wish, index): GraphFrame => {
    const corners = wish.nodes.map((id) => nodes[id]?.position ?? { x: 0, y: 0 });
    const left = Math.min(...corners.map(({ x }) => x)) - framePadding;
    const top = Math.min(...corners.map(({ y }) => y)) - frameHead;
    const right = Math.max(...corners.map(({ x }) => x)) + nodeWidth + framePadding;
    const bottom = Math.max(...corners.map(({ y }) => y)) + nodeHeight + framePadding;
    return {
      id: frameId(`frame-${index + 1}`),
      title: wish.title,
      colour: wish.colour,
      position: { x: left, y: top },
      size: { width: right - left, height: bottom - top },
    };
  });
  const rightEdge = Math.max(
    ...Object.values(nodes).map(({ position }) => position.x + nodeWidth),
    ...placedFrames.map(({ position, size }) => position.x + size.width),
  );
  let noteTop = 0;
  const placedNotes = notes.map((text, index): GraphNote => {
    const height = 44 + 20 * Math.ceil(text.length / 36);
    const top = noteTop;
    noteTop += height + 20;
    return {
      id: noteId(`note-${index + 1}`),
      text,
      position: { x: rightEdge + 60, y: top },
      size: { width: noteWidth, height },
    };
  });
  return {
    nodes,
    edges: graph.edges,
    notes: Object.fromEntries(placedNotes.map((note) => [note.id, note])),
    frames: Object.fromEntries(placedFrames.map((frame) => [frame.id, frame])),
  };
}
