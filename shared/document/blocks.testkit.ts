import { type BlockId, blockId, edgeId, frameId, nodeId } from "../base/ids.ts";
import { createProject } from "./createProject.ts";
import { type NodeTable, buildGraph } from "./graph.testkit.ts";
import type { BlockDefinition, BlockParam, GraphFrame, ProjectDocument } from "./model.ts";

/** A block whose name is its id; `params` by name with their defaults, all of kind int. */
export function buildBlock(
  id: string,
  table: NodeTable,
  wires: readonly string[] = [],
  params: Readonly<Record<string, number>> = {},
): BlockDefinition {
  return {
    id: blockId(id),
    name: id,
    summary: "",
    params: Object.entries(params).map(([name, value]) => intParam(name, value)),
    graph: buildGraph(table, wires),
  };
}

export function intParam(name: string, value: number): BlockParam {
  return { name, kind: "int", default: value, label: "", help: "" };
}

export function listById(blocks: readonly BlockDefinition[]): Record<BlockId, BlockDefinition> {
  // The keys are the blocks' ids.
  return Object.fromEntries(blocks.map((block) => [block.id, block])) as Record<
    BlockId,
    BlockDefinition
  >;
}

const frame: GraphFrame = {
  id: frameId("frame-1"),
  title: "Encoder",
  colour: "green",
  position: { x: -10, y: 4 },
  size: { width: 300, height: 200 },
};

/** Everything that a project can hold: nested blocks, parameters, variables, a frame, ports, a shared and a muted layer. */
export const richDocument: ProjectDocument = (() => {
  const unit = buildBlock(
    "unit",
    {
      x: "blockInput",
      conv: ["conv2d", { filters: { $expr: "filters * 2" }, kernelSize: [3, 3], padding: "same" }],
      y: "blockOutput",
    },
    ["x>conv", "conv>y"],
    { filters: 8 },
  );
  const stage = buildBlock(
    "stage",
    {
      x: "blockInput",
      skip: "blockInput",
      first: ["block:unit", { filters: { $expr: "width // 2" }, repeat: 2 }],
      sum: "add",
      y: "blockOutput",
      side: "blockOutput",
    },
    ["x>first", "first>sum", "skip>sum", "sum>y", "first>side"],
    { width: 16 },
  );
  const graph = buildGraph(
    {
      image: ["input", { shape: [{ $expr: "imageSize" }, { $expr: "imageSize" }, 3] }],
      body: ["block:stage", { width: { $expr: "imageSize * 2" } }],
      relu: "relu",
      again: "block:stage",
      flat: "flatten",
      twin: "flatten",
      both: "concatenate",
      out: "output",
    },
    ["image>body", "body>relu", "relu>again", "again>flat", "flat>both", "twin>both", "both>out"],
  );
  const nodes = {
    ...graph.nodes,
    [nodeId("relu")]: { ...at("relu"), isMuted: true as const },
    [nodeId("twin")]: { ...at("twin"), shares: nodeId("flat") },
  };
  const sideWire = {
    id: edgeId("side"),
    source: nodeId("body"),
    target: nodeId("twin"),
    slot: 0,
    port: 1,
  };
  const skipWire = {
    id: edgeId("skip"),
    source: nodeId("image"),
    target: nodeId("body"),
    slot: 1,
  };
  return {
    ...createProject("Rich"),
    graph: {
      ...graph,
      nodes,
      edges: { ...graph.edges, [sideWire.id]: sideWire, [skipWire.id]: skipWire },
      frames: { [frame.id]: frame },
    },
    blocks: listById([unit, stage]),
    variables: [
      { name: "imageSize", value: 32 },
      { name: "sizes", value: [1, 2, 4] },
      { name: "classes", value: { $expr: "imageSize // 3" } },
    ],
  };

  function at(id: string) {
    const node = graph.nodes[nodeId(id)];
    if (node === undefined) throw new Error(id);
    return node;
  }
})();
