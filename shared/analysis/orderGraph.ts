import type { NodeId } from "../base/ids.ts";
import { indexGraph } from "../document/graphQueries.ts";
import type { ModelGraph } from "../document/model.ts";

export interface GraphOrder {
  /** Every node that is in no cycle, sources before targets, otherwise in the document's order. */
  readonly order: readonly NodeId[];
  /** Groups of nodes that feed each other in a circle. */
  readonly cycles: readonly (readonly NodeId[])[];
}

/** Kahn's algorithm, then Tarjan's for what it leaves over. Linear in nodes and wires; no recursion. */
export function orderGraph(graph: ModelGraph): GraphOrder {
  const ids = Object.values(graph.nodes).map((node) => node.id);
  const first = sortNodes(graph, ids, new Set());
  if (first.length === ids.length) return { order: first, cycles: [] };
  const done = new Set(first);
  const cycles = findCycles(
    graph,
    ids.filter((id) => !done.has(id)),
  );
  return { order: sortNodes(graph, ids, new Set(cycles.flat())), cycles };
}

function sortNodes(
  graph: ModelGraph,
  ids: readonly NodeId[],
  excluded: ReadonlySet<NodeId>,
): readonly NodeId[] {
  const { incoming, outgoing } = indexGraph(graph);
  const waitingFor = new Map<NodeId, number>();
  const order: NodeId[] = [];
  for (const id of ids) {
    if (excluded.has(id)) continue;
    const sources = incoming.get(id) ?? [];
    const count = sources.filter(
      ({ source }) => graph.nodes[source] && !excluded.has(source),
    ).length;
    waitingFor.set(id, count);
    if (count === 0) order.push(id);
  }
  for (let next = 0; next < order.length; next++) {
    const id = order[next];
    if (id === undefined) break;
    for (const { target } of outgoing.get(id) ?? []) {
      const count = waitingFor.get(target);
      if (count === undefined) continue;
      waitingFor.set(target, count - 1);
      if (count === 1) order.push(target);
    }
  }
  return order;
}

/** Strongly connected components of two nodes or more, or of one that feeds itself. */
function findCycles(graph: ModelGraph, ids: readonly NodeId[]): readonly (readonly NodeId[])[] {
  const { outgoing } = indexGraph(graph);
  const allowed = new Set(ids);
  const targetsOf = (id: NodeId) =>
    (outgoing.get(id) ?? []).map((edge) => edge.target).filter((target) => allowed.has(target));
  const numbers = new Map<NodeId, number>();
  const lowest = new Map<NodeId, number>();
  const open: NodeId[] = [];
  const isOpen = new Set<NodeId>();
  const cycles: NodeId[][] = [];

  const lower = (id: NodeId, number: number) =>
    lowest.set(id, Math.min(lowest.get(id) ?? number, number));

  for (const start of ids) {
    if (numbers.has(start)) continue;
    const calls: { readonly id: NodeId; readonly targets: readonly NodeId[]; next: number }[] = [];
    const enter = (id: NodeId) => {
      const number = numbers.size;
      numbers.set(id, number);
      lowest.set(id, number);
      open.push(id);
      isOpen.add(id);
      calls.push({ id, targets: targetsOf(id), next: 0 });
    };
    enter(start);
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const target = call.targets[call.next++];
      if (target === undefined) {
        calls.pop();
        const caller = calls.at(-1);
        const own = lowest.get(call.id) ?? 0;
        if (caller !== undefined) lower(caller.id, own);
        if (own === numbers.get(call.id)) closeComponent(call.id);
      } else if (!numbers.has(target)) {
        enter(target);
      } else if (isOpen.has(target)) {
        lower(call.id, numbers.get(target) ?? 0);
      }
    }
  }
  return cycles;

  function closeComponent(root: NodeId): void {
    const members = open.splice(open.lastIndexOf(root));
    for (const id of members) isOpen.delete(id);
    const [only] = members;
    const feedsItself = only !== undefined && targetsOf(only).includes(only);
    if (members.length > 1 || feedsItself) {
      const inCycle = new Set(members);
      // In the document's order, so that messages don't depend on where the search began.
      cycles.push(ids.filter((id) => inCycle.has(id)));
    }
  }
}
