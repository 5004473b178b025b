import { edgeId, nodeId } from "../base/ids.ts";
import type { StoredParams } from "../layers/params.ts";
import { createProject } from "./createProject.ts";
import type { GraphEdge, GraphNode, ModelGraph, ProjectDocument } from "./model.ts";

/** `{ a: "input", b: ["dense", { units: 3 }] }` and `["a>b"]`: ids and names are the keys, wires are named `a>b`. */
export type NodeTable = Readonly<Record<string, string | readonly [string, StoredParams]>>;

export function buildGraph(table: NodeTable, wires: readonly string[] = []): ModelGraph {
  const nodes: Record<string, GraphNode> = {};
  Object.entries(table).forEach(([name, entry], index) => {
    const [type, params] = typeof entry === "string" ? [entry, {}] : entry;
    const id = nodeId(name);
    nodes[name] = { id, type, name, params, position: { x: 0, y: index * 82 } };
  });
  const edges: Record<string, GraphEdge> = {};
  const slots = new Map<string, number>();
  for (const wire of wires) {
    const [source = "", target = ""] = wire.split(">");
    const slot = slots.get(target) ?? 0;
    slots.set(target, slot + 1);
    const id = edgeId(wire.replace(">", "--"));
    edges[id] = { id, source: nodeId(source), target: nodeId(target), slot };
  }
  return { nodes, edges, notes: {}, frames: {} };
}

export function buildDocument(table: NodeTable, wires: readonly string[] = []): ProjectDocument {
  return { ...createProject("Test"), graph: buildGraph(table, wires) };
}

/** The graph's wires as `source>target`, by target and slot. */
export function describeWires(graph: ModelGraph): readonly string[] {
  return Object.values(graph.edges)
    .toSorted((left, right) => left.target.localeCompare(right.target) || left.slot - right.slot)
    .map((edge) => `${edge.source}>${edge.target}`);
}
