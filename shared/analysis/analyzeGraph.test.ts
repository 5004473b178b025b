import { describe, expect, it } from "vitest";
import { edgeId, nodeId } from "../base/ids.ts";
import { applyEdit } from "../document/applyEdit.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { buildDocument, buildGraph } from "../document/graph.testkit.ts";
import type { GraphEdge, ModelGraph, ProjectDocument } from "../document/model.ts";
import { formatSizes } from "../layers/shape.ts";
import { analyzeGraph } from "./analyzeGraph.ts";
import type { GraphAnalysis } from "./types.ts";

const cnn = buildDocument(
  {
    image: ["input", { shape: [28, 28, 1] }],
    conv: ["conv2d", { filters: 32, kernelSize: [3, 3] }],
    pool: "maxPooling2d",
    flat: "flatten",
    head: ["dense", { units: 10, activation: "softmax" }],
    out: "output",
  },
  ["image>conv", "conv>pool", "pool>flat", "flat>head", "head>out"],
);

function apply(document: ProjectDocument, edit: DocumentEdit): ProjectDocument {
  const applied = applyEdit(document, edit);
  if (!applied.ok) throw new Error(applied.error.message);
  return applied.value;
}

const sizesOf = (analysis: GraphAnalysis, id: string) => {
  const shape = analysis.nodes[nodeId(id)]?.outputShape ?? null;
  return shape === null ? null : formatSizes(shape);
};

describe("a whole graph", () => {
  const analysis = analyzeGraph(cnn.graph);

  it("gets shapes with named axes, weights and totals", () => {
    expect(["image", "conv", "pool", "flat", "head"].map((id) => sizesOf(analysis, id))).toEqual([
      "28 × 28 × 1",
      "26 × 26 × 32",
      "13 × 13 × 32",
      "5408",
      "10",
    ]);
    const conv = analysis.nodes[nodeId("conv")];
    expect(conv?.outputShape?.axes.map(({ name }) => name)).toEqual([
      "height",
      "width",
      "channels",
    ]);
    expect(conv?.paramCount).toBe(320);
    expect(analysis.totals).toMatchObject({ paramCount: 54_410, trainableCount: 54_410 });
    // 26 · 26 · 9 · 32 for the convolution, 5408 · 10 for the head.
    expect(analysis.totals.multiplyAdds).toBe(194_688 + 54_080);
    expect(analysis.diagnostics).toEqual([]);
  });

  it("counts only what leads to an output, once something does", () => {
    const table = { x: "input", a: ["dense", { units: 3 }], b: ["dense", { units: 5 }] } as const;
    expect(analyzeGraph(buildGraph(table, ["x>a", "x>b"])).totals.paramCount).toBe(15 + 25);
    const ended = buildGraph({ ...table, y: "output" }, ["x>a", "x>b", "a>y"]);
    expect(analyzeGraph(ended).totals.paramCount).toBe(15);
  });

  it("tells one fault once and is silent about what follows from it", () => {
    const broken = apply(cnn, { kind: "setParams", node: nodeId("conv"), params: { filters: 0 } });
    const { diagnostics } = analyzeGraph(broken.graph);
    expect(diagnostics.map(({ code }) => code)).toEqual(["bad-parameter"]);
  });

  it("doesn't call an empty graph or one without data broken", () => {
    expect(analyzeGraph(buildGraph({})).diagnostics).toMatchObject([{ severity: "warning" }]);
    const codes = analyzeGraph(cnn.graph, { data: null }).diagnostics;
    expect(codes).toMatchObject([{ code: "no-data", severity: "info" }]);
  });

  it("orders what stands behind a circle, and leaves the circle out", () => {
    const graph = buildGraph({ x: "input", sum: "add", a: "relu", b: "relu", y: "output" }, [
      "x>sum",
      "sum>a",
      "a>sum",
      "a>b",
      "b>y",
    ]);
    expect(analyzeGraph(graph).order).toEqual(["x", "b", "y"]);
  });
});

describe("several circles in one", () => {
  it("are cut together where no single wire is enough", () => {
    const document = buildDocument(
      { x: "input", s: "add", a: "relu", t: "add", b: "relu", y: "output" },
      ["x>s", "s>a", "a>s", "a>t", "t>b", "b>t", "b>s", "b>y"],
    );
    const before = analyzeGraph(document.graph).diagnostics.find(({ code }) => code === "cycle");
    expect(before?.nodes).toEqual(["s", "a", "t", "b"]);
    const fix = before?.fixes[0];
    expect(fix?.title).toMatch(/^Remove \d wires$/);
    if (fix === undefined) return;
    const { diagnostics } = analyzeGraph(apply(document, fix.edit).graph);
    expect(diagnostics.map(({ code }) => code)).not.toContain("cycle");
  });
});

describe("after an edit", () => {
  const before = analyzeGraph(cnn.graph);

  it("keeps the analysis of every node that the edit doesn't reach", () => {
    const edit = { kind: "setParams", node: nodeId("flat"), params: {} } as const;
    expect(analyzeGraph(apply(cnn, edit).graph, { previous: before }).nodes).toBe(before.nodes);
    const grown = apply(cnn, { kind: "setParams", node: nodeId("head"), params: { units: 5 } });
    const after = analyzeGraph(grown.graph, { previous: before });
    for (const id of ["image", "conv", "pool", "flat"].map(nodeId)) {
      expect(after.nodes[id]).toBe(before.nodes[id]);
    }
    expect(after.nodes[nodeId("head")]).not.toBe(before.nodes[nodeId("head")]);
  });

  it("stops where the shape comes out the same", () => {
    const edited = apply(cnn, {
      kind: "setParams",
      node: nodeId("conv"),
      params: { activation: "relu" },
    });
    const after = analyzeGraph(edited.graph, { previous: before });
    expect(after.nodes[nodeId("conv")]?.outputShape).toBe(
      before.nodes[nodeId("conv")]?.outputShape,
    );
    expect(after.nodes[nodeId("pool")]).toBe(before.nodes[nodeId("pool")]);
  });

  it("keeps all nodes when one was only moved", () => {
    const moved = apply(cnn, {
      kind: "moveNodes",
      positions: { [nodeId("pool")]: { x: 9, y: 9 } },
    });
    expect(analyzeGraph(moved.graph, { previous: before }).nodes).toBe(before.nodes);
  });

  it("offers fixes with ids that are free now", () => {
    const wrong = apply(cnn, { kind: "removeNodes", nodes: [nodeId("flat")], heal: true });
    const first = analyzeGraph(wrong.graph);
    const taken = apply(wrong, {
      kind: "addNode",
      node: {
        id: nodeId("flatten-1"),
        type: "relu",
        name: "flatten_1",
        params: {},
        position: { x: 0, y: 0 },
      },
    });
    const second = analyzeGraph(taken.graph, { previous: first });
    const fix = second.diagnostics.find(({ code }) => code === "rank")?.fixes[0];
    expect(fix === undefined ? null : applyEdit(taken, fix.edit).ok).toBe(true);
  });
});

describe("graphs that no editor makes", () => {
  const wire = (id: string, source: string, target: string): GraphEdge => ({
    id: edgeId(id),
    source: nodeId(source),
    target: nodeId(target),
    slot: 0,
  });
  const withEdges = (graph: ModelGraph, ...edges: readonly GraphEdge[]): ModelGraph => ({
    ...graph,
    edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])),
  });
  const table = { x: "input", a: "dense", y: "output" } as const;
  it.each<[string, ModelGraph]>([
    ["a wire from nowhere", withEdges(buildGraph(table), wire("w", "gone", "a"))],
    ["a wire to nowhere", withEdges(buildGraph(table), wire("w", "x", "gone"))],
    ["a layer that feeds itself", withEdges(buildGraph(table), wire("w", "a", "a"))],
    [
      "the same wire twice",
      withEdges(buildGraph({ ...table, s: "add" }), wire("v", "x", "s"), wire("w", "x", "s")),
    ],
    ["names of prototype keys", buildGraph({ toString: "input", valueOf: "hasOwnProperty" })],
    [
      "options of the wrong kind",
      buildGraph({ x: ["input", { shape: "no" }], a: ["dense", { units: [] }] }, ["x>a"]),
    ],
    [
      "layers within layers without end",
      buildGraph(
        {
          x: ["input", { shape: [4, 4] }],
          t: [
            "timeDistributed",
            {
              layer: { type: "timeDistributed", params: { layer: { type: "dense", params: {} } } },
            },
          ],
        },
        ["x>t"],
      ),
    ],
  ])("are analysed without a crash: %s", (_title, graph) => {
    const { diagnostics } = analyzeGraph(graph, { data: null });
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { message } of diagnostics) expect(message).not.toContain("fault in Netloom");
  });

  it("are refused when too deep for tfjs, and too large in sum", () => {
    const names = Array.from({ length: 2600 }, (_, index) => `n${index}`);
    const deep = buildGraph(
      Object.fromEntries(names.map((name, index) => [name, index === 0 ? "input" : "relu"])),
      names.slice(1).map((name, index) => `n${index}>${name}`),
    );
    expect(analyzeGraph(deep).diagnostics.map(({ code }) => code)).toContain("too-large");
    const wide = Array.from({ length: 4 }, (_, index) => `d${index}`);
    const heavy = buildGraph(
      {
        x: ["input", { shape: [16_000] }],
        ...Object.fromEntries(wide.map((name) => [name, ["dense", { units: 16_000 }]])),
        y: ["output", { loss: "meanSquaredError" }],
      },
      ["x>d0", "d0>d1", "d1>d2", "d2>d3", "d3>y"],
    );
    expect(analyzeGraph(heavy).diagnostics[0]?.message).toContain("1,024,064,000 weights");
  });
});
