/** Class and sample weights in whole runs: on the processor, and in recorded steps on WebGPU. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import { shapeFromSizes } from "../layers/shape.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { Metrics } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { findClassWeights, weighRows } from "./lossWeights.ts";
import { classifierPlan, configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { selectBackend } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const points = pointsDataset(90);
const weightField: FieldSpec = {
  name: "importance",
  role: "target",
  shape: shapeFromSizes([1]),
  classes: null,
};

/** The points with one weight each, stored as a tenth less one: what scaling does to a column. */
function weighted(weightOf: (sample: number) => number): Dataset {
  return {
    ...points,
    summary: { ...points.summary, fields: [...points.summary.fields, weightField] },
    gather: (field, samples) =>
      field === "importance"
        ? Float32Array.from(samples, (sample) => weightOf(sample) / 10 - 1)
        : points.gather(field, samples),
    targetScale: (field) =>
      field === "importance" ? { scale: 10, offset: 10 } : { scale: 1, offset: 0 },
  };
}

async function train(
  dataset: Dataset,
  config: Partial<TrainingConfig>,
  backend: "cpu" | "webgpu" = "cpu",
): Promise<Metrics> {
  const { ended } = await trainModel({
    runId: testRun,
    plan: classifierPlan,
    dataset,
    config: configOf({ epochs: 3, batchSize: 16, ...config }),
    backend: await selectBackend(backend),
    control: createTrainingControl(),
    onEvent: () => {},
  });
  if (ended.reason !== "finished") throw new Error(ended.message);
  return ended.metrics;
}

const classOf = (sample: number) => sample % 3;

describe("weights of classes and samples", () => {
  test("weights of 1 train as none do, bit for bit", async () => {
    const plain = await train(points, {});
    expect(await train(points, { classWeights: [1, 1, 1] })).toEqual(plain);
    // As many samples of each class: balanced weights are 1 here.
    expect(await train(points, { classWeights: "balanced" })).toEqual(plain);
    const importance = await train(
      weighted(() => 1),
      { sampleWeightField: "importance" },
    );
    expect(importance["valLoss"]).toBeCloseTo(plain["valLoss"] ?? 0, 6);
  });

  test("a class's weight is the weight of its samples, in training only", async () => {
    const classWeights = [0.2, 3, 1];
    const byClass = await train(points, { classWeights });
    const bySample = await train(
      weighted((sample) => classWeights[classOf(sample)] ?? 0),
      { sampleWeightField: "importance" },
    );
    expect(bySample["loss"]).toBeCloseTo(byClass["loss"] ?? 0, 5);
    expect(bySample["valAccuracy"]).toBeCloseTo(byClass["valAccuracy"] ?? 0, 6);
    // Samples are weighted in validation too, classes are not.
    expect(Math.abs((bySample["valLoss"] ?? 0) - (byClass["valLoss"] ?? 0))).toBeGreaterThan(1e-3);
    const plain = await train(points, {});
    expect(Math.abs((plain["loss"] ?? 0) - (byClass["loss"] ?? 0))).toBeGreaterThan(1e-3);
  });

  test.skipIf(!webgpu.ok)(
    "recorded steps weigh as the processor does",
    { timeout: 240_000 },
    async () => {
      const data = weighted((sample) => 0.5 + (sample % 7) / 3);
      const config = { classWeights: [2, 0.5, 1], sampleWeightField: "importance", epochs: 4 };
      const expected = await train(data, config);
      const actual = await train(data, config, "webgpu");
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      for (const [name, value] of Object.entries(expected))
        expect(actual[name], name).toBeCloseTo(value, 4);
      expect(await train(data, config, "webgpu")).toEqual(actual);
    },
  );

  test("a field that can't weigh samples is refused with what to do", async () => {
    await expect(train(points, { sampleWeightField: "weight" })).rejects.toThrow(
      /weighted by "weight", which "points" does not have.*role of a target/,
    );
    await expect(train(points, { sampleWeightField: "class" })).rejects.toThrow(
      /not one number per sample/,
    );
  });
});

test("balanced weights make every class count alike", () => {
  const labels = [0, 0, 0, 0, 1, 2, 2, 2];
  const field: FieldSpec = {
    name: "class",
    role: "target",
    shape: shapeFromSizes([]),
    classes: ["a", "b", "c", "d"],
  };
  const dataset: Dataset = {
    ...points,
    train: Uint32Array.from(labels.keys()),
    gather: (_field, samples) => Int32Array.from(samples, (sample) => labels[sample] ?? 0),
  };
  const find = (wanted: TrainingConfig["classWeights"], units = 4) =>
    findClassWeights(wanted, { dataset, field, units });
  // 8 samples of 4 classes; nothing of d, which weighs 1.
  expect(find("balanced")).toEqual([8 / 16, 8 / 4, 8 / 12, 1]);
  expect(find([2, 3])).toEqual([2, 3, 1, 1]);
  expect(find("none")).toBeNull();
  expect(find([1, 1, 1])).toBeNull();
  expect(
    findClassWeights([2], { dataset, field: { ...field, classes: null }, units: 1 }),
  ).toBeNull();
});

test("rows are weighted by their class and their sample", async () => {
  await selectBackend("cpu");
  const truth = tf.tensor3d([
    [
      [1, 0],
      [0, 1],
    ],
    [
      [0, 1],
      [0, 1],
    ],
  ]);
  const sampleWeights = tf.tensor1d([1, 10]);
  const read = (tensor: tf.Tensor | null) => tensor && [...tensor.dataSync()];
  expect(read(weighRows(truth, { sampleWeights, classWeights: [2, 3] }))).toEqual([2, 3, 30, 30]);
  expect(read(weighRows(truth, { sampleWeights, classWeights: null }))).toEqual([1, 1, 10, 10]);
  expect(weighRows(truth, { sampleWeights: null, classWeights: null })).toBeNull();
  const bits = tf.tensor2d([[1], [0]]);
  expect(read(weighRows(bits, { sampleWeights: null, classWeights: [2, 3] }))).toEqual([3, 2]);
});
