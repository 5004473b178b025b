import ELK from "elkjs/lib/elk.bundled.js";
import { type NodeId, frameId, noteId } from "../../shared/base/ids.ts";
import type {
  GraphFrame,
  GraphNode,
  GraphNote,
  ModelGraph,
  Position,
} from "../../shared/document/model.ts";
import { nodeRect } from "../../renderer/editor/canvas/geometry.ts";
import { frameAround } from "../../renderer/editor/frames.ts";
import { readLayout, toElkGraph } from "../../renderer/editor/layout/elkGraph.ts";
import type { DrawnGraph } from "./graphBuilder.ts";

const elk = new ELK();
const noteWidth = 244;
/** Of a grid drawn by hand: names of ports and titles of frames have room between the rows. */
const columnStep = 260;
const rowStep = 104;

/** Places nodes as the app's own tidy-up does or as the template says, frames around theirs, and notes beside them. */
export async function layOut(drawn: DrawnGraph): Promise<ModelGraph> {
  const { graph, frames, notes, rows } = drawn;
  const positions = rows === null ? await tidyUp(drawn) : readRows(rows);
  const nodes: Record<NodeId, GraphNode> = Object.fromEntries(
    Object.values(graph.nodes).map((node) => [
      node.id,
      { ...node, position: positions[node.id] ?? node.position },
    ]),
  );
  const placedFrames = frames.flatMap((wish, index): readonly GraphFrame[] => {
    const place = frameAround(
      wish.nodes.flatMap((id) => (nodes[id] === undefined ? [] : [nodeRect(nodes[id].position)])),
    );
    return place === null
      ? []
      : [
          {
            id: frameId(`frame-${index + 1}`),
            title: wish.title,
            colour: wish.colour,
            ...place,
          },
        ];
  });
  const taken = [
    ...Object.values(nodes).map(({ position }) => nodeRect(position)),
    ...placedFrames.map(({ position, size }) => ({ ...position, ...size })),
  ];
  const top = Math.min(...taken.map(({ y }) => y));
  // Beside what stands at the top, where the eye begins; in a grid, below the first column, which ends early.
  const head = taken.filter(({ y }) => y < top + 300);
  const first = taken.filter(({ x }) => x < columnStep / 2);
  const noteLeft =
    rows === null
      ? Math.max(...head.map(({ x, width }) => x + width)) + 50
      : Math.min(...first.map(({ x }) => x));
  // Below wires that leave the first column for the next.
  let noteTop = rows === null ? top : Math.max(...first.map(({ y, height }) => y + height)) + 200;
  const placedNotes = notes.map((text, index): GraphNote => {
    const height = 30 + 20 * Math.ceil(text.length / 36);
    const y = noteTop;
    noteTop += height + 20;
    return {
      id: noteId(`note-${index + 1}`),
      text,
      position: { x: noteLeft, y },
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

async function tidyUp({ graph, frames }: DrawnGraph): Promise<Readonly<Record<NodeId, Position>>> {
  const framed = frames.map(({ nodes }) => new Set(nodes));
  const elkGraph = toElkGraph(graph, { direction: "down", framed });
  return readLayout(graph, await elk.layout(elkGraph), framed);
}

function readRows(
  rows: readonly (readonly (NodeId | null)[])[],
): Readonly<Record<NodeId, Position>> {
  return Object.fromEntries(
    rows.flatMap((row, y) =>
      row.flatMap((id, x) => (id === null ? [] : [[id, { x: x * columnStep, y: y * rowStep }]])),
    ),
  );
}
