import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import type { LayerCall } from "../layers/defineLayer.ts";
import { buildModel } from "./buildModel.ts";
import { loadModelFiles, saveModelFiles } from "./modelFiles.ts";
import { classifierPlan, layer, planOf } from "./plans.testkit.ts";
import { runModel } from "./runModel.ts";
import { prepareRandomLayers } from "./seedLayers.ts";
import { selectBackend } from "./selectBackend.ts";
import { readWeights } from "./snapshots.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const opened: tf.LayersModel[] = [];
afterEach(() => {
  for (const model of opened.splice(0)) model.dispose();
});
function build(plan: ModelPlan, seed: number): tf.LayersModel {
  const model = buildModel(plan, { seed });
  opened.push(model);
  return model;
}
const weightsOf = (model: tf.LayersModel) =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

const plans: Record<string, ModelPlan> = {
  dense: classifierPlan,
  lstm: planOf([5, 2], [layer("lstm", "cells", { units: 4 }, ["x"], [4])]),
  bidirectional: planOf(
    [5, 2],
    [
      layer(
        "bidirectional",
        "both",
        {
          layer: {
            kind: "layer",
            call: {
              className: "GRU",
              tfjsFactory: "gru",
              options: [{ tfjsName: "units", pythonName: "units", value: 3 }],
            },
          },
          mergeMode: "concat",
        },
        ["x"],
        [6],
      ),
    ],
  ),
  "explicit initializer": planOf(
    [4],
    [
      layer(
        "dense",
        "d",
        {
          units: 3,
          kernelInitializer: { kind: "initializer", name: "lecunNormal", config: {} },
          kernelRegularizer: { kind: "regularizer", name: "l2", config: { l2: 0.1 } },
          kernelConstraint: {
            kind: "constraint",
            name: "maxNorm",
            config: { maxValue: 2, axis: 0 },
          },
          biasRegularizer: null,
        },
        ["x"],
        [3],
      ),
    ],
  ),
};

test.each(Object.entries(plans))("the same seed gives the same weights: %s", (_name, plan) => {
  const first = weightsOf(build(plan, 7));
  expect(weightsOf(build(plan, 7))).toEqual(first);
  expect(weightsOf(build(plan, 8))).not.toEqual(first);
});

test("layers of one model start from different weights", () => {
  const plan = planOf(
    [3],
    [
      layer("dense", "one", { units: 3 }, ["x"], [3]),
      layer("dense", "two", { units: 3 }, ["one"], [3]),
    ],
  );
  const [first, , second] = weightsOf(build(plan, 1));
  expect(first).not.toEqual(second);
});

test.each([
  ["dropout", layer("dropout", "noise", { rate: 0.5 }, ["x"], [200])],
  ["gaussianNoise", layer("gaussianNoise", "noise", { stddev: 1 }, ["x"], [200])],
])("%s repeats for the same seed and step, and differs between steps", (_name, noise) => {
  const model = build(planOf([200], [noise]), 1);
  const reseed = prepareRandomLayers(model, 5);
  const run = (step: number) => {
    reseed(step);
    return tf.tidy(() =>
      runModel(model, [tf.ones([1, 200])], { training: true }).map((output) => [
        ...output.dataSync(),
      ]),
    );
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

const l2 = { kind: "regularizer", name: "l2", config: { l2: 0.5 } } as const;
const gru = {
  kind: "layer",
  call: {
    className: "GRU",
    tfjsFactory: "gru",
    options: ["kernelRegularizer", "recurrentRegularizer"].reduce<LayerCall["options"]>(
      (options, name) => [...options, { tfjsName: name, pythonName: name, value: l2 }],
      [{ tfjsName: "units", pythonName: "units", value: 3 }],
    ),
  },
} as const;
const both = { units: 3, kernelRegularizer: l2, recurrentRegularizer: l2 };
test.each([
  ["simpleRNN", layer("simpleRNN", "cells", both, ["x"], [3])],
  ["gru", layer("gru", "cells", both, ["x"], [3])],
  ["lstm", layer("lstm", "cells", both, ["x"], [3])],
  ["bidirectional", layer("bidirectional", "pair", { layer: gru }, ["x"], [6])],
])("regularizers inside a layer count as in Keras: %s", async (_name, regularised) => {
  const model = build(planOf([5, 2], [regularised]), 1);
  const kernels = model.getWeights().filter((weight) => weight.rank === 2);
  const expected = kernels.reduce(
    (sum, kernel) =>
      sum + [...kernel.dataSync()].reduce((part, value) => part + 0.5 * value ** 2, 0),
    0,
  );
  const penaltyOf = (given: tf.LayersModel) =>
    tf.tidy(() =>
      given.calculateLosses().reduce((sum, loss) => sum + (loss.dataSync()[0] ?? 0), 0),
    );
  expect(expected).toBeGreaterThan(1);
  expect(penaltyOf(model)).toBeCloseTo(expected, 4);
  const loaded = await loadModelFiles(saveModelFiles(model, await readWeights(model)));
  if (!loaded.ok) throw new Error(loaded.error);
  opened.push(loaded.value);
  expect(penaltyOf(loaded.value)).toBeCloseTo(expected, 4);
});

test("an unknown layer is named with its place in the plan", () => {
  const plan = planOf([3], [layer("denze", "wrong", {}, ["x"], [3])]);
  expect(() => buildModel(plan, { seed: 1 })).toThrow(/wrong \(denze\) can't be built: .*denze/);
});

// tfjs counts a tensor that a layer takes twice as taken once, and disposes of it before the sum has had it.
test("a tensor that a layer takes twice is still there for the next, also in plain tfjs", () => {
  const model = build(
    planOf(
      [2],
      [
        layer("dense", "shared", { units: 2, kernelInitializer: "ones" }, ["x"], [2]),
        layer("multiply", "square", {}, ["shared", "shared"], [2]),
        layer("add", "sum", {}, ["shared", "square"], [2]),
      ],
    ),
    1,
  );
  const output = model.predict(tf.tensor2d([[1, 2]]));
  const [first] = Array.isArray(output) ? output : [output];
  expect([...(first?.dataSync() ?? [])]).toEqual([12, 12]);
});

// tfjs's `args.minval || -0.05`.
test("a lower end of 0 is kept", () => {
  const kernelInitializer = {
    kind: "initializer",
    name: "randomUniform",
    config: { minval: 0, maxval: 1 },
  } as const;
  const model = build(
    planOf([8], [layer("dense", "hidden", { units: 50, kernelInitializer }, ["x"], [50])]),
    1,
  );
  const values = [...(model.getWeights()[0]?.dataSync() ?? [])];
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeGreaterThan(0.9);
});
