import type { EdgeId, NodeId } from "#shared/base/ids.ts";
import type { Fix } from "#shared/analysis/types.ts";
import { incomingEdges } from "#shared/document/graphQueries.ts";
import { makeEdgeId, makeNoteId } from "#shared/document/makeNode.ts";
import type { GraphNode, Position } from "#shared/document/model.ts";
import { findLayer } from "#shared/layers/registry.ts";
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
} from "./graphEdits.ts";
import type { AddedLayer, NewLayer } from "./graphEdits.ts";

/** From the palette: behind the selection and wired to it, else in the middle of the view. */
export function addLayer(layer: NewLayer): void {
  const graph = currentGraph();
  const { direction, handle } = canvasStore.getState();
  const after = currentSelection().nodes;
  const added =
    addLayerAfter(graph, layer, { after, direction }) ??
    addLayerAt(graph, layer, handle?.viewCentre() ?? { x: 0, y: 0 });
  finishAdding(layer, added, { reveal: true });
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
  options: { readonly reveal: boolean },
): void {
  const title = findLayer(layer.type)?.title ?? layer.type;
  if (!editDocument(added.edit, { label: `Add ${title}` })) return;
  selectNodes([added.node]);
  const sources = incomingEdges(currentGraph(), added.node)
    .map((edge) => currentGraph().nodes[edge.source]?.name ?? "")
    .join(" and ");
  announce(`${title} added${sources === "" ? "" : ` after ${sources}`}`);
  if (options.reveal) canvasStore.getState().handle?.reveal(added.node, { focus: false });
}

/** Wires two layers, or says why that can't be. */
export function connectNodes(
  wire: { readonly source: NodeId; readonly target: NodeId },
  options: { readonly slot?: number } = {},
): boolean {
  const graph = currentGraph();
  const fault = findConnectFault(graph, wire);
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return false;
  }
  const names = `${graph.nodes[wire.source]?.name ?? ""} to ${graph.nodes[wire.target]?.name ?? ""}`;
  return editDocument(
    { kind: "connect", id: makeEdgeId(graph), ...wire, ...options },
    { label: "Connect", say: `Wired ${names}` },
  );
}

/** Moves one end of a wire to another layer; the input's place in the order stays where the target stays. */
export function reconnectWire(
  wire: EdgeId,
  ends: { readonly source: NodeId; readonly target: NodeId },
): void {
  const graph = currentGraph();
  const old = graph.edges[wire];
  if (old === undefined || (old.source === ends.source && old.target === ends.target)) return;
  const { [wire]: _removed, ...edges } = graph.edges;
  const fault = findConnectFault({ ...graph, edges }, ends);
  if (fault !== null) {
    showToast({ tone: "warning", message: fault });
    return;
  }
  editDocument(
    {
      kind: "batch",
      label: "Reconnect",
      edits: [
        { kind: "disconnect", edges: [wire] },
        {
          kind: "connect",
          id: wire,
          ...ends,
          ...(ends.target === old.target ? { slot: old.slot } : {}),
        },
      ],
    },
    {
      say: `Wired ${graph.nodes[ends.source]?.name ?? ""} to ${graph.nodes[ends.target]?.name ?? ""}`,
    },
  );
}

export function applyFix(fix: Fix): void {
  if (editDocument(fix.edit, { label: fix.title, say: `Done: ${fix.title}` })) {
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
