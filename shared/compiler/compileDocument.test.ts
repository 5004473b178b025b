import { describe, expect, it } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { drawDocument } from "../blocks/blocks.testkit.ts";
import type { ProjectDocument } from "../document/model.ts";
import { compileDocument } from "./compileDocument.ts";
import type { ModelPlan } from "./plan.ts";

function compile(document: ProjectDocument): ModelPlan {
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join(" "));
  return plan.value;
}

const unit = {
  params: { units: 3 },
  nodes: {
    in: "blockInput",
    dense: ["dense", { units: { $expr: "units" } }],
    out: "blockOutput",
  },
  wires: ["in>dense", "dense>out"],
} as const;

describe("compileDocument", () => {
  it("names layers by the blocks they lie in and says which those are", () => {
    const document = drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          body: ["block:unit", { repeat: 2 }],
          out: "output",
        },
        wires: ["row>body", "body>out"],
      },
      { unit },
    );
    const renamed: ProjectDocument = {
      ...document,
      graph: {
        ...document.graph,
        nodes: Object.fromEntries(
          Object.values(document.graph.nodes).map((node) => [
            node.id,
            node.type === "block:unit" ? { ...node, name: "stage 2" } : node,
          ]),
        ),
      },
    };
    const { layers, outputs } = compile(renamed);
    expect(layers.map(({ name, path, inputs }) => [name, path, inputs[0]?.layer])).toEqual([
      ["stage_2_1_dense", ["stage 2 1"], "row"],
      ["stage_2_2_dense", ["stage 2 2"], "stage_2_1_dense"],
    ]);
    expect(outputs[0]?.source).toEqual({ layer: "stage_2_2_dense", port: 0 });
    expect(JSON.stringify(layers)).not.toMatch(/[\uE000\uE001]/);
  });

  it("makes a shared layer where it is used first and refers to it from then on", () => {
    const document = drawDocument(
      {
        nodes: {
          // Drawn after its other use, and computed after it too.
          row: ["input", { shape: [3] }],
          second: ["dense", {}, { shares: "first" }],
          first: ["dense", { units: 3, activation: "tanh" }],
          out: ["output", { loss: "meanSquaredError" }],
        },
        wires: ["row>second", "second>first", "first>out"],
      },
      {},
    );
    const { layers } = compile(document);
    expect(layers.map(({ name, sharedWith }) => [name, sharedWith])).toEqual([
      ["second", null],
      ["first", "second"],
    ]);
    expect(layers[0]?.weights).toEqual(layers[1]?.weights);
    expect(layers[0]?.call).toEqual(layers[1]?.call);
  });

  it("leaves muted layers and blocks out", () => {
    const document = drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          body: ["block:unit", { units: 8 }, { isMuted: true }],
          noise: ["dropout", {}, { isMuted: true }],
          head: ["dense", { units: 2 }],
          out: ["output", { loss: "meanSquaredError" }],
        },
        wires: ["row>body", "body>noise", "noise>head", "head>out"],
      },
      { unit },
    );
    const { layers } = compile(document);
    expect(layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["head", [{ layer: "row", port: 0 }]],
    ]);
  });

  it("hands on the errors of the analysis, in the user's words", () => {
    const document = drawDocument(
      {
        nodes: {
          row: ["input", { shape: [3] }],
          body: ["block:unit", { units: 0 }],
          out: "output",
        },
        wires: ["row>body", "body>out"],
      },
      { unit },
    );
    const plan = compileDocument(document, analyzeDocument(document));
    expect(plan).toMatchObject({
      ok: false,
      error: [{ code: "bad-parameter", nodes: ["body/dense"] }],
    });
    if (!plan.ok)
      expect(plan.error[0]?.message).toContain("dense in ‘body’: Units must be 1 or more");
  });
});
