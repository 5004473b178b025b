/** Printed Keras code against real Keras: every layer example gives the same shape, counts and values as here. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import { buildModel } from "../engine/buildModel.ts";
import { drawInputs, planExample, readExample } from "../layers/example.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { kerasShape } from "../layers/shape.ts";
import { defaultTraining } from "../training/config.ts";
import { computeOnce, type Computed, worstDifference } from "./compute.testkit.ts";
import { printKeras } from "./printKeras.ts";
import { askKeras, findKerasPython, type RefereeResult } from "./python.testkit.ts";

const python = findKerasPython();
const reason =
  python === null
    ? " (skipped: no Python with Keras; build/referees/setupPython.mjs makes one)"
    : "";

/** For a quick look at some: NETLOOM_LAYERS=maxout,dense. */
const wanted = process.env["NETLOOM_LAYERS"]?.split(",");

const cases = layerDefinitions
  .filter(({ type }) => wanted?.includes(type) ?? true)
  .flatMap((definition) => definition.examples.map((example) => readExample(definition, example)))
  .flatMap((read) => (read.call === null ? [] : [{ ...read, call: read.call }]));

function printScript(plan: ModelPlan): string {
  const [file] = printKeras(plan, { training: defaultTraining, data: null }).files;
  return file?.text ?? "";
}

describe.skipIf(python === null)(`every layer in Keras${reason}`, () => {
  let results: readonly RefereeResult[] = [];
  let ours: readonly Computed[] = [];

  beforeAll(async () => {
    await tf.setBackend("cpu");
    ours = cases.map((read) =>
      computeOnce(buildModel(planExample(read, read.call), { seed: 1 }), read),
    );
    results = askKeras(
      python ?? "",
      cases.map((read, at) => ({
        source: printScript(planExample(read, read.call)),
        weights: ours[at]?.weights ?? [],
        inputs: drawInputs(read).map((values, index) => ({
          ...values,
          dtype: read.inputs[index]?.dtype ?? "float32",
        })),
      })),
    );
    // Minutes, and many of them on a busy machine.
  }, 1_800_000);

  test.each(cases.map((read, index) => [read.title, index] as const))("%s", (_title, index) => {
    const read = cases[index];
    const result = results[index];
    if (read === undefined || result === undefined) throw new Error("the referee gave no answer");
    if ("error" in result) throw new Error(result.error);
    expect(result.shapes).toEqual(read.outputs.map(kerasShape));
    expect(result.paramCount).toBe(read.example.weightCount);
    expect(result.trainableCount).toBe(
      read.weights
        .filter(({ isTrainable }) => isTrainable)
        .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    );
    expect(worstDifference(ours[index]?.values ?? [], result.values)).toBeLessThanOrEqual(1e-5);
  });
});
