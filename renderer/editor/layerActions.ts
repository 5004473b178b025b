import type { EdgeId } from "#shared/base/ids.ts";
import type { Fix } from "#shared/analysis/types.ts";
import { incomingEdges } from "#shared/document/graphQueries.ts";
import { makeEdgeId, makeNoteId } from "#shared/document/makeNode.ts";
import type { GraphNode, ModelGraph, Position } from "#shared/document/model.ts";
import { announce } from "../ui/announce.ts";
import { showToast } from "../ui/toastStore.ts";
import { canvasStore } from "./canvasStore.ts";
import type { LayerSearchRequest } from "./canvasStore.ts";
import { currentGraph, currentSelection, editDocument, selectNodes } from "./editDocument.ts";
import {
  addLayerAfter,
  addLayerAt,
  addLayerWired,
  findConnectFault,
  insertLayerOn,
  makeWire,
} from "./graphEdits.ts";
import type { AddedLayer, NewLayer, WireEnds } from "./graphEdits.ts";
import { titleOfType } from "./nodeTypes.ts";

/** From the palette: behind the selection and wired to it, else in the middle of the view. */
export function addLayer(layer: NewLayer, options: { readonly mergeKey?: string } = {}): void {
  const graph = currentGraph();
  const { direction, handle } = canvasStore.getState();
  const after = currentSelection().nodes;
  const added =
    addLayerAfter(graph, layer, { after, direction }) ??
    addLayerAt(graph, layer, handle?.viewCentre() ?? { x: 0, y: 0 });
  finishAdding(layer, added, { reveal: true, ...options });
}

/** Dropped at a point: on the wire there, if there is one. */
export function dropLayer(
  layer: NewLayer,
  place: { readonly at: Position; readonly wire: EdgeId | null },
): void {
  const graph = currentGraph();
  const { direction } = canvasStore.getState();
  const onWire =
    place.wire === null ? null : insertLayerOn(graph, layer, { edge: place.wire, direction });
  finishAdding(layer, onWire ?? addLayerAt(graph, layer, place.at), { reveal: false });
}

/** Chosen from the layer search: wired to the port that was pulled, if one was. */
export function addSearchedLayer(layer: NewLayer, request: LayerSearchRequest): void {
  const graph = currentGraph();
  if (request.onWire !== null) {
    dropLayer(layer, { at: request.canvas, wire: request.onWire });
    return;
  }
  const added =
    request.wire === null
      ? addLayerAt(graph, layer, request.canvas)
      : addLayerWired(graph, layer, { ...request.wire, centre: request.canvas });
  finishAdding(layer, added, { reveal: false });
}

/** An unwired node dragged on a wire. */
export function dropNodeOnWire(node: GraphNode, wire: EdgeId): boolean {
  const added = insertLayerOn(currentGraph(), node, {
    edge: wire,
    direction: canvasStore.getState().direction,
    existing: node,
  });
  return added !== null && editDocument(added.edit, { say: `${node.name} inserted on the wire` });
}

function finishAdding(
  layer: NewLayer,
  added: AddedLayer,
  options: { readonly reveal: boolean; readonly mergeKey?: string },
): void {
  const title = titleOfType(layer.type);
  const { mergeKey } = options;
  const merging = mergeKey === undefined ? {} : { mergeKey };
  if (!editDocument(added.edit, { label: `Add ${title}`, ...merging })) return;
  selectNodes([added.node]);
  const sources = incomingEdges(currentGraph(), added.node)
    .map((edge) => currentGraph().nodes[edge.source]?.name ?? "")
    .join(" and ");
  announce(`${title} added${sources === "" ? "" : ` after ${sources}`}`);
  if (options.reveal) canvasStore.getState().handle?.reveal(added.node, { focus: false });
}

/** Wires two layers, or says why that can't be. */
export function connectNodes(wire: WireEnds): boolean {
  const graph = currentGraph();
  const fault = findConnectFault(graph, wire);
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return false;
  }
  return editDocument(makeWire(graph, makeEdgeId(graph), wire), {
    label: "Connect",
    say: `Wired ${describeEnds(graph, wire)}`,
  });
}

/** Moves one end of a wire to another layer; the input's place in the order stays where the target stays. */
export function reconnectWire(wire: EdgeId, ends: WireEnds): void {
  const graph = currentGraph();
  const old = graph.edges[wire];
  if (old === undefined) return;
  const slot = ends.slot ?? (ends.target === old.target ? old.slot : null);
  const isSame =
    old.source === ends.source &&
    old.target === ends.target &&
    old.slot === slot &&
    (old.port ?? 0) === (ends.port ?? 0);
  if (isSame) return;
  const { [wire]: _removed, ...edges } = graph.edges;
  const without = { ...graph, edges };
  const fault = findConnectFault(without, { ...ends, slot });
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return;
  }
  editDocument(
    {
      kind: "batch",
      label: "Reconnect",
      edits: [{ kind: "disconnect", edges: [wire] }, makeWire(without, wire, { ...ends, slot })],
    },
    { say: `Wired ${describeEnds(graph, ends)}` },
  );
}

function describeEnds(graph: ModelGraph, { source, target }: WireEnds): string {
  return `${graph.nodes[source]?.name ?? ""} to ${graph.nodes[target]?.name ?? ""}`;
}

export function applyFix(fix: Fix): void {
  const isDone = editDocument(fix.edit, {
    label: fix.title,
    say: `Done: ${fix.title}`,
    isWhole: true,
  });
  if (isDone) {
    canvasStore.getState().handle?.focus();
  }
}

export function addNote(at: Position): void {
  const id = makeNoteId(currentGraph());
  const note = { id, text: "", position: at, size: { width: 200, height: 90 } };
  if (!editDocument({ kind: "addNote", note }, { label: "Add note", say: "Note added" })) return;
  selectNodes([], [id]);
  canvasStore.setState({ editingNote: id });
}
