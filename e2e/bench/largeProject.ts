import { nodeId } from "#shared/base/ids.ts";
import { edgeId } from "#shared/base/ids.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { GraphEdge, GraphNode, ProjectDocument } from "#shared/document/model.ts";

const columns = 10;

/**
 * A residual network of about `nodeCount` nodes that fits everywhere: stages of Conv2D → BatchNormalization → Activation with
 * a skip into Add, laid out in columns as a person would see it.
 */
export function createLargeProject(nodeCount: number): ProjectDocument {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const add = (type: string, sources: readonly string[], params: GraphNode["params"] = {}) => {
    const index = nodes.length;
    const row = Math.floor(index / columns);
    const id = nodeId(`node-${index}`);
    nodes.push({
      id,
      type,
      name: `node_${index}`,
      params,
      position: { x: (index % columns) * 260, y: row * 110 },
    });
    sources.forEach((source, slot) =>
      edges.push({ id: edgeId(`edge-${edges.length}`), source: nodeId(source), target: id, slot }),
    );
    return id;
  };
  let tip = add("conv2d", [add("input", [], { shape: [32, 32, 3] })], {
    filters: 16,
    padding: "same",
  });
  while (nodes.length < nodeCount - 4) {
    const convolution = add("conv2d", [tip], { filters: 16, padding: "same" });
    const normalized = add("batchNormalization", [convolution]);
    const activated = add("activation", [normalized], { activation: "relu" });
    tip = add("add", [activated, tip]);
  }
  const pooled = add("globalAveragePooling2d", [tip]);
  add("output", [add("dense", [pooled], { units: 10, activation: "softmax" })]);
  const empty = createProject("large");
  return {
    ...empty,
    graph: {
      nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
      edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])),
      notes: {},
      frames: {},
    },
  };
}
