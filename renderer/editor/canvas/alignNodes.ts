import type { NodeId } from "#shared/base/ids.ts";
import type { GraphNode, Position } from "#shared/document/model.ts";
import { nodeHeight, nodeWidth } from "./geometry.ts";

export type Alignment =
  | "left"
  | "centre"
  | "right"
  | "top"
  | "middle"
  | "bottom"
  | "distribute-horizontally"
  | "distribute-vertically";

/** New positions of the given nodes; nodes all have one size, so that centres and edges align alike. */
export function alignNodes(
  nodes: readonly GraphNode[],
  alignment: Alignment,
): Readonly<Record<NodeId, Position>> {
  const xs = nodes.map((node) => node.position.x);
  const ys = nodes.map((node) => node.position.y);
  const place = (change: (node: GraphNode) => Partial<Position>) =>
    Object.fromEntries(nodes.map((node) => [node.id, { ...node.position, ...change(node) }]));
  switch (alignment) {
    case "left":
      return place(() => ({ x: Math.min(...xs) }));
    case "right":
      return place(() => ({ x: Math.max(...xs) }));
    case "centre":
      return place(() => ({ x: (Math.min(...xs) + Math.max(...xs)) / 2 }));
    case "top":
      return place(() => ({ y: Math.min(...ys) }));
    case "bottom":
      return place(() => ({ y: Math.max(...ys) }));
    case "middle":
      return place(() => ({ y: (Math.min(...ys) + Math.max(...ys)) / 2 }));
    case "distribute-horizontally":
      return distribute(nodes, "x", nodeWidth + 24);
    case "distribute-vertically":
      return distribute(nodes, "y", nodeHeight + 24);
  }
}

/** Even steps between the first and the last; at least `minStep` where they would overlap. */
function distribute(
  nodes: readonly GraphNode[],
  key: "x" | "y",
  minStep: number,
): Readonly<Record<NodeId, Position>> {
  const sorted = [...nodes].sort((left, right) => left.position[key] - right.position[key]);
  const first = sorted[0]?.position[key] ?? 0;
  const last = sorted[sorted.length - 1]?.position[key] ?? 0;
  const step = Math.max(minStep, (last - first) / Math.max(1, sorted.length - 1));
  return Object.fromEntries(
    sorted.map((node, index) => [node.id, { ...node.position, [key]: first + index * step }]),
  );
}
