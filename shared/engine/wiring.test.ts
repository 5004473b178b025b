/** Models that are no plain chain: shared layers, several outputs, frozen layers, hundreds of layers. */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type LayerLine, makePlan } from "../codegen/scripts.testkit.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import { buildModel } from "./buildModel.ts";
import { createTrainingControl } from "./control.ts";
import { loadModelFiles, saveModelFiles } from "./modelFiles.ts";
import { configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { runModel } from "./runModel.ts";
import { type Backend, selectBackend } from "./selectBackend.ts";
import { readWeights } from "./snapshots.ts";
import { trainModel } from "./train.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend("cpu");
});

const opened: tf.LayersModel[] = [];
function build(plan: ModelPlan, seed = 1): tf.LayersModel {
  const model = buildModel(plan, { seed });
  opened.push(model);
  return model;
}
beforeEach(() => {
  tf.engine().startScope();
});
afterEach(() => {
  for (const model of opened.splice(0)) model.dispose();
  tf.engine().endScope();
});

/** Gradients of the sum of all outputs, by the weight's place. */
function differentiate(model: tf.LayersModel, input: tf.Tensor): readonly (readonly number[])[] {
  const variables = model.trainableWeights.map((weight) => {
    // tfjs keeps a layer's tf.Variable in a field that its types call protected.
    const variable: unknown = Reflect.get(weight, "val");
    if (!(variable instanceof tf.Variable)) throw new Error(`${weight.name} is no variable.`);
    return variable;
  });
  const { grads } = tf.variableGrads(
    () =>
      runModel(model, [input], { training: true })
        .map((output) => tf.sum(tf.square(output)))
        .reduce((total, part) => tf.add(total, part))
        .asScalar(),
    variables,
  );
  return variables.map(({ name }) => [...(grads[name]?.dataSync() ?? [])]);
}

describe("a shared layer", () => {
  const lines = (isShared: boolean): readonly LayerLine[] => [
    ["first", "dense", { units: 3, activation: "tanh" }, ["x"]],
    [
      "second",
      "dense",
      { units: 3, activation: "tanh" },
      ["first"],
      isShared ? { sharedWith: "first" } : {},
    ],
  ];
  const shared = makePlan("shared", { x: [3] }, lines(true), [{ source: "second" }]);
  const apart = makePlan("apart", { x: [3] }, lines(false), [{ source: "second" }]);

  test("is one layer with one set of weights", () => {
    const model = build(shared);
    expect(model.countParams()).toBe(12);
    expect(model.layers.map(({ name }) => name)).toEqual(["x", "first"]);
  });

  test("computes and learns as copies with equal weights, whose gradients add up", () => {
    const one = build(shared);
    const two = build(apart);
    two.setWeights([...one.getWeights(), ...one.getWeights()]);
    const input = tf.tensor2d([0.3, -0.7, 1.1, 0.2, 0.9, -0.4], [2, 3]);
    const outputOf = (model: tf.LayersModel) => [
      ...(runModel(model, [input], { training: false })[0]?.dataSync() ?? []),
    ];
    expect(outputOf(one)).toEqual(outputOf(two));
    const [kernel = [], bias = []] = differentiate(one, input);
    const [firstKernel = [], firstBias = [], secondKernel = [], secondBias = []] = differentiate(
      two,
      input,
    );
    const add = (left: readonly number[], right: readonly number[]) =>
      left.map((value, index) => expect.closeTo(value + (right[index] ?? NaN), 5));
    expect(kernel).toEqual(add(firstKernel, secondKernel));
    expect(bias).toEqual(add(firstBias, secondBias));
  });

  test("stays shared in model files", async () => {
    const model = build(shared);
    const loaded = await loadModelFiles(saveModelFiles(model, await readWeights(model)));
    if (!loaded.ok) throw new Error(loaded.error);
    opened.push(loaded.value);
    expect(loaded.value.countParams()).toBe(12);
  });
});

async function trainOnce(plan: ModelPlan) {
  const data = pointsDataset(120);
  let files: Parameters<typeof loadModelFiles>[0] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan,
    dataset: data,
    config: configOf({ epochs: 4, seed: 2 }),
    backend,
    control: createTrainingControl(),
    onEvent: () => {},
    onWeights(saved) {
      files = saved;
    },
  });
  const loaded = await loadModelFiles(files);
  if (!loaded.ok) throw new Error(loaded.error);
  opened.push(loaded.value);
  return { metrics: ended.metrics, model: loaded.value };
}

function weightsOf(model: tf.LayersModel, name: string): readonly (readonly number[])[] {
  return model
    .getLayer(name)
    .getWeights()
    .map((weight) => [...weight.dataSync()]);
}

/** The weights that training of this plan begins with. */
const initialOf = (plan: ModelPlan, name: string) =>
  weightsOf(build(plan, configOf({ seed: 2 }).seed), name);

describe("two outputs", () => {
  const loss = "sparseCategoricalCrossentropy" as const;
  const twoHeads = (lossWeight: number) =>
    makePlan(
      "two_heads",
      { x: [2] },
      [
        ["body", "dense", { units: 8, activation: "tanh" }, ["x"]],
        ["left", "dense", { units: 3, activation: "softmax" }, ["body"]],
        ["right", "dense", { units: 3, activation: "softmax" }, ["body"]],
      ],
      [
        { source: "left", loss, target: "class", metrics: ["accuracy"] },
        { source: "right", loss, target: "class", lossWeight },
      ],
    );

  test("train together, with a loss and metrics each", async () => {
    const plan = twoHeads(0.5);
    const { metrics, model } = await trainOnce(plan);
    const { loss: total = 0, y0Loss = 0, y1Loss = 0 } = metrics;
    expect(total).toBeCloseTo(y0Loss + 0.5 * y1Loss, 4);
    expect(Object.keys(metrics)).toContain("y0Accuracy");
    for (const name of ["left", "right"])
      expect(weightsOf(model, name)).not.toEqual(initialOf(plan, name));
  });

  test("of which one weighs nothing leave its head as it was", async () => {
    const plan = twoHeads(0);
    const { model } = await trainOnce(plan);
    expect(weightsOf(model, "left")).not.toEqual(initialOf(plan, "left"));
    expect(weightsOf(model, "right")).toEqual(initialOf(plan, "right"));
  });
});

test("frozen layers keep their weights, moving averages included", async () => {
  const plan = makePlan(
    "frozen",
    { x: [2] },
    [
      ["fixed", "dense", { units: 4, trainable: false }, ["x"]],
      ["norm", "batchNormalization", { trainable: false }, ["fixed"]],
      ["free", "batchNormalization", {}, ["norm"]],
      ["scores", "dense", { units: 3, activation: "softmax" }, ["free"]],
    ],
    [{ source: "scores", loss: "sparseCategoricalCrossentropy" }],
  );
  const { model } = await trainOnce(plan);
  for (const name of ["fixed", "norm"])
    expect(weightsOf(model, name)).toEqual(initialOf(plan, name));
  expect(weightsOf(model, "free")).not.toEqual(initialOf(plan, "free"));
});

describe("hundreds of layers", () => {
  /** Residual units of three layers. */
  const deep = (units: number) =>
    makePlan(
      "deep",
      { x: [4] },
      Array.from({ length: units }, (_, index): readonly LayerLine[] => {
        const before = index === 0 ? "x" : `sum_${index - 1}`;
        return [
          [`dense_${index}`, "dense", { units: 4 }, [before]],
          [`relu_${index}`, "relu", {}, [`dense_${index}`]],
          [`sum_${index}`, "add", {}, [before, `relu_${index}`]],
        ];
      }).flat(),
      [{ source: `sum_${units - 1}`, loss: "meanSquaredError" }],
    );

  test("are built, run, saved and loaded in time in proportion to their number", async () => {
    const measure = async (units: number) => {
      const plan = deep(units);
      const start = performance.now();
      const model = build(plan);
      tf.tidy(() => runModel(model, [tf.ones([1, 4])], { training: false }));
      const loaded = await loadModelFiles(saveModelFiles(model, await readWeights(model)));
      if (!loaded.ok) throw new Error(loaded.error);
      opened.push(loaded.value);
      return performance.now() - start;
    };
    await measure(20);
    const few = await measure(60);
    const many = await measure(240);
    // Four times as many layers; a hundredfold would be cubic growth.
    expect(many).toBeLessThan(16 * few + 500);
    expect(many).toBeLessThan(10_000);
  }, 240_000);
});
