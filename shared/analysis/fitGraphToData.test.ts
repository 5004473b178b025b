import { describe, expect, it } from "vitest";
import { blockId, nodeId } from "../base/ids.ts";
import { drawDocument } from "../blocks/blocks.testkit.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { type NodeTable, buildDocument } from "../document/graph.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { analyzeDocument } from "./analyzeDocument.ts";
import { analyzeGraph } from "./analyzeGraph.ts";
import { fitGraphToData } from "./fitGraphToData.ts";
import { classTarget, feature, numberTarget, summaryOf } from "./mistake.testkit.ts";

const mlp: NodeTable = {
  x: ["input", { shape: [4] }],
  hidden: ["dense", { units: 8, activation: "relu" }],
  head: ["dense", { units: 3, activation: "softmax" }],
  y: ["output", { metrics: ["accuracy"] }],
};
const wires = ["x>hidden", "hidden>head", "head>y"];

function fit(document: ProjectDocument, summary: DatasetSummary): ProjectDocument {
  const edit = fitGraphToData(document, summary);
  if (edit === null) return document;
  const applied = applyEdit(document, edit);
  if (!applied.ok) throw new Error(applied.error.message);
  return applied.value;
}

const paramsOf = (document: ProjectDocument, id: string) =>
  document.graph.nodes[nodeId(id)]?.params;

describe("fitGraphToData", () => {
  it.each<[string, NodeTable, readonly string[], DatasetSummary, Record<string, object>]>([
    [
      "other sizes and classes",
      mlp,
      wires,
      summaryOf(feature("features", 13), classTarget("wine", 5)),
      { x: { shape: [13] }, head: { units: 5, activation: "softmax" } },
    ],
    [
      "numbers instead of classes",
      mlp,
      wires,
      summaryOf(feature("features", 4), numberTarget("price", 1)),
      {
        head: { units: 1, activation: "linear" },
        y: { loss: "meanSquaredError", metrics: ["meanAbsoluteError"] },
      },
    ],
    [
      "classes instead of numbers",
      { ...mlp, head: ["dense", { units: 1 }], y: ["output", { loss: "huber" }] },
      wires,
      summaryOf(feature("features", 4), classTarget("kind", 3)),
      {
        head: { units: 3, activation: "softmax" },
        y: { loss: "categoricalCrossentropy", metrics: ["accuracy"] },
      },
    ],
    [
      "two classes behind a single unit",
      { ...mlp, head: ["dense", { units: 1 }], y: ["output", { loss: "meanSquaredError" }] },
      wires,
      summaryOf(feature("features", 4), classTarget("kind", 2)),
      {
        head: { units: 1, activation: "sigmoid" },
        y: { loss: "binaryCrossentropy", metrics: ["accuracy"] },
      },
    ],
    [
      "a softmax of its own layer",
      { ...mlp, head: ["dense", { units: 3 }], s: "softmax" },
      ["x>hidden", "hidden>head", "head>s", "s>y"],
      summaryOf(feature("features", 4), classTarget("kind", 6)),
      { head: { units: 6 }, s: {} },
    ],
    [
      "fields with names",
      {
        a: ["input", { shape: [2], field: "gone" }],
        b: ["input", { shape: [2] }],
        both: "concatenate",
        head: ["dense", { units: 4, activation: "softmax" }],
        y: ["output", { metrics: ["accuracy"] }],
      },
      ["a>both", "b>both", "both>head", "head>y"],
      summaryOf(feature("left", 16), feature("right", 32), classTarget("pattern", 4)),
      { a: { shape: [32], field: "right" }, b: { shape: [16] } },
    ],
  ])("fits %s", (_title, table, edges, summary, expected) => {
    const fitted = fit(buildDocument(table, edges), summary);
    for (const [id, params] of Object.entries(expected)) {
      expect(paramsOf(fitted, id)).toMatchObject(params);
    }
    const { diagnostics } = analyzeGraph(fitted.graph, { data: summary });
    expect(diagnostics).toEqual([]);
    expect(fitGraphToData(fitted, summary)).toBeNull();
  });

  it("puts a Flatten behind an Input that becomes an image", () => {
    const summary = summaryOf(feature("image", 28, 28, 1), classTarget("digit", 10));
    const fitted = fit(buildDocument(mlp, wires), summary);
    expect(Object.values(fitted.graph.nodes).map(({ type }) => type)).toContain("flatten");
    expect(analyzeGraph(fitted.graph, { data: summary }).diagnostics).toEqual([]);
  });

  it("leaves alone what suits: a loss for numbers, open sizes, chosen metrics", () => {
    const summary = summaryOf(feature("sequence", 24, 1), numberTarget("next", 1));
    const document = buildDocument(
      {
        x: ["input", { shape: [null, 1] }],
        memory: ["lstm", { units: 8 }],
        head: ["dense", { units: 1, activation: "tanh" }],
        y: ["output", { loss: "huber", metrics: ["r2"] }],
      },
      ["x>memory", "memory>head", "head>y"],
    );
    expect(fitGraphToData(document, summary)).toBeNull();
  });

  it("does nothing to an empty graph", () => {
    expect(fitGraphToData(buildDocument({}), summaryOf(feature("features", 4)))).toBeNull();
  });
});

describe("fitGraphToData with blocks", () => {
  const net = {
    params: { classes: 3 },
    nodes: {
      in: "blockInput",
      hidden: ["dense", { units: 8, activation: "relu" }],
      head: ["dense", { units: { $expr: "classes" }, activation: "softmax" }],
      out: "blockOutput",
    },
    wires: ["in>hidden", "hidden>head", "head>out"],
  } as const;
  const document = drawDocument(
    {
      nodes: {
        x: ["input", { shape: [4] }],
        net: "block:net",
        y: ["output", { metrics: ["accuracy"] }],
      },
      wires: ["x>net", "net>y"],
    },
    { net },
  );

  it("changes the layers inside a block, where they are drawn", () => {
    const fitted = fit(document, summaryOf(feature("features", 13), classTarget("wine", 5)));
    expect(paramsOf(fitted, "x")).toMatchObject({ shape: [13] });
    const { graph } = fitted.blocks[blockId("net")] ?? { graph: document.graph };
    expect(graph.nodes[nodeId("head")]?.params).toMatchObject({ units: 5, activation: "softmax" });
    expect(analyzeDocument(fitted).diagnostics).toEqual([]);
  });

  it("leaves alone what fits", () => {
    expect(
      fitGraphToData(document, summaryOf(feature("features", 4), classTarget("kind", 3))),
    ).toBeNull();
  });

  it("inserts a Flatten before a block that needs it", () => {
    const fitted = fit(document, summaryOf(feature("image", 8, 8, 1), classTarget("digit", 3)));
    const errors = analyzeDocument(fitted).diagnostics.filter(
      ({ severity }) => severity === "error",
    );
    expect(errors).toEqual([]);
    expect(Object.values(fitted.graph.nodes).map(({ type }) => type)).toContain("flatten");
  });
});
