import { describe, expect, it } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { nodeId } from "../base/ids.ts";
import { type NodeTable, buildDocument } from "../document/graph.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { compileDocument } from "./compileDocument.ts";
import type { ModelPlan } from "./plan.ts";

function compile(document: ProjectDocument): ModelPlan {
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join(" "));
  return plan.value;
}

function renameNodes(
  document: ProjectDocument,
  names: Readonly<Record<string, string>>,
): ProjectDocument {
  const nodes = Object.fromEntries(
    Object.values(document.graph.nodes).map((node) => [
      node.id,
      { ...node, name: names[node.id] ?? node.name },
    ]),
  );
  return { ...document, graph: { ...document.graph, nodes } };
}

const twoBranches: NodeTable = {
  out: [
    "output",
    {
      target: "kind",
      loss: "sparseCategoricalCrossentropy",
      lossWeight: 0.5,
      metrics: ["accuracy"],
    },
  ],
  right: ["input", { shape: [6], field: "r" }],
  left: ["input", { shape: [4] }],
  a: ["dense", { units: 3 }],
  b: ["dense", { units: 3 }],
  gap: "subtract",
  head: ["dense", { units: 2, activation: "softmax" }],
  loose: ["dense", { units: 9 }],
};
const wires = ["left>a", "right>b", "b>gap", "a>gap", "gap>head", "head>out", "a>loose"];

describe("compilePlan", () => {
  it("orders layers, keeps inputs in the document's order, and leaves loose ends out", () => {
    const plan = compile(buildDocument(twoBranches, wires));
    expect(plan.inputs.map(({ name, field }) => [name, field])).toEqual([
      ["right", "r"],
      ["left", ""],
    ]);
    expect(plan.layers.map(({ name }) => name)).toEqual(["b", "a", "gap", "head"]);
    expect(plan.outputs).toMatchObject([
      {
        source: { layer: "head", port: 0 },
        target: "kind",
        loss: "sparseCategoricalCrossentropy",
        lossWeight: 0.5,
        metrics: ["accuracy"],
      },
    ]);
  });

  it("keeps the order of a merge's inputs, which Subtract depends on", () => {
    const plan = compile(buildDocument(twoBranches, wires));
    expect(
      plan.layers.find(({ name }) => name === "gap")?.inputs.map((input) => input.layer),
    ).toEqual(["b", "a"]);
  });

  it("makes unique identifiers of any names", () => {
    const document = renameNodes(buildDocument(twoBranches, wires), {
      left: "class",
      right: "Größe (cm)",
      a: "same",
      b: "same",
      gap: "*/ evil(); /*",
      head: "モデル",
    });
    const plan = compile({ ...document, name: "import" });
    const names = [...plan.inputs, ...plan.layers, ...plan.outputs].map(({ name }) => name);
    for (const name of [...names, plan.name]) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
    expect(new Set(names).size).toBe(names.length);
    expect(plan.name).not.toBe("import");
    const known = new Set(names);
    for (const layer of plan.layers)
      for (const input of layer.inputs) expect(known).toContain(input.layer);
  });

  it("lets an Input feed an Output directly", () => {
    const plan = compile(
      buildDocument({ x: "input", y: ["output", { loss: "meanSquaredError" }] }, ["x>y"]),
    );
    expect(plan).toMatchObject({ layers: [], outputs: [{ source: { layer: "x", port: 0 } }] });
  });

  it("is plain data that later edits can't touch", () => {
    const plan = compile(buildDocument(twoBranches, wires));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it("hands on the errors of the analysis, and only those", () => {
    const document = buildDocument({ ...twoBranches, a: ["dense", { units: 0 }] }, wires);
    const plan = compileDocument(document, analyzeDocument(document, { data: null }));
    expect(plan.ok).toBe(false);
    if (plan.ok) return;
    expect(plan.error.map(({ severity }) => severity)).toEqual(["error"]);
    expect(plan.error[0]?.nodes).toEqual([nodeId("a")]);
  });

  it("refuses an empty graph", () => {
    const document = buildDocument({});
    expect(compileDocument(document, analyzeDocument(document))).toMatchObject({
      ok: false,
      error: [{ code: "no-input-node", severity: "error" }],
    });
  });
});
