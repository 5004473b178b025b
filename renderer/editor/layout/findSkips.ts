import type { EdgeId, NodeId } from "#shared/base/ids.ts";
import {
  incomingEdges,
  listEdges,
  listNodes,
  outgoingEdges,
} from "#shared/document/graphQueries.ts";
import type { ModelGraph } from "#shared/document/model.ts";

/**
 * Skip connections: wires whose ends are also joined by a longer way. The layout leaves them out, so that the main line
 * stays straight; they are drawn round the side. Leaving them out moves no layer to another rank.
 */
export function findSkips(graph: ModelGraph): ReadonlySet<EdgeId> {
  const depths = measureDepths(graph);
  const skips = new Set<EdgeId>();
  for (const edge of listEdges(graph)) {
    const from = depths.get(edge.source);
    const to = depths.get(edge.target);
    if (from === undefined || to === undefined || to - from < 2) continue;
    const others = outgoingEdges(graph, edge.source)
      .filter((other) => other.id !== edge.id)
      .map((other) => other.target);
    if (canReach(graph, others, { target: edge.target, depths })) skips.add(edge.id);
  }
  return skips;
}

/** Nodes on the longest way through the graph. */
export function measureDepth(graph: ModelGraph): number {
  let deepest = 0;
  for (const depth of measureDepths(graph).values()) deepest = Math.max(deepest, depth + 1);
  return deepest;
}

/** Length of the longest way to each node; nodes in or behind a cycle have none. */
function measureDepths(graph: ModelGraph): ReadonlyMap<NodeId, number> {
  const depths = new Map<NodeId, number>();
  const missing = new Map<NodeId, number>();
  const ready: NodeId[] = [];
  for (const node of listNodes(graph)) {
    const count = incomingEdges(graph, node.id).length;
    missing.set(node.id, count);
    if (count === 0) ready.push(node.id);
  }
  for (let at = 0; at < ready.length; at++) {
    const node = ready[at];
    if (node === undefined) break;
    const sources = incomingEdges(graph, node).map((edge) => depths.get(edge.source) ?? 0);
    depths.set(node, sources.length === 0 ? 0 : Math.max(...sources) + 1);
    for (const { target } of outgoingEdges(graph, node)) {
      const left = (missing.get(target) ?? 0) - 1;
      missing.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return depths;
}

function canReach(
  graph: ModelGraph,
  starts: readonly NodeId[],
  search: { readonly target: NodeId; readonly depths: ReadonlyMap<NodeId, number> },
): boolean {
  const limit = search.depths.get(search.target) ?? 0;
  const seen = new Set<NodeId>(starts);
  const waiting = [...starts];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node === search.target) return true;
    // What lies as deep as the target or deeper can't lead to it.
    if ((search.depths.get(node) ?? limit) >= limit) continue;
    for (const { target } of outgoingEdges(graph, node)) {
      if (seen.has(target)) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
  return false;
}
