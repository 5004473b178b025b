import type { EdgeId, NodeId } from "../base/ids.ts";
import { makeEdge, portOf, renumber } from "./editEdges.ts";
import { findNode, indexGraph } from "./graphQueries.ts";
import type { GraphEdge, ModelGraph } from "./model.ts";
import { type GraphScope, wiringOf } from "./wiring.ts";

/**
 * The graph without the wires at nodes that go away; the nodes themselves are still in it. With `heal`, a removed node
 * that had exactly one input hands its source on to its first output's targets, at the same place among their inputs.
 */
export function removeEdgesAt(
  scope: GraphScope,
  graph: ModelGraph,
  options: { readonly gone: ReadonlySet<NodeId>; readonly heal: boolean },
): ModelGraph {
  const { gone, heal } = options;
  const { incoming } = indexGraph(graph);
  const kept: Record<EdgeId, GraphEdge> = {};
  /** Wires between the same two places are drawn once, where the target doesn't tell its inputs apart. */
  const links = new Set<string>();
  const targets = new Set<NodeId>();
  for (const edge of Object.values(graph.edges)) {
    if (!gone.has(edge.source) && !gone.has(edge.target)) links.add(describeLink(edge));
  }
  for (const edge of Object.values(graph.edges)) {
    if (gone.has(edge.target)) continue;
    if (!gone.has(edge.source)) {
      kept[edge.id] = edge;
      continue;
    }
    targets.add(edge.target);
    const standIn = heal ? findStandIn(edge) : null;
    if (standIn === null || standIn.source === edge.target) continue;
    const { source, port } = standIn;
    const healed = makeEdge(edge.id, { ...edge, source, port: port ?? 0 });
    const link = describeLink(healed);
    if (!hasPorts(edge.target) && links.has(link)) continue;
    links.add(link);
    kept[edge.id] = healed;
  }
  return renumber(scope, { ...graph, edges: kept }, targets);

  /** The wire that brings what a removed node would have passed on; null where that is not one wire. */
  function findStandIn(start: GraphEdge): GraphEdge | null {
    let edge = start;
    const seen = new Set<NodeId>();
    while (gone.has(edge.source)) {
      const sources = incoming.get(edge.source) ?? [];
      const only = sources.length === 1 ? sources[0] : undefined;
      if (only === undefined || seen.has(edge.source) || portOf(edge) > 0) return null;
      seen.add(edge.source);
      edge = only;
    }
    return edge;
  }

  function hasPorts(id: NodeId): boolean {
    const target = findNode(graph, id);
    return target !== null && wiringOf(scope.blocks, graph, target).inputs.kind === "ports";
  }
}

function describeLink(edge: GraphEdge): string {
  return `${edge.source} ${portOf(edge)} ${edge.target}`;
}
