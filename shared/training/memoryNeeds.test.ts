import { expect, test } from "vitest";
import { layer, planOf } from "../engine/plans.testkit.ts";
import { defaultOptimizers, type OptimizerConfig } from "./config.ts";
import { findLargestBatch, formatMemory, measureMemoryNeeds } from "./memoryNeeds.ts";

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
const config = { optimizer: defaultOptimizers.adam, accumulation: 1 };
const trained = 4 * (101_000 + 1000);

test("counts weights once, slots per trained weight, outputs per sample", () => {
  expect(measureMemoryNeeds(plan, config, { batchSize: 8, dataBytes: 7 })).toEqual({
    weights: trained + 4000,
    gradients: trained,
    optimizer: 2 * trained,
    activations: 4 * 8 * (100 + 3000) + 2 * 4 * 8 * 1000,
    data: 7,
    total: 4 * trained + 4000 + 4 * 8 * 5100 + 7,
    largest: { layer: "wide", bytes: 400_000, isOutput: false },
  });
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
  const needs = measureMemoryNeeds(plan, { optimizer, accumulation: 1 }, { batchSize: 1 });
  expect(needs.optimizer).toBe(slots * trained);
  const summed = measureMemoryNeeds(plan, { optimizer, accumulation: 4 }, { batchSize: 1 });
  expect(summed.optimizer).toBe((slots + 1) * trained);
});

test("the largest batch is the largest that fits, by all together and by one tensor", () => {
  const fixed = 4 * trained + 4000;
  const perSample = 4 * 5100;
  const find = (total: number | null, tensor: number | null) =>
    findLargestBatch(plan, config, { limits: { total, tensor }, most: 512 });
  expect(find(null, null)).toBe(512);
  expect(find(fixed + 100 * perSample, null)).toBe(100);
  expect(find(fixed + 100 * perSample - 1, null)).toBe(99);
  expect(find(fixed - 1, null)).toBe(0);
  expect(find(null, 4 * 1000 * 200)).toBe(200);
});

test("bytes are written as disks are sold", () => {
  expect([999, 1500, 123_456_789, 3e9].map(formatMemory)).toEqual([
    "999 bytes",
    "1.5 kB",
    "123 MB",
    "3.0 GB",
  ]);
});
