import { blockId, edgeId, nodeId } from "#shared/base/ids.ts";
import { createProject } from "#shared/document/createProject.ts";
import type {
  BlockDefinition,
  GraphEdge,
  GraphNode,
  ModelGraph,
  ProjectDocument,
} from "#shared/document/model.ts";

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

/** The same network in blocks: ten stages of 25 residual units each, one definition of a unit, one of a stage. */
export function createBlockProject(): ProjectDocument {
  const unit = drawPart([
    ["in", "blockInput", []],
    ["conv", "conv2d", ["in"], { filters: { $expr: "filters" }, padding: "same" }],
    ["norm", "batchNormalization", ["conv"]],
    ["act", "activation", ["norm"], { activation: "relu" }],
    ["sum", "add", ["act", "in"]],
    ["out", "blockOutput", ["sum"]],
  ]);
  const stage = drawPart([
    ["in", "blockInput", []],
    ["units", "block:unit", ["in"], { filters: { $expr: "width" }, repeat: 25 }],
    ["out", "blockOutput", ["units"]],
  ]);
  const stages = Array.from({ length: 10 }, (_, index) => `stage-${index}`);
  const graph = drawPart([
    ["image", "input", [], { shape: [32, 32, 3] }],
    ["stem", "conv2d", ["image"], { filters: 16, padding: "same" }],
    ...stages.map((id, index): PartNode => {
      const before = stages[index - 1] ?? "stem";
      return [id, "block:stage", [before], { width: { $expr: "width" } }];
    }),
    ["pool", "globalAveragePooling2d", ["stage-9"]],
    ["head", "dense", ["pool"], { units: 10, activation: "softmax" }],
    ["result", "output", ["head"]],
  ]);
  return {
    ...createProject("large in blocks"),
    graph,
    blocks: {
      [blockId("unit")]: makeBlock("unit", "filters", unit),
      [blockId("stage")]: makeBlock("stage", "width", stage),
    },
    variables: [{ name: "width", value: 16 }],
  };
}

type PartNode = readonly [
  id: string,
  type: string,
  sources: readonly string[],
  params?: GraphNode["params"],
];

function drawPart(parts: readonly PartNode[]): ModelGraph {
  const nodes = parts.map(([id, type, , params = {}], index): GraphNode => {
    return { id: nodeId(id), type, name: id, params, position: { x: 0, y: index * 110 } };
  });
  const edges = parts.flatMap(([id, , sources]) =>
    sources.map((source, slot): GraphEdge => ({
      id: edgeId(`${source}--${id}`),
      source: nodeId(source),
      target: nodeId(id),
      slot,
    })),
  );
  return {
    nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])),
    notes: {},
    frames: {},
  };
}

function makeBlock(id: string, param: string, graph: ModelGraph): BlockDefinition {
  return {
    id: blockId(id),
    name: id,
    summary: "",
    params: [{ name: param, kind: "int", default: 16, label: param, help: "" }],
    graph,
  };
}
