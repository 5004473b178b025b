import type { ElkNode } from "elkjs/lib/elk-api.js";
import type { NodeId } from "#shared/base/ids.ts";
import { listEdges, listNodes } from "#shared/document/graphQueries.ts";
import type { GraphNode, ModelGraph, Position } from "#shared/document/model.ts";
import { nodeHeight, nodeWidth, snapToStep } from "../canvas/geometry.ts";
import type { FlowDirection } from "../canvas/geometry.ts";
import { portsOfNode } from "../nodeTypes.ts";
import { findSkips, measureDepth } from "./findSkips.ts";

/**
 * The graph as ELK's layered algorithm takes it (https://eclipse.dev/elk/reference.html). Nodes keep their order where
 * the wires leave it open, so that a tidy-up after a small change moves little.
 */
export function toElkGraph(
  graph: ModelGraph,
  options: { readonly direction: FlowDirection; readonly only?: ReadonlySet<NodeId> },
): ElkNode {
  const nodes = listNodes(graph).filter((node) => options.only?.has(node.id) ?? true);
  const included = new Set(nodes.map((node) => node.id));
  const isDown = options.direction === "down";
  const skips = findSkips(graph);
  const depth = measureDepth(graph);
  return {
    id: "graph",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": isDown ? "DOWN" : "RIGHT",
      "elk.spacing.nodeNode": "44",
      "elk.layered.spacing.nodeNodeBetweenLayers": isDown ? "38" : "104",
      "elk.layered.spacing.edgeNodeBetweenLayers": "16",
      "elk.spacing.edgeNode": "40",
      "elk.spacing.componentComponent": "80",
      "elk.layered.considerModelOrder.strategy": "PREFER_NODES",
      "elk.layered.nodePlacement.strategy": nodes.length > 1500 ? "SIMPLE" : "BRANDES_KOEPF",
      "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
      "elk.layered.thoroughness": nodes.length > 400 ? "1" : "7",
      "elk.separateConnectedComponents": "true",
      // A long chain to the right would be a line that no window shows: it goes on in a further row.
      ...(!isDown && depth > wrapDepth
        ? { "elk.layered.wrapping.strategy": "MULTI_EDGE", "elk.aspectRatio": "5" }
        : {}),
    },
    children: nodes.map((node) => {
      const room = portRoom(graph, node);
      return {
        id: node.id,
        width: nodeWidth,
        height: nodeHeight + (isDown ? room.before + room.after : 0),
      };
    }),
    edges: listEdges(graph)
      .filter(
        (edge) => included.has(edge.source) && included.has(edge.target) && !skips.has(edge.id),
      )
      .map((edge) => ({ id: edge.id, sources: [edge.source], targets: [edge.target] })),
  };
}

/** Layers in a row beyond which a chain to the right is wrapped. */
const wrapDepth = 6;

/** ELK's answer as new positions, with the top left corner where the graph's was, so that the picture stays put. */
export function readLayout(graph: ModelGraph, layout: ElkNode): Readonly<Record<NodeId, Position>> {
  const nodes = new Map<string, GraphNode>(listNodes(graph).map((node) => [node.id, node]));
  const placed = (layout.children ?? []).flatMap((child) => {
    const node = nodes.get(child.id);
    return node === undefined || child.x === undefined || child.y === undefined
      ? []
      : [
          {
            node,
            x: child.x,
            y: child.y + ((child.height ?? 0) > nodeHeight ? portRoom(graph, node).before : 0),
          },
        ];
  });
  if (placed.length === 0) return {};
  const before = {
    x: min(placed.map((entry) => entry.node.position.x)),
    y: min(placed.map((entry) => entry.node.position.y)),
  };
  const after = { x: min(placed.map((entry) => entry.x)), y: min(placed.map((entry) => entry.y)) };
  return Object.fromEntries(
    placed.map(({ node, x, y }) => [
      node.id,
      snapToStep({ x: before.x + x - after.x, y: before.y + y - after.y }),
    ]),
  );
}

/** Several ports have names beside them, which take room along the flow. */
function portRoom(
  graph: ModelGraph,
  node: GraphNode,
): { readonly before: number; readonly after: number } {
  const { inputs, outputs } = portsOfNode(graph, node);
  return { before: inputs.length > 1 ? 20 : 0, after: outputs.length > 1 ? 20 : 0 };
}

function min(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
