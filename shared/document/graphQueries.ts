import type { EdgeId, NodeId } from "../base/ids.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "./model.ts";

/** Wires by node, so that walking a graph costs its size and not its square. */
export interface GraphIndex {
  /** In the order of the node's inputs. */
  readonly incoming: ReadonlyMap<NodeId, readonly GraphEdge[]>;
  readonly outgoing: ReadonlyMap<NodeId, readonly GraphEdge[]>;
}

const indexes = new WeakMap<ModelGraph["edges"], GraphIndex>();
const noEdges: readonly GraphEdge[] = [];

/** Cached per `edges` object: moving a node or changing a parameter costs nothing here. */
export function indexGraph(graph: ModelGraph): GraphIndex {
  const known = indexes.get(graph.edges);
  if (known !== undefined) return known;
  const incoming = new Map<NodeId, GraphEdge[]>();
  const outgoing = new Map<NodeId, GraphEdge[]>();
  for (const edge of listEdges(graph)) {
    pushTo(incoming, edge.target, edge);
    pushTo(outgoing, edge.source, edge);
  }
  for (const edges of incoming.values()) edges.sort((left, right) => left.slot - right.slot);
  const index = { incoming, outgoing };
  indexes.set(graph.edges, index);
  return index;
}

function pushTo(map: Map<NodeId, GraphEdge[]>, key: NodeId, edge: GraphEdge): void {
  const edges = map.get(key);
  if (edges === undefined) map.set(key, [edge]);
  else edges.push(edge);
}

export function listNodes(graph: ModelGraph): readonly GraphNode[] {
  return Object.values(graph.nodes);
}

export function listEdges(graph: ModelGraph): readonly GraphEdge[] {
  return Object.values(graph.edges);
}

export function findNode(graph: ModelGraph, id: NodeId): GraphNode | null {
  return Object.hasOwn(graph.nodes, id) ? (graph.nodes[id] ?? null) : null;
}

export function findEdge(graph: ModelGraph, id: EdgeId): GraphEdge | null {
  return Object.hasOwn(graph.edges, id) ? (graph.edges[id] ?? null) : null;
}

/** The wires into a node, in the order of its inputs. */
export function incomingEdges(graph: ModelGraph, node: NodeId): readonly GraphEdge[] {
  return indexGraph(graph).incoming.get(node) ?? noEdges;
}

export function outgoingEdges(graph: ModelGraph, node: NodeId): readonly GraphEdge[] {
  return indexGraph(graph).outgoing.get(node) ?? noEdges;
}

/** Every node that can be reached from `start`, and `start` itself. */
export function descendantsOf(graph: ModelGraph, start: NodeId): ReadonlySet<NodeId> {
  const { outgoing } = indexGraph(graph);
  return reach([start], (node) => (outgoing.get(node) ?? noEdges).map((edge) => edge.target));
}

/** Whether a wire from `source` to `target` would let a tensor depend on itself. */
export function wouldCloseCycle(graph: ModelGraph, source: NodeId, target: NodeId): boolean {
  return source === target || descendantsOf(graph, target).has(source);
}

/** Iterative on purpose: a chain of thousands of layers must not overflow the stack. */
export function reach<Id extends string>(
  starts: Iterable<Id>,
  next: (node: Id) => readonly Id[],
): ReadonlySet<Id> {
  const seen = new Set<Id>(starts);
  const waiting = [...seen];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const neighbour of next(node)) {
      if (seen.has(neighbour)) continue;
      seen.add(neighbour);
      waiting.push(neighbour);
    }
  }
  return seen;
}
