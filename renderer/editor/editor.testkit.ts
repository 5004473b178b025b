import { edgeId, nodeId } from "#shared/base/ids.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "#shared/document/model.ts";
import type { StoredParams } from "#shared/layers/params.ts";

type NodeRow = readonly [type: string, x: number, y: number, params?: StoredParams];

/** A graph in a few lines: `{ a: ["dense", 0, 0] }` and wires `"a>b"`, whose slots count up by target. */
export function makeGraph(
  rows: Readonly<Record<string, NodeRow>>,
  wires: readonly string[] = [],
): ModelGraph {
  const nodes: Record<string, GraphNode> = {};
  for (const [id, [type, x, y, params]] of Object.entries(rows)) {
    nodes[id] = { id: nodeId(id), type, name: id, params: params ?? {}, position: { x, y } };
  }
  const edges: Record<string, GraphEdge> = {};
  const slots = new Map<string, number>();
  for (const wire of wires) {
    const [source = "", target = ""] = wire.split(">");
    const slot = slots.get(target) ?? 0;
    slots.set(target, slot + 1);
    edges[wire] = { id: edgeId(wire), source: nodeId(source), target: nodeId(target), slot };
  }
  return { nodes, edges, notes: {}, frames: {} };
}
