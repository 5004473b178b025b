import type { JsonValue } from "#shared/base/json.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import { frameId } from "#shared/base/ids.ts";
import { createNamer } from "#shared/document/makeNode.ts";
import type { GraphNode, ModelGraph } from "#shared/document/model.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { announce } from "../ui/announce.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { frameFlowId } from "./canvas/flowIds.ts";
import { findFreePlace, nodeRect, nodeWidth } from "./canvas/geometry.ts";
import { canvasStore } from "./canvasStore.ts";
import { currentGraph, currentSelection, editDocument, selectNodes } from "./editDocument.ts";
import { formatPlural } from "./formatPlural.ts";
import { frameAround } from "./frames.ts";
import { typeOfNode } from "./nodeTypes.ts";

export function selectedNodes(): readonly GraphNode[] {
  const graph = currentGraph();
  return currentSelection().nodes.flatMap((id) => graph.nodes[id] ?? []);
}

/** Mutes the selected layers; where all of them are muted, lets them work again. */
export function toggleMuted(): void {
  const nodes = selectedNodes();
  const isMuted = !nodes.every((node) => node.isMuted === true);
  const what = describeNodes(nodes);
  editDocument(
    { kind: "setMuted", nodes: nodes.map((node) => node.id), isMuted },
    {
      label: `${isMuted ? "Mute" : "Unmute"} ${what}`,
      say: `${isMuted ? "Muted" : "Unmuted"} ${what}`,
    },
  );
}

/** Layers and blocks that have something to freeze. */
export function listFreezable(
  graph: ModelGraph,
  nodes: readonly GraphNode[],
): readonly GraphNode[] {
  const originals = nodes.map((node) => originalOf(graph, node));
  return [...new Set(originals)].filter((node) => {
    const type = typeOfNode(graph, node);
    return type !== null && Object.hasOwn(type.params, "trainable");
  });
}

/** Freezes the selected layers and blocks; where all of them are frozen, lets training change them again. */
export function toggleFrozen(): void {
  const nodes = listFreezable(currentGraph(), selectedNodes());
  const isFrozen = nodes.every((node) => node.params["trainable"] === false);
  const edits = nodes.map((node): DocumentEdit =>
    isFrozen
      ? { kind: "resetParams", node: node.id, params: ["trainable"] }
      : { kind: "setParams", node: node.id, params: { trainable: false } },
  );
  const what = describeNodes(nodes);
  const verb = isFrozen ? "Unfreeze" : "Freeze";
  editDocument(
    { kind: "batch", label: `${verb} ${what}`, edits },
    { label: `${verb} ${what}`, say: `${isFrozen ? "Unfroze" : "Froze"} ${what}` },
  );
}

/** A further node that computes with the selected layer's weights. */
export function reuseLayer(): void {
  const graph = currentGraph();
  const [selected] = selectedNodes();
  if (selected === undefined) return;
  const original = originalOf(graph, selected);
  const { id, name } = createNamer(graph).nameCopy(original);
  const wanted = {
    x: selected.position.x + nodeWidth + 60,
    y: selected.position.y,
  };
  const taken = Object.values(graph.nodes).map((node) => nodeRect(node.position));
  const params: Readonly<Record<string, JsonValue>> = {};
  const node: GraphNode = {
    id,
    type: original.type,
    name,
    params,
    position: findFreePlace(wanted, taken),
    shares: original.id,
  };
  const isDone = editDocument(
    { kind: "addNode", node },
    { label: `Use ${original.name} again`, say: `${name} added: another use of ${original.name}` },
  );
  if (!isDone) return;
  selectNodes([id]);
  canvasStore.getState().handle?.reveal(id, { focus: false });
}

/** Whether the selected layers are alike, so that all can use the first one's weights. */
export function canShare(nodes: readonly GraphNode[]): boolean {
  const graph = currentGraph();
  const [first] = nodes;
  if (first === undefined || nodes.length < 2) return false;
  const type = originalOf(graph, first).type;
  return (
    nodes.every((node) => originalOf(graph, node).type === type) &&
    new Set(nodes.map((node) => originalOf(graph, node).id)).size > 1
  );
}

/** All selected layers use the weights of the one selected first. */
export function shareWeights(): void {
  const graph = currentGraph();
  const [first, ...others] = selectedNodes();
  if (first === undefined) return;
  const original = originalOf(graph, first);
  const edits = others
    .filter((node) => node.id !== original.id && node.shares !== original.id)
    .map((node): DocumentEdit => ({ kind: "setShares", node: node.id, original: original.id }));
  editDocument(
    { kind: "batch", label: `Share the weights of ${original.name}`, edits },
    { say: `${formatPlural(edits.length, "layer")} now share the weights of ${original.name}` },
  );
}

export function giveOwnWeights(): void {
  const nodes = selectedNodes().filter((node) => node.shares !== undefined);
  editDocument(
    {
      kind: "batch",
      label: `Give ${describeNodes(nodes)} weights of ${nodes.length === 1 ? "its" : "their"} own`,
      edits: nodes.map((node): DocumentEdit => ({
        kind: "setShares",
        node: node.id,
        original: null,
      })),
    },
    { say: `${describeNodes(nodes)}: weights of its own` },
  );
}

/** A frame around what is selected, or in the middle of the view; its title is asked for at once. */
export function addFrame(): void {
  const graph = currentGraph();
  const notes = currentSelection().notes.flatMap((id) => graph.notes[id] ?? []);
  const parts = [
    ...selectedNodes().map((node) => nodeRect(node.position)),
    ...notes.map((note) => ({ ...note.position, ...note.size })),
  ];
  const centre = canvasStore.getState().handle?.viewCentre() ?? { x: 0, y: 0 };
  const place = frameAround(parts) ?? {
    position: { x: centre.x - 180, y: centre.y - 110 },
    size: { width: 360, height: 220 },
  };
  const id = frameId(nextName("frame", (name) => Object.hasOwn(graph.frames, name)));
  const frame = { id, title: "", colour: "grey" as const, ...place };
  if (!editDocument({ kind: "addFrame", frame }, { label: "Add frame", say: "Frame added" }))
    return;
  sessionStore.getState().select({ frames: [id] });
  canvasStore.setState({ editingFrame: id });
}

/** Goes from frame to frame, for those who don't point. */
export function selectNextFrame(): void {
  const frames = Object.values(currentGraph().frames);
  const [selected] = currentSelection().frames;
  const at = frames.findIndex((frame) => frame.id === selected);
  const next = frames[(at + 1) % frames.length];
  if (next === undefined) return;
  sessionStore.getState().select({ frames: [next.id] });
  canvasStore.getState().handle?.fit([frameFlowId(next.id)]);
  announce(`Frame ${next.title === "" ? "without a title" : next.title} selected`);
}

/** `frame-1`, `frame-2` …: the first that is free. */
export function nextName(stem: string, isTaken: (name: string) => boolean): string {
  let number = 1;
  while (isTaken(`${stem}-${number}`)) number++;
  return `${stem}-${number}`;
}

function describeNodes(nodes: readonly GraphNode[]): string {
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only.name : formatPlural(nodes.length, "layer");
}
