import type { NodeId } from "../base/ids.ts";
import {
  edgeSchema,
  findSchemaFault,
  frameSchema,
  nodeSchema,
  noteSchema,
} from "./documentSchemas.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "./model.ts";

/** Something that would break whoever walks the graph, and where in its lists. */
export interface GraphFault {
  readonly path: readonly ["nodes" | "edges" | "notes" | "frames", number, string];
  /** A clause: "names no layer: …". */
  readonly what: string;
}

interface GraphLists {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly notes: readonly { readonly id: string }[];
  readonly frames: readonly { readonly id: string }[];
}

const lists = ["nodes", "edges", "notes", "frames"] as const;

/**
 * Ids used twice, wires without an end, and layers that share the weights of none or of one that shares itself. Types
 * and options that nobody knows are no fault: they are kept and reported by analysis.
 */
export function listGraphFaults(graph: GraphLists): readonly GraphFault[] {
  const faults: GraphFault[] = [];
  for (const list of lists) {
    const seen = new Set<string>();
    graph[list].forEach(({ id }, index) => {
      if (seen.has(id)) {
        faults.push({ path: [list, index, "id"], what: "is used twice; ids must be unique" });
      }
      seen.add(id);
    });
  }
  const nodes = new Map<NodeId, GraphNode>(graph.nodes.map((node) => [node.id, node]));
  graph.edges.forEach((edge, index) => {
    for (const end of ["source", "target"] as const) {
      if (nodes.has(edge[end])) continue;
      faults.push({ path: ["edges", index, end], what: `names no layer: "${edge[end]}"` });
    }
  });
  graph.nodes.forEach(({ id, shares }, index) => {
    if (shares === undefined) return;
    const original = nodes.get(shares);
    const path = ["nodes", index, "shares"] as const;
    if (original === undefined) faults.push({ path, what: `names no layer: "${shares}"` });
    else if (original.id === id) faults.push({ path, what: "names the layer itself" });
    else if (original.shares !== undefined) {
      faults.push({
        path,
        what: `names a layer that shares another's weights itself: "${shares}"`,
      });
    }
  });
  return faults;
}

/** The first thing wrong with a graph that came from outside as an object, as a clause; null where all is well. */
export function findGraphFault(graph: ModelGraph): string | null {
  const schemas = { nodes: nodeSchema, edges: edgeSchema, notes: noteSchema, frames: frameSchema };
  for (const list of lists) {
    for (const [id, item] of Object.entries(graph[list])) {
      const fault = item.id === id ? findSchemaFault(schemas[list], item) : "has another id";
      if (fault !== null) return `${list}.${id}: ${fault}`;
    }
  }
  const [fault] = listGraphFaults({
    nodes: Object.values(graph.nodes),
    edges: Object.values(graph.edges),
    notes: Object.values(graph.notes),
    frames: Object.values(graph.frames),
  });
  return fault === undefined ? null : `${fault.path.join(".")} ${fault.what}`;
}
