import type { NodeId } from "#shared/base/ids.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { ModelGraph, Position } from "#shared/document/model.ts";
import { documentStore } from "../../state/documentStore.ts";
import { showToast } from "../../ui/toastStore.ts";
import type { FlowDirection } from "../canvas/geometry.ts";
import { nodeRect } from "../canvas/geometry.ts";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph, currentSelection, editDocument } from "../editDocument.ts";
import { frameAround, listOnFrame } from "../frames.ts";
import { layOutGraph } from "./layoutClient.ts";

const glideMs = 140;
/** Beyond this, moving every frame would stutter rather than explain. */
const glideLimit = 300;

/** Lays out the whole graph, or only the selected layers where several are selected. One undo step. */
export async function tidyUp(direction: FlowDirection): Promise<void> {
  const { graph, scope } = documentStore.getState();
  const selected = currentSelection().nodes;
  const only = selected.length > 1 ? new Set(selected) : undefined;
  if (Object.keys(graph.nodes).length === 0) return;
  const result = await layOutGraph(graph, { direction, ...(only === undefined ? {} : { only }) });
  if (!result.ok) {
    showToast({ tone: "error", message: result.error });
    return;
  }
  // Someone who went into another block meanwhile doesn't want that one rearranged.
  if (documentStore.getState().scope !== scope) return;
  // An edit made meanwhile stays; layers that are gone are not moved.
  const nodes = currentGraph().nodes;
  const positions = Object.fromEntries(Object.entries(result.value).filter(([id]) => id in nodes));
  canvasStore.setState({ direction });
  await glide(positions);
  canvasStore.setState({ movingTo: null });
  const move: DocumentEdit = { kind: "moveNodes", positions };
  const frames = refitFrames(graph, currentGraph(), positions);
  const isDone = editDocument(
    frames.length === 0 ? move : { kind: "batch", label: "Tidy up", edits: [move, ...frames] },
    { label: "Tidy up", say: "Layout tidied up" },
  );
  if (isDone && only === undefined) canvasStore.getState().handle?.fit();
}

/** Frames stay around the layers that lay on them. */
function refitFrames(
  before: ModelGraph,
  now: ModelGraph,
  positions: Readonly<Record<NodeId, Position>>,
): readonly DocumentEdit[] {
  return Object.values(before.frames).flatMap((frame): readonly DocumentEdit[] => {
    const members = new Set(listOnFrame(before, frame).map(([id]) => id));
    const nodes = listNodes(now).filter((node) => members.has(node.id));
    const place = frameAround(nodes.map((node) => nodeRect(positions[node.id] ?? node.position)));
    const isMoved = nodes.some((node) => positions[node.id] !== undefined);
    return place === null || !isMoved || now.frames[frame.id] === undefined
      ? []
      : [{ kind: "setFrame", frame: frame.id, change: place }];
  });
}

/** Moves nodes on screen to their new places; the document is changed once, afterwards. */
async function glide(positions: Readonly<Record<NodeId, Position>>): Promise<void> {
  const nodes = currentGraph().nodes;
  const moves = Object.values(nodes).flatMap((node) => {
    const to = positions[node.id];
    const isStill = to === undefined || (to.x === node.position.x && to.y === node.position.y);
    return isStill ? [] : [{ id: node.id, from: node.position, to }];
  });
  const isMotionUnwanted = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (moves.length === 0 || moves.length > glideLimit || isMotionUnwanted) return;
  const startMs = performance.now();
  for (;;) {
    const nowMs = await nextFrame();
    const part = Math.min(1, (nowMs - startMs) / glideMs);
    const eased = 1 - (1 - part) ** 3;
    canvasStore.setState({
      movingTo: new Map(
        moves.map(({ id, from, to }) => [
          id,
          { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased },
        ]),
      ),
    });
    if (part >= 1) return;
  }
}

function nextFrame(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(resolve);
  });
}
