import { expect, test } from "vitest";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { measureHeat } from "../analysis/measureHeat.ts";
import { compileDocument } from "../compiler/compileDocument.ts";
import { buildDocument } from "../document/graph.testkit.ts";
import { layer, planOf } from "../engine/plans.testkit.ts";
import { shapeFromSizes } from "../layers/shape.ts";
import { defaultOptimizers, type OptimizerConfig } from "./config.ts";
import {
  addValidation,
  chooseInferenceBatch,
  countDeviceDataBytes,
  countMemoryNeeds,
  formatMemory,
  type MemoryConfig,
  type MemoryLimits,
  readStepSize,
} from "./memoryNeeds.ts";
import { findLargestBatch, measurePlanMemory } from "./planMemory.ts";

const plan = planOf(
  [100],
  [
    {
      ...layer("dense", "wide", { units: 1000 }, ["x"], [1000]),
      weights: [
        { name: "kernel", shape: [100, 1000], isTrainable: true },
        { name: "bias", shape: [1000], isTrainable: true },
      ],
    },
    {
      ...layer("batchNormalization", "norm", {}, ["wide"], [1000]),
      weights: [
        { name: "gamma", shape: [1000], isTrainable: true },
        { name: "moving_mean", shape: [1000], isTrainable: false },
      ],
    },
    { ...layer("dense", "wide", { units: 1000 }, ["norm"], [1000]), sharedWith: "wide" },
  ],
);
const config = {
  optimizer: defaultOptimizers.adam,
  accumulation: 1,
  batching: "mini-batch",
  batchSize: 8,
} as const;
const trained = 4 * (101_000 + 1000);
const summary = (trainCount: number, size = 100) => ({
  trainCount,
  validationCount: 0,
  fields: [{ name: "x", role: "feature", shape: shapeFromSizes([size]), classes: null } as const],
});
const measure = (changes: Partial<MemoryConfig> = {}, samples: number | null = null) =>
  measurePlanMemory(
    plan,
    { ...config, ...changes },
    { summary: samples === null ? null : summary(samples), tensorBytes: null },
  );

test("counts weights once, slots per trained weight, what layers hold per sample, and the data", () => {
  // Inputs once; outputs and gradients of three layers; the output against its truth.
  const perSample = 4 * (100 + 2 * 3000 + 3 * 1000);
  expect(measure({}, 16)).toEqual({
    weights: trained + 4000,
    gradients: trained,
    optimizer: 2 * trained,
    activations: 4 * 8 * (100 + 3000),
    workspace: 8 * (perSample - 4 * (100 + 3000)),
    data: 16 * 400,
    total: 4 * trained + 4000 + 8 * perSample + 16 * 400,
    largest: { layer: "wide", bytes: 400_000, isOutput: false },
    heaviest: { layer: "wide", bytes: 16 * 101_000 + 4 * 8 * 2000 },
    batchSize: 8,
  });
  // A last batch of two is recorded by itself.
  expect(measure({}, 18)).toMatchObject({
    gradients: 2 * trained,
    workspace: 10 * perSample - 4 * 8 * (100 + 3000),
  });
  expect(measure({ batching: "full-batch" }, 18)?.batchSize).toBe(18);
  expect(measure({ batching: "full-batch" })).toBeNull();
});

test.each<[OptimizerConfig, number]>([
  [defaultOptimizers.sgd, 0],
  [defaultOptimizers.momentum, 1],
  [defaultOptimizers.adagrad, 1],
  [defaultOptimizers.lion, 1],
  [{ ...defaultOptimizers.rmsprop, momentum: 0.9, centered: true }, 3],
  [{ ...defaultOptimizers.adam, amsgrad: true }, 3],
  [defaultOptimizers.adadelta, 2],
])("%s keeps as much as its rule needs", (optimizer, slots) => {
  expect(measure({ optimizer })?.optimizer).toBe(slots * trained);
  expect(measure({ optimizer, accumulation: 4 })?.optimizer).toBe((slots + 1) * trained);
});

test("data count only where they lie on the device: within 1 GiB, each field in one piece", () => {
  const rows = 2 ** 30 / 40;
  expect(countDeviceDataBytes(summary(rows, 10), null)).toBe(40 * rows);
  expect(countDeviceDataBytes(summary(rows + 1, 10), null)).toBe(0);
  expect(countDeviceDataBytes(summary(rows, 10), 2 ** 29)).toBe(0);
});

test("validation takes more samples at a time only where layers are small", () => {
  expect(chooseInferenceBatch(1000, 32)).toBe(128);
  expect(chooseInferenceBatch(1000, 500)).toBe(500);
  expect(chooseInferenceBatch(2 ** 21, 8)).toBe(32);
  expect(chooseInferenceBatch(2 ** 30, 8)).toBe(8);
});

test("the proposed batch fits, by all together and by one tensor, and the next one does not", () => {
  const find = (limits: MemoryLimits, samples: number | null = null) =>
    findLargestBatch(plan, config, {
      limits,
      most: 512,
      summary: samples === null ? null : summary(samples),
    });
  expect(find({ total: null, tensor: null })).toBe(512);
  expect(find({ total: null, tensor: 4 * 101_000 })).toBe(101);
  expect(find({ total: 1e6, tensor: null })).toBe(0);
  for (const samples of [null, 1000]) {
    const total = measure({ batchSize: 100 }, samples)?.total ?? 0;
    for (const limit of [total - 1, total, total + 12_345]) {
      const batchSize = find({ total: limit, tensor: null }, samples);
      expect(measure({ batchSize }, samples)?.total).toBeLessThanOrEqual(limit);
      expect(measure({ batchSize: batchSize + 1 }, samples)?.total).toBeGreaterThan(limit);
    }
  }
});

test("the analysis of a graph and its plan come to the same sum", () => {
  const document = buildDocument(
    {
      x: ["input", { shape: [12, 12, 3] }],
      conv: ["conv2d", { filters: 4, activation: "relu", padding: "same" }],
      norm: "batchNormalization",
      flat: "flatten",
      scores: ["dense", { units: 3, activation: "softmax" }],
      y: "output",
    },
    ["x>conv", "conv>norm", "norm>flat", "flat>scores", "scores>y"],
  );
  const analysis = analyzeDocument(document);
  const compiled = compileDocument(document, analysis);
  if (!compiled.ok) throw new Error("The network has mistakes.");
  const step = addValidation(readStepSize(config, 50), analysis.totals, 20);
  expect(step.validationBatch).toBe(20);
  const told = countMemoryNeeds(analysis.totals, step);
  const planned = measurePlanMemory(compiled.value, config, {
    summary: { trainCount: 50, validationCount: 20, fields: [] },
    tensorBytes: null,
  });
  expect(told?.total).toBeGreaterThan(0);
  expect(planned).toMatchObject({ ...told });
  // A heat map's values add up to it.
  const heat = measureHeat(analysis.flat.nodes, "training", step);
  expect([...heat.values()].reduce((sum, { value }) => sum + value, 0)).toBe(told?.total);
});

test("bytes are written as disks are sold", () => {
  expect([999, 1500, 123_456_789, 3e9].map(formatMemory)).toEqual([
    "999 bytes",
    "1.5 kB",
    "123 MB",
    "3.0 GB",
  ]);
});
