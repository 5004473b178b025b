import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import { defaultTraining } from "../training/config.ts";
import { printKeras } from "./printKeras.ts";
import { printTypeScript } from "./printTypeScript.ts";
import { findPlainPython, parsePython } from "./python.testkit.ts";
import { safePlan } from "./safePlan.ts";
import { makePlan } from "./scripts.testkit.ts";

const evil = `x");\u2028import("node:fs"); */ '''\r#`;

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("missing");
  return value;
}

const evilPlan: ModelPlan = {
  ...makePlan(
    evil,
    { [evil]: [3], class: [3] },
    [
      ["lambda", "add", {}, [evil, "class"]],
      ["LAMBDA 1", "dense", { units: 2 }, ["lambda"]],
    ],
    [{ source: "LAMBDA 1", target: evil }],
  ),
};

describe("safePlan", () => {
  test("renames everything that could not stand in code, and every use of it", () => {
    const { inputs, layers, outputs, name } = safePlan(evilPlan);
    expect(name).toBe("x_import_node_fs");
    expect(inputs.map((input) => input.name)).toEqual(["x_import_node_fs", "class_1"]);
    expect(layers.map((layer) => layer.inputs.map((input) => input.layer))).toEqual([
      ["x_import_node_fs", "class_1"],
      ["lambda_1"],
    ]);
    expect(outputs.map(({ source }) => source.layer)).toEqual(["LAMBDA_1_2"]);
  });

  test("leaves a safe plan as it is", () => {
    const plan = makePlan("net", { a: [2] }, [["b", "relu", {}, ["a"]]], [{ source: "b" }]);
    expect(safePlan(plan)).toEqual(plan);
  });

  test("lets nothing of a block's title, ports or arguments into the programs", () => {
    const [first] = evilPlan.layers;
    if (first === undefined) throw new Error("no layer");
    const instance = {
      block: evil,
      title: evil,
      path: ["row"],
      outer: "",
      node: "row",
      copy: 0,
      copies: 1,
      arguments: { [evil]: evil },
      inputs: [{ name: evil, source: { layer: evil, port: 0 } }],
    };
    const inBlock = { ...first, id: nodeId("row/a"), name: "row_a", scope: "row", path: ["row"] };
    const plan: ModelPlan = {
      ...evilPlan,
      inputs: [
        { ...need(evilPlan.inputs[0]), name: "left" },
        { ...need(evilPlan.inputs[1]), name: "right" },
      ],
      layers: [{ ...inBlock, inputs: ["left", "right"].map((layer) => ({ layer, port: 0 })) }],
      outputs: evilPlan.outputs.map((output) => ({
        ...output,
        source: { layer: "row_a", port: 0 },
      })),
      instances: { row: instance },
    };
    const options = { training: defaultTraining, data: null };
    const texts = [printTypeScript(plan, options), printKeras(plan, options)].map(
      ({ files }) => files[0]?.text ?? "",
    );
    expect(texts[0]).toContain("function xImportNodeFs(");
    expect(texts[1]).toContain("def x_import_node_fs(");
    for (const text of texts) expect(text).not.toMatch(/\u2028|\r|import\("node|'''/);
  });

  test("lets nothing of a name or target into the programs", () => {
    const options = { training: defaultTraining, data: null };
    const texts = [printTypeScript(evilPlan, options), printKeras(evilPlan, options)].map(
      ({ files }) => files[0]?.text ?? "",
    );
    for (const text of texts) expect(text).not.toMatch(/\u2028|\r|import\("node|'''/);
    const python = findPlainPython();
    if (python !== null) expect(parsePython(python, texts.slice(1))).toEqual([null]);
  });
});
