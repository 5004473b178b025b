import type { ElkNode } from "elkjs/lib/elk-api.js";
import type { NodeId } from "#shared/base/ids.ts";
import { listEdges, listNodes } from "#shared/document/graphQueries.ts";
import type { GraphNode, ModelGraph, Position } from "#shared/document/model.ts";
import { nodeHeight, nodeRect, nodeWidth, snapToStep } from "../canvas/geometry.ts";
import type { FlowDirection } from "../canvas/geometry.ts";
import { isOnFrame } from "../frames.ts";
import { portsOfNode } from "../nodeTypes.ts";
import { findSkips, measureDepth } from "./findSkips.ts";

/**
 * The graph as ELK's layered algorithm takes it (https://eclipse.dev/elk/reference.html). Nodes keep their order where
 * the wires leave it open, so that a tidy-up after a small change moves little.
 */
export function toElkGraph(
  graph: ModelGraph,
  options: {
    readonly direction: FlowDirection;
    readonly only?: ReadonlySet<NodeId>;
    /** What each frame goes around; absent: what lies on it. */
    readonly framed?: readonly ReadonlySet<NodeId>[];
  },
): ElkNode {
  const nodes = listNodes(graph).filter((node) => options.only?.has(node.id) ?? true);
  const included = new Set(nodes.map((node) => node.id));
  const isDown = options.direction === "down";
  const skips = findSkips(graph);
  const depth = measureDepth(graph);
  const framed = options.framed ?? listFramed(graph);
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
      const room = roomAround(graph, node, framed);
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
export function readLayout(
  graph: ModelGraph,
  layout: ElkNode,
  framed = listFramed(graph),
): Readonly<Record<NodeId, Position>> {
  const nodes = new Map<string, GraphNode>(listNodes(graph).map((node) => [node.id, node]));
  const placed = (layout.children ?? []).flatMap((child) => {
    const node = nodes.get(child.id);
    return node === undefined || child.x === undefined || child.y === undefined
      ? []
      : [
          {
            node,
            x: child.x,
            y:
              child.y +
              ((child.height ?? 0) > nodeHeight ? roomAround(graph, node, framed).before : 0),
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

/**
 * What takes room along the flow: names beside several ports, and at the first and last layers on a frame its title
 * and border, so that the shapes on wires into it and out of it lie outside.
 */
function roomAround(
  graph: ModelGraph,
  node: GraphNode,
  framed: readonly ReadonlySet<NodeId>[],
): { readonly before: number; readonly after: number } {
  const { inputs, outputs } = portsOfNode(graph, node);
  const frames = framed.filter((members) => members.has(node.id));
  const isFirst = frames.some((members) => !isJoined(graph, { to: node.id, from: members }));
  const isLast = frames.some((members) => !isJoined(graph, { from: node.id, to: members }));
  return {
    before: (inputs.length > 1 ? 20 : 0) + (isFirst ? frameRoom.before : 0),
    after: (outputs.length > 1 ? 20 : 0) + (isLast ? frameRoom.after : 0),
  };
}

const frameRoom = { before: 84, after: 30 };

function isJoined(
  graph: ModelGraph,
  wire: {
    readonly from: NodeId | ReadonlySet<NodeId>;
    readonly to: NodeId | ReadonlySet<NodeId>;
  },
): boolean {
  const isAt = (end: NodeId | ReadonlySet<NodeId>, id: NodeId): boolean =>
    typeof end === "string" ? end === id : end.has(id);
  return listEdges(graph).some(
    (edge) => isAt(wire.from, edge.source) && isAt(wire.to, edge.target),
  );
}

function listFramed(graph: ModelGraph): readonly ReadonlySet<NodeId>[] {
  return Object.values(graph.frames).map(
    (frame) =>
      new Set(
        listNodes(graph)
          .filter((node) => isOnFrame(nodeRect(node.position), frame))
          .map((node) => node.id),
      ),
  );
}

function min(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
