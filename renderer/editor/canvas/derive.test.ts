import { describe, expect, it } from "vitest";
import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import { nodeId } from "#shared/base/ids.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { makeGraph } from "../editor.testkit.ts";
import { createEdgeDeriver } from "./deriveEdges.ts";
import { createNodeDeriver } from "./deriveNodes.ts";
import type { LayerFlowNode } from "./deriveNodes.ts";

const graph = makeGraph(
  {
    input: ["input", 0, 0, { shape: [28, 28, 1] }],
    conv: ["conv2d", 0, 90, { filters: 8, kernelSize: [3, 3], padding: "same" }],
    dense: ["dense", 0, 180, { units: 10 }],
    output: ["output", 0, 270],
  },
  ["input>conv", "conv>dense", "dense>output"],
);
const nothing: ReadonlySet<string> = new Set();

const project = createProject("test");
const keep = (params: StoredParams) => params;

function sourcesOf(of: ModelGraph, previous: GraphAnalysis | null = null) {
  return {
    document: { ...project, graph: of },
    resolve: keep,
    selectedFrames: nothing,
    graph: of,
    analysis: analyzeGraph(of, { previous }),
    selectedNodes: nothing,
    selectedNotes: nothing,
    selectedEdges: nothing,
    movingTo: null,
    direction: "down",
    tabStop: null,
    dropTarget: null,
  } as const;
}

describe("deriving nodes", () => {
  it("tells the shape error at the node that has it, with its repairs", () => {
    const nodes = createNodeDeriver()(sourcesOf(graph));
    const dense = nodes.find((node): node is LayerFlowNode => node.id === "dense");
    expect(dense?.data.state).toBe("error");
    expect(dense?.data.bubble?.fixes.map((fix) => fix.title).join()).toContain("Flatten");
    expect(dense?.data.ariaLabel).toContain("Dense, dense");
    expect(dense?.data.ariaLabel).toContain("1 problem");
  });

  it("gives the very same objects where nothing changed", () => {
    const derive = createNodeDeriver();
    const sources = sourcesOf(graph);
    const first = derive(sources);
    expect(derive({ ...sources })).toBe(first);
  });

  it("makes a new object only for the node that was moved", () => {
    const derive = createNodeDeriver();
    const sources = sourcesOf(graph);
    const before = derive(sources);
    const movingTo = new Map([["conv", { x: 50, y: 90 }]]);
    const after = derive({ ...sources, movingTo });
    const changed = after.filter((node, index) => node !== before[index]).map((node) => node.id);
    expect(changed).toEqual(["conv"]);
    expect(after.find((node) => node.id === "conv")?.data).toBe(
      before.find((node) => node.id === "conv")?.data,
    );
  });

  it("keeps what lies before a changed parameter", () => {
    const derive = createNodeDeriver();
    const sources = sourcesOf(graph);
    const before = derive(sources);
    const conv = graph.nodes[nodeId("conv")];
    const changed: ModelGraph = {
      ...graph,
      nodes: {
        ...graph.nodes,
        ...(conv && { conv: { ...conv, params: { ...conv.params, filters: 16 } } }),
      },
    };
    const after = derive(sourcesOf(changed, sources.analysis));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it("is quiet about a layer that only waits for its wire", () => {
    const lone = makeGraph({ lone: ["dense", 0, 0] });
    const [node] = createNodeDeriver()(sourcesOf(lone));
    expect(node?.type === "layer" && node.data.state).toBe("waiting");
    expect(node?.type === "layer" && node.data.bubble).toBeNull();
  });
});

describe("deriving edges", () => {
  it("carries sizes on the wire and axes in its long form", () => {
    const edges = createEdgeDeriver()(sourcesOf(graph));
    expect(edges.map((edge) => edge.data?.sizes)).toEqual(["28 × 28 × 1", "28 × 28 × 8", ""]);
    expect(edges[1]?.data?.axes).toBe("batch × height 28 × width 28 × channels 8");
  });

  it("marks the wire that doesn't fit, and no other", () => {
    const edges = createEdgeDeriver()(sourcesOf(graph));
    expect(edges.filter((edge) => edge.data?.isBad).map((edge) => edge.id)).toEqual(["conv>dense"]);
  });

  it("knows repeated shapes, to be left out when zoomed out", () => {
    const chain = makeGraph(
      {
        input: ["input", 0, 0, { shape: [8] }],
        drop: ["dropout", 0, 90],
        end: ["dropout", 0, 180],
      },
      ["input>drop", "drop>end"],
    );
    const edges = createEdgeDeriver()(sourcesOf(chain));
    expect(edges.map((edge) => edge.data?.isRepeat)).toEqual([false, true]);
  });

  it("gives the very same objects where nothing changed", () => {
    const derive = createEdgeDeriver();
    const sources = sourcesOf(graph);
    const first = derive(sources);
    expect(derive({ ...sources })).toBe(first);
    const selected = derive({ ...sources, selectedNodes: new Set(["input"]) });
    expect(selected[0]).not.toBe(first[0]);
    expect(selected[2]).toBe(first[2]);
  });
});
