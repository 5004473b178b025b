import type { Edge } from "@xyflow/react";
import type { EdgeId, NodeId } from "#shared/base/ids.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import type { GraphEdge, ModelGraph, Position, ProjectDocument } from "#shared/document/model.ts";
import { areSameShapes, formatShape, formatSizes } from "#shared/layers/shape.ts";
import type { Shape } from "#shared/layers/shape.ts";
import { portsOfNode } from "../nodeTypes.ts";
import type { FindType, PortNames } from "../nodeTypes.ts";
import { nodeRect } from "./geometry.ts";
import type { FlowDirection, Rect } from "./geometry.ts";
import { inputHandle, outputHandle, portShare } from "./ports.ts";
import { findBend, findDetour, indexObstacles, routeWire } from "./routeWire.ts";
import type { WireRoute } from "./routeWire.ts";

export type WireData = {
  readonly edgeId: EdgeId;
  readonly route: WireRoute;
  /** `28 × 28 × 32`; empty while unknown. */
  readonly sizes: string;
  /** With the axes named: `batch × height 28 × width 28 × channels 32`. */
  readonly axes: string;
  readonly isBad: boolean;
  /** The wire repeats the shape that came into its source: noise when zoomed out. */
  readonly isRepeat: boolean;
  /** At one end of the selected node. */
  readonly isHot: boolean;
  /** A layer dragged here would be inserted. */
  readonly isDropTarget: boolean;
  /** Which output of several it starts from; empty where there is only one. */
  readonly output: string;
  /** Which input of several this wire is: `2`, `query`; empty where there is only one. */
  readonly slot: string;
} & Record<string, unknown>;
export type WireFlowEdge = Edge<WireData, "wire">;

export interface EdgeSources {
  readonly graph: ModelGraph;
  readonly analysis: GraphAnalysis;
  readonly selectedNodes: ReadonlySet<string>;
  readonly selectedEdges: ReadonlySet<string>;
  readonly movingTo: ReadonlyMap<string, Position> | null;
  readonly direction: FlowDirection;
  readonly dropTarget: string | null;
  readonly document: ProjectDocument;
}

const noPorts: PortNames = { inputs: [], outputs: [] };

/** Derives React Flow's edges; as with nodes, an unchanged wire keeps its object. */
export function createEdgeDeriver(): (sources: EdgeSources) => WireFlowEdge[] {
  let cache = new Map<string, { readonly key: string; readonly edge: WireFlowEdge }>();
  let previous: WireFlowEdge[] = [];

  return (sources) => {
    const { graph, analysis, direction, movingTo } = sources;
    const rects = new Map<NodeId, Rect>();
    for (const node of Object.values(graph.nodes)) {
      rects.set(node.id, nodeRect(movingTo?.get(node.id) ?? node.position));
    }
    const obstacles = indexObstacles([...rects.values()], direction);
    const bad = badEdges(graph, analysis);
    const inputCounts = countInputs(graph);
    const findIn: FindType = (type) => findNodeType(sources.document, type);
    const ports = new Map<NodeId, PortNames>();
    const readPorts = (id: NodeId) => {
      const known = ports.get(id);
      if (known !== undefined) return known;
      const node = graph.nodes[id];
      const read = node === undefined ? noPorts : portsOfNode(graph, node, findIn);
      ports.set(id, read);
      return read;
    };
    const next = new Map<string, { readonly key: string; readonly edge: WireFlowEdge }>();
    const derived: WireFlowEdge[] = [];
    const ways = new Set<string>();

    for (const edge of Object.values(graph.edges)) {
      const source = rects.get(edge.source);
      const target = rects.get(edge.target);
      if (source === undefined || target === undefined) continue;
      const bend = findBend(source, target, { direction, obstacles });
      const detour = bend === null ? findDetour(source, target, { direction, obstacles }) : null;
      const from = readPorts(edge.source).outputs;
      const to = readPorts(edge.target).inputs;
      const shape = shapeOfWire(analysis, edge);
      // Of wires from one output to one layer, one tells their shape.
      const way = `${edge.source} ${edge.port ?? 0} ${edge.target}`;
      const isTwin = ways.has(way);
      ways.add(way);
      const ends = {
        sourceHandle: outputHandle(from.length, edge.port ?? 0),
        targetHandle: inputHandle(to.length, edge.slot),
        sourceShare: portShare(from.length, edge.port ?? 0),
        targetShare: portShare(to.length, edge.slot),
        isTargetNamed: to.length > 1,
      };
      const facts = {
        sizes: shape === null || isTwin ? "" : formatSizes(shape),
        axes: shape === null ? "" : describeWireShape(shape),
        isBad: bad.has(edge.id),
        isRepeat: isRepeatOfInput(analysis, { source: edge.source, shape }),
        output: from.length > 1 ? (from[edge.port ?? 0] ?? "") : "",
        isHot: sources.selectedNodes.has(edge.source) || sources.selectedNodes.has(edge.target),
        isDropTarget: sources.dropTarget === edge.id,
        slot:
          (to.length > 1 ? to[edge.slot] : undefined) ??
          ((inputCounts.get(edge.target) ?? 0) > 1 ? String(edge.slot + 1) : ""),
        isSelected: sources.selectedEdges.has(edge.id),
      };
      const key = [
        edge.source,
        edge.target,
        source.x,
        source.y,
        target.x,
        target.y,
        detour,
        bend,
        direction,
        ...Object.values(ends),
        ...Object.values(facts),
      ].join("|");
      const cached = cache.get(edge.id);
      const entry =
        cached?.key === key
          ? cached
          : {
              key,
              edge: toFlowEdge(edge, {
                graph,
                facts,
                ends,
                route: routeWire(source, target, { direction, detour, bend, ...ends }),
              }),
            };
      next.set(edge.id, entry);
      derived.push(entry.edge);
    }
    cache = next;
    if (
      derived.length === previous.length &&
      derived.every((edge, index) => edge === previous[index])
    ) {
      return previous;
    }
    previous = derived;
    return derived;
  };
}

function toFlowEdge(
  edge: GraphEdge,
  parts: {
    readonly graph: ModelGraph;
    readonly route: WireRoute;
    readonly ends: { readonly sourceHandle: string; readonly targetHandle: string };
    readonly facts: Omit<WireData, "edgeId" | "route"> & {
      readonly isSelected: boolean;
      readonly axes: string;
    };
  },
): WireFlowEdge {
  const { isSelected, ...facts } = parts.facts;
  const from = parts.graph.nodes[edge.source]?.name ?? edge.source;
  const to = parts.graph.nodes[edge.target]?.name ?? edge.target;
  return {
    id: edge.id,
    type: "wire",
    source: edge.source,
    target: edge.target,
    sourceHandle: parts.ends.sourceHandle,
    targetHandle: parts.ends.targetHandle,
    selected: isSelected,
    // Selected wires lie on top; skip connections stay under the nodes they pass.
    zIndex: isSelected ? 5 : 0,
    ariaLabel: `Wire from ${withPort(from, facts["output"])} to ${withPort(to, facts["slot"])}${facts.axes === "" ? "" : `, ${facts.axes}`}`,
    domAttributes: wireDomAttributes,
    // The spread loses the index signature that React Flow's record asks for.
    data: { ...facts, edgeId: edge.id, route: parts.route } as WireData,
  };
}

function withPort(name: string, port: unknown): string {
  return typeof port === "string" && port !== "" ? `${name} (${port})` : name;
}

/** The shape of the very output that the wire starts from. */
export function shapeOfWire(analysis: GraphAnalysis, edge: GraphEdge): Shape | null {
  const source = analysis.nodes[edge.source];
  if (source === undefined) return null;
  return (edge.port ?? 0) === 0
    ? source.outputShape
    : (source.outputShapes[edge.port ?? 0] ?? null);
}

const wireDomAttributes = { tabIndex: -1 };

export function describeWireShape(shape: Shape): string {
  return shape.axes.length === 0
    ? "batch (one number per sample)"
    : `batch × ${formatShape(shape)}`;
}

function isRepeatOfInput(
  analysis: GraphAnalysis,
  wire: { readonly source: NodeId; readonly shape: Shape | null },
): boolean {
  const [first] = analysis.nodes[wire.source]?.inputShapes ?? [];
  return (
    wire.shape !== null && first !== undefined && first !== null && areSameShapes(first, wire.shape)
  );
}

/** Wires that an error names; where it names none, all wires into the node to blame for a shape that doesn't fit. */
function badEdges(graph: ModelGraph, analysis: GraphAnalysis): ReadonlySet<string> {
  const bad = new Set<string>();
  const blamed = new Set<NodeId>();
  for (const diagnostic of analysis.diagnostics) {
    if (diagnostic.severity !== "error") continue;
    for (const edge of diagnostic.edges) bad.add(edge);
    const [node] = diagnostic.nodes;
    if (diagnostic.edges.length === 0 && node !== undefined && shapeCodes.has(diagnostic.code)) {
      blamed.add(node);
    }
  }
  if (blamed.size > 0) {
    for (const edge of Object.values(graph.edges)) {
      if (blamed.has(edge.target)) bad.add(edge.id);
    }
  }
  return bad;
}

const shapeCodes: ReadonlySet<string> = new Set(["rank", "axis", "size", "merge", "dtype"]);

function countInputs(graph: ModelGraph): ReadonlyMap<NodeId, number> {
  const counts = new Map<NodeId, number>();
  for (const edge of Object.values(graph.edges)) {
    counts.set(edge.target, (counts.get(edge.target) ?? 0) + 1);
  }
  return counts;
}
