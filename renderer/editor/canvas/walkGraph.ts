import type { NodeId } from "#shared/base/ids.ts";
import type { GraphNode, ModelGraph } from "#shared/document/model.ts";
import type { FlowDirection } from "./geometry.ts";

export type ArrowKey = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";
type Step = "forward" | "back" | "before" | "after";

/**
 * The node an arrow key leads to: along the flow it follows wires, across the flow it visits siblings (nodes that share
 * a source or target), and where there is no wire or sibling it goes to the nearest node that way. null: stay.
 */
export function walkGraph(
  graph: ModelGraph,
  from: NodeId,
  options: { readonly key: ArrowKey; readonly direction: FlowDirection },
): NodeId | null {
  const start = graph.nodes[from];
  if (start === undefined) return null;
  const step = stepOf(options.key, options.direction);
  const across = options.direction === "down" ? acrossDown : acrossRight;
  if (step === "forward" || step === "back") {
    const wired = step === "forward" ? targetsOf(graph, from) : sourcesOf(graph, from);
    return nearest(start, wired) ?? nearest(start, nodesTowards(graph, start, options.key));
  }
  const sign = step === "after" ? 1 : -1;
  const siblings = siblingsOf(graph, from).filter(
    (node) => Math.sign(across(node) - across(start)) === sign,
  );
  return nearest(start, siblings) ?? nearest(start, nodesTowards(graph, start, options.key));
}

const acrossDown = (node: GraphNode) => node.position.x;
const acrossRight = (node: GraphNode) => node.position.y;

function stepOf(key: ArrowKey, direction: FlowDirection): Step {
  const isDown = direction === "down";
  switch (key) {
    case "ArrowDown":
      return isDown ? "forward" : "after";
    case "ArrowUp":
      return isDown ? "back" : "before";
    case "ArrowRight":
      return isDown ? "after" : "forward";
    case "ArrowLeft":
      return isDown ? "before" : "back";
  }
}

function targetsOf(graph: ModelGraph, node: NodeId): readonly GraphNode[] {
  return present(
    Object.values(graph.edges)
      .filter((edge) => edge.source === node)
      .map((edge) => graph.nodes[edge.target]),
  );
}

function sourcesOf(graph: ModelGraph, node: NodeId): readonly GraphNode[] {
  return present(
    Object.values(graph.edges)
      .filter((edge) => edge.target === node)
      .map((edge) => graph.nodes[edge.source]),
  );
}

function siblingsOf(graph: ModelGraph, node: NodeId): readonly GraphNode[] {
  const throughSources = sourcesOf(graph, node).flatMap((source) => targetsOf(graph, source.id));
  const throughTargets = targetsOf(graph, node).flatMap((target) => sourcesOf(graph, target.id));
  const found = new Map([...throughSources, ...throughTargets].map((entry) => [entry.id, entry]));
  found.delete(node);
  return [...found.values()];
}

/** Nodes within 45° of the arrow. */
function nodesTowards(graph: ModelGraph, from: GraphNode, key: ArrowKey): readonly GraphNode[] {
  return Object.values(graph.nodes).filter((node) => {
    const dx = node.position.x - from.position.x;
    const dy = node.position.y - from.position.y;
    switch (key) {
      case "ArrowUp":
        return dy < 0 && Math.abs(dx) <= -dy;
      case "ArrowDown":
        return dy > 0 && Math.abs(dx) <= dy;
      case "ArrowLeft":
        return dx < 0 && Math.abs(dy) <= -dx;
      case "ArrowRight":
        return dx > 0 && Math.abs(dy) <= dx;
    }
  });
}

function nearest(from: GraphNode, candidates: readonly GraphNode[]): NodeId | null {
  let best: GraphNode | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const node of candidates) {
    const distance = Math.hypot(
      node.position.x - from.position.x,
      node.position.y - from.position.y,
    );
    if (distance < bestDistance) {
      best = node;
      bestDistance = distance;
    }
  }
  return best?.id ?? null;
}

function present<T>(values: readonly (T | undefined)[]): readonly T[] {
  return values.filter((value) => value !== undefined);
}
