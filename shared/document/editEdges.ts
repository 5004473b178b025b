import type { EdgeId, NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { checkPlacedNode } from "./checkParts.ts";
import { edgeSchema, findSchemaFault } from "./documentSchemas.ts";
import { badValue, issue, missingEdge, missingNode, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { findEdge, findNode, incomingEdges, indexGraph } from "./graphQueries.ts";
import type { GraphEdge, ModelGraph } from "./model.ts";
import { type GraphScope, wiringOf } from "./wiring.ts";

type EditOf<Kind extends DocumentEdit["kind"]> = Extract<DocumentEdit, { kind: Kind }>;
type GraphResult = Result<ModelGraph, EditIssue>;

export function connect(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"connect">,
): GraphResult {
  const wanted = makeEdge(edit.id, { ...edit, slot: edit.slot ?? 0 });
  const fault = checkNewEdge(scope, graph, wanted);
  if (fault !== null) return err(fault);
  const source = findNode(graph, edit.source);
  const target = findNode(graph, edit.target);
  if (source === null || target === null) return err(missingNode(edit.target));
  const { inputs } = wiringOf(scope.blocks, graph, target);
  const present = incomingEdges(graph, target.id);
  const isSame = (edge: GraphEdge | undefined) =>
    edge !== undefined && edge.source === source.id && portOf(edge) === portOf(wanted);
  const duplicate = () =>
    err(issue("duplicate-edge", `${quote(source.name)} already feeds ${quote(target.name)}.`));
  const edges = { ...graph.edges };

  if (inputs.kind === "ports") {
    const slot = edit.slot ?? findFreePort(present, inputs.count);
    if (slot === null) {
      return err(
        badValue(
          `All ${inputs.count} inputs of ${quote(target.name)} are taken. Disconnect one first, or draw the wire to it.`,
        ),
      );
    }
    const replaced = present.filter((edge) => edge.slot === slot);
    if (replaced.some(isSame)) return duplicate();
    for (const old of replaced) delete edges[old.id];
    edges[wanted.id] = { ...wanted, slot };
    return ok({ ...graph, edges });
  }

  const isOnly = inputs.kind === "list" && inputs.max === 1;
  const slot = Math.min(edit.slot ?? Infinity, isOnly ? 0 : present.length);
  if (isOnly ? present.some(isSame) : edit.slot !== undefined && isSame(present[slot]))
    return duplicate();
  const kept = isOnly ? [] : present;
  for (const old of isOnly ? present : []) delete edges[old.id];
  const edge = { ...wanted, slot };
  edges[edge.id] = edge;
  numberSlots(edges, [...kept.slice(0, slot), edge, ...kept.slice(slot)]);
  return ok({ ...graph, edges });
}

function findFreePort(present: readonly GraphEdge[], count: number | null): number | null {
  const taken = new Set(present.map((edge) => edge.slot));
  let slot = 0;
  while (taken.has(slot)) slot++;
  if (count === null || slot < count) return slot;
  // One input, and it is taken: the new wire replaces the old one, as everywhere.
  return count === 1 ? 0 : null;
}

export function disconnect(
  scope: GraphScope,
  graph: ModelGraph,
  ids: readonly EdgeId[],
): GraphResult {
  const edges = { ...graph.edges };
  const targets = new Set<NodeId>();
  for (const id of ids) {
    const edge = findEdge(graph, id);
    if (edge === null) return err(missingEdge(id));
    delete edges[id];
    targets.add(edge.target);
  }
  return ok(ids.length === 0 ? graph : renumber(scope, { ...graph, edges }, targets));
}

export function insertOnEdge(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"insertOnEdge">,
): GraphResult {
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
  const fault = checkPlacedNode(scope, graph, node);
  if (fault !== null) return err(fault);
  const nodes = { ...graph.nodes, [node.id]: node };
  const { inputs, outputs } = wiringOf(scope.blocks, { ...graph, nodes }, node);
  if (inputs.kind === "none" || outputs === 0) {
    return err(
      badValue(`${quote(node.name)} can't stand on a wire: it has no input or no output.`),
    );
  }
  const { port: _, ...rest } = edge;
  const rewired = { ...graph.edges, [edge.id]: { ...rest, source: node.id } };
  const before = makeEdge(edit.newEdge, { ...edge, target: node.id, slot: 0 });
  const edgeFault = checkNewEdge(scope, { ...graph, nodes, edges: rewired }, before);
  if (edgeFault !== null) return err(edgeFault);
  return ok({ ...graph, nodes, edges: { ...rewired, [before.id]: before } });
}

/** Of a layer whose inputs aren't alike, the wires change places among the ports that are taken. */
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
  const slots = present.map((edge) => edge.slot);
  return ok(numberSlots(edges, ordered, slots) ? { ...graph, edges } : graph);
}

/** What stops a wire from being added, or null. A wire that closes a cycle may be drawn: analysis explains it. */
export function checkNewEdge(
  scope: GraphScope,
  graph: ModelGraph,
  edge: GraphEdge,
): EditIssue | null {
  const source = findNode(graph, edge.source);
  const target = findNode(graph, edge.target);
  if (source === null) return missingNode(edge.source);
  if (target === null) return missingNode(edge.target);
  if (findEdge(graph, edge.id) !== null) {
    return issue("duplicate-id", `There is already a wire with the id ${quote(edge.id)}.`);
  }
  const fault = findSchemaFault(edgeSchema, edge);
  if (fault !== null) return badValue(`The wire is not valid: ${fault}.`);
  if (source.id === target.id) {
    return issue(
      "self-loop",
      `${quote(source.name)} can't feed itself. Connect it to another layer.`,
    );
  }
  const { outputs } = wiringOf(scope.blocks, graph, source);
  if (outputs === 0) {
    return badValue(`${quote(source.name)} is an output: nothing can be connected behind it.`);
  }
  if (outputs !== null && portOf(edge) >= outputs) {
    return badValue(
      `${quote(source.name)} has no output ${portOf(edge) + 1}: it has ${outputs} in all.`,
    );
  }
  const { inputs } = wiringOf(scope.blocks, graph, target);
  if (inputs.kind === "none") {
    return badValue(
      target.type.startsWith("block:")
        ? `${quote(target.name)} has no inputs. Enter the block and add one.`
        : `${quote(target.name)} is an input: it takes its values from outside, not from a wire.`,
    );
  }
  if (inputs.kind === "ports" && inputs.count !== null && edge.slot >= inputs.count) {
    return badValue(
      `${quote(target.name)} has no input ${edge.slot + 1}: it has ${inputs.count} in all.`,
    );
  }
  return null;
}

/** A wire as documents hold it: without a `port` where it is the first. */
export function makeEdge(
  id: EdgeId,
  { source, target, slot, port }: Omit<GraphEdge, "id" | "port"> & { readonly port?: number },
): GraphEdge {
  return { id, source, target, slot, ...(port === undefined || port === 0 ? {} : { port }) };
}

/** The number of the source's output. */
export function portOf(edge: GraphEdge): number {
  return edge.port ?? 0;
}

/** Closes the gaps that removed wires left, at those of the targets whose wires are a mere order. */
export function renumber(
  scope: GraphScope,
  graph: ModelGraph,
  targets: Iterable<NodeId>,
): ModelGraph {
  let edges: Record<EdgeId, GraphEdge> | null = null;
  for (const id of targets) {
    const target = findNode(graph, id);
    if (target === null) continue;
    const present = incomingEdges(graph, id);
    if (present.every((edge, slot) => edge.slot === slot)) continue;
    if (wiringOf(scope.blocks, graph, target).inputs.kind === "ports") continue;
    // Copied only now: most edits leave all slots as they are.
    edges ??= { ...graph.edges };
    numberSlots(edges, present);
  }
  return edges === null ? graph : { ...graph, edges };
}

/** Numbers the wires of one target 0, 1, 2 … (or as given) in this order; whether anything changed. Changes `edges`. */
function numberSlots(
  edges: Record<EdgeId, GraphEdge>,
  ordered: readonly GraphEdge[],
  slots?: readonly number[],
): boolean {
  let hasChanged = false;
  ordered.forEach((edge, index) => {
    const slot = slots?.[index] ?? index;
    if (edge.slot === slot) return;
    edges[edge.id] = { ...edge, slot };
    hasChanged = true;
  });
  return hasChanged;
}
