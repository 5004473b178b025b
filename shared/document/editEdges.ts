import type { EdgeId, NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { findLayer } from "../layers/registry.ts";
import { checkNode } from "./checkParts.ts";
import { edgeSchema, findSchemaFault } from "./documentSchemas.ts";
import { badValue, issue, missingEdge, missingNode, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { findEdge, findNode, incomingEdges, indexGraph } from "./graphQueries.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "./model.ts";

type EditOf<Kind extends DocumentEdit["kind"]> = Extract<DocumentEdit, { kind: Kind }>;
type GraphResult = Result<ModelGraph, EditIssue>;

/** How many wires a node may take; unknown types may take any number, so that nothing of theirs is lost. */
function maxInputsOf(node: GraphNode): number | null {
  const definition = findLayer(node.type);
  return definition === null ? null : definition.inputs.max;
}

function hasOutput(node: GraphNode): boolean {
  return findLayer(node.type)?.outputs !== 0;
}

export function connect(graph: ModelGraph, edit: EditOf<"connect">): GraphResult {
  const fault = checkNewEdge(graph, { ...edit, slot: edit.slot ?? 0 });
  if (fault !== null) return err(fault);
  const target = findNode(graph, edit.target);
  const present = incomingEdges(graph, edit.target);
  const replaced = target !== null && maxInputsOf(target) === 1 ? present : [];
  const kept = present.filter((edge) => !replaced.includes(edge));
  const slot = Math.min(edit.slot ?? kept.length, kept.length);
  const edge: GraphEdge = { id: edit.id, source: edit.source, target: edit.target, slot };
  const edges = { ...graph.edges };
  for (const old of replaced) delete edges[old.id];
  edges[edge.id] = edge;
  numberSlots(edges, [...kept.slice(0, slot), edge, ...kept.slice(slot)]);
  return ok({ ...graph, edges });
}

export function disconnect(graph: ModelGraph, ids: readonly EdgeId[]): GraphResult {
  const edges = { ...graph.edges };
  const targets = new Set<NodeId>();
  for (const id of ids) {
    const edge = findEdge(graph, id);
    if (edge === null) return err(missingEdge(id));
    delete edges[id];
    targets.add(edge.target);
  }
  for (const target of targets) {
    numberSlots(
      edges,
      incomingEdges(graph, target).filter((edge) => Object.hasOwn(edges, edge.id)),
    );
  }
  return ok(ids.length === 0 ? graph : { ...graph, edges });
}

export function insertOnEdge(graph: ModelGraph, edit: EditOf<"insertOnEdge">): GraphResult {
  const edge = findEdge(graph, edit.edge);
  if (edge === null) return err(missingEdge(edit.edge));
  const { node } = edit;
  const index = indexGraph(graph);
  if (index.incoming.has(node.id) || index.outgoing.has(node.id)) {
    return err(
      issue(
        "duplicate-id",
        `${quote(node.name)} already has wires, so it can't be put on another.`,
      ),
    );
  }
  const fault = checkNode(node);
  if (fault !== null) return err(fault);
  if (maxInputsOf(node) === 0 || !hasOutput(node)) {
    return err(
      badValue(`${quote(node.name)} can't stand on a wire: it has no input or no output.`),
    );
  }
  const nodes = { ...graph.nodes, [node.id]: node };
  const rewired = { ...graph.edges, [edge.id]: { ...edge, source: node.id } };
  const before: GraphEdge = { id: edit.newEdge, source: edge.source, target: node.id, slot: 0 };
  const edgeFault = checkNewEdge({ ...graph, nodes, edges: rewired }, before);
  if (edgeFault !== null) return err(edgeFault);
  return ok({ ...graph, nodes, edges: { ...rewired, [before.id]: before } });
}

export function reorderInputs(graph: ModelGraph, edit: EditOf<"reorderInputs">): GraphResult {
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const present = incomingEdges(graph, edit.node);
  const byId = new Map(present.map((edge) => [edge.id, edge]));
  const ordered = [...new Set(edit.edges)].flatMap((id) => byId.get(id) ?? []);
  if (ordered.length !== present.length || edit.edges.length !== present.length) {
    return err(
      badValue(
        `The new order must name each of the ${present.length} wires into ${quote(node.name)} once.`,
      ),
    );
  }
  const edges = { ...graph.edges };
  return ok(numberSlots(edges, ordered) ? { ...graph, edges } : graph);
}

/**
 * Removes wires at nodes that go away. With `heal`, a removed node that had exactly one input hands its source on to
 * its targets, at the same place among their inputs.
 */
export function removeEdgesAt(
  graph: ModelGraph,
  gone: ReadonlySet<NodeId>,
  options: { readonly heal: boolean },
): ModelGraph["edges"] {
  const { incoming } = indexGraph(graph);
  /** Where the values of a removed node come from once it is gone; null where that is not one node. */
  function findStandIn(start: NodeId): NodeId | null {
    let node = start;
    const seen = new Set<NodeId>();
    while (gone.has(node)) {
      const sources = incoming.get(node) ?? [];
      const only = sources.length === 1 ? sources[0] : undefined;
      if (only === undefined || seen.has(node) || !options.heal) return null;
      seen.add(node);
      node = only.source;
    }
    return node;
  }

  const kept: Record<EdgeId, GraphEdge> = {};
  const links = new Set<string>();
  const targets = new Set<NodeId>();
  for (const edge of Object.values(graph.edges)) {
    if (!gone.has(edge.source) && !gone.has(edge.target))
      links.add(`${edge.source} ${edge.target}`);
  }
  for (const edge of Object.values(graph.edges)) {
    if (gone.has(edge.target)) continue;
    if (!gone.has(edge.source)) {
      kept[edge.id] = edge;
      continue;
    }
    targets.add(edge.target);
    const source = findStandIn(edge.source);
    if (source === null || source === edge.target || links.has(`${source} ${edge.target}`))
      continue;
    links.add(`${source} ${edge.target}`);
    kept[edge.id] = { ...edge, source };
  }
  for (const target of targets) {
    const edges = (incoming.get(target) ?? []).flatMap((edge) => kept[edge.id] ?? []);
    numberSlots(kept, edges);
  }
  return kept;
}

/** What stops a wire from being added, or null. A wire that closes a cycle may be drawn: analysis explains it. */
export function checkNewEdge(graph: ModelGraph, edge: GraphEdge): EditIssue | null {
  const source = findNode(graph, edge.source);
  const target = findNode(graph, edge.target);
  if (source === null) return missingNode(edge.source);
  if (target === null) return missingNode(edge.target);
  if (findEdge(graph, edge.id) !== null) {
    return issue("duplicate-id", `There is already a wire with the id ${quote(edge.id)}.`);
  }
  const { id, slot } = edge;
  const fault = findSchemaFault(edgeSchema, { id, source: source.id, target: target.id, slot });
  if (fault !== null) return badValue(`The wire is not valid: ${fault}.`);
  if (source.id === target.id) {
    return issue(
      "self-loop",
      `${quote(source.name)} can't feed itself. Connect it to another layer.`,
    );
  }
  if (!hasOutput(source)) {
    return badValue(`${quote(source.name)} is an output: nothing can be connected behind it.`);
  }
  if (maxInputsOf(target) === 0) {
    return badValue(
      `${quote(target.name)} is an input: it takes its values from the data, not from a wire.`,
    );
  }
  if (incomingEdges(graph, target.id).some((present) => present.source === source.id)) {
    return issue("duplicate-edge", `${quote(source.name)} already feeds ${quote(target.name)}.`);
  }
  return null;
}

/** Numbers the wires of one target 0, 1, 2 … in this order; returns whether anything changed. Changes `edges`. */
function numberSlots(edges: Record<EdgeId, GraphEdge>, ordered: readonly GraphEdge[]): boolean {
  let hasChanged = false;
  ordered.forEach((edge, slot) => {
    if (edge.slot === slot) return;
    edges[edge.id] = { ...edge, slot };
    hasChanged = true;
  });
  return hasChanged;
}
