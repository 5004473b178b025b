import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { defaultOptimizers } from "../training/config.ts";
import {
  createSearchCurve,
  defaultSearchRange,
  judgeSearch,
  searchRateAt,
  type SearchPoint,
} from "../training/learningRateSearch.ts";
import { findLearningRate, type SearchRequest } from "./findLearningRate.ts";
import { classifierPlan, configOf, layer, planOf, pointsDataset } from "./plans.testkit.ts";
import { type Backend, selectBackend } from "./selectBackend.ts";

let backend: Backend;

beforeAll(async () => {
  backend = await selectBackend("cpu");
});

async function search(changes: Partial<SearchRequest> = {}) {
  const found = await findLearningRate({
    plan: classifierPlan,
    dataset: pointsDataset(200),
    config: configOf({ optimizer: defaultOptimizers.sgd, batchSize: 20 }),
    backend,
    ...changes,
  });
  if (!found.ok) throw new Error(found.error);
  return found.value;
}

const regressor = planOf([2], [layer("dense", "value", { units: 1 }, ["x"], [1])], {
  loss: "meanSquaredError",
  metrics: [],
});

test("rates grow evenly from the smallest to the largest", () => {
  expect(searchRateAt(defaultSearchRange, 0)).toBe(1e-7);
  expect(searchRateAt(defaultSearchRange, 99)).toBeCloseTo(10, 9);
  const factor = searchRateAt(defaultSearchRange, 1) / searchRateAt(defaultSearchRange, 0);
  const later = searchRateAt(defaultSearchRange, 61) / searchRateAt(defaultSearchRange, 60);
  expect(later).toBeCloseTo(factor, 9);
});

test("a classifier learns at the suggested rate, and hardly at a hundredth of it", async () => {
  const { suggestion, points, reason, message } = await search();
  expect(points.length).toBeGreaterThan(50);
  expect(reason).toMatch(/finished|exploded/);
  if (suggestion === null) throw new Error(message);
  expect(suggestion).toBeGreaterThan(1e-3);
  expect(suggestion).toBeLessThan(3);
  expect(message).toContain("Try a learning rate of");
});

test("the same seed gives the same curve, and another learning rate in the settings makes no difference", async () => {
  const first = await search();
  const optimizer = { ...defaultOptimizers.sgd, learningRate: 7 };
  const schedule = { kind: "step", factor: 0.1, every: 1, unit: "steps" } as const;
  const second = await search({ config: configOf({ optimizer, schedule, batchSize: 20 }) });
  expect(second).toEqual(first);
});

test("an exploding loss ends the search before the largest rates", async () => {
  const { reason, points, suggestion } = await search({
    plan: regressor,
    dataset: pointsDataset(200, { isRegression: true, spoil: (values) => scale(values, 30) }),
  });
  expect(reason).toBe("exploded");
  expect(points.length).toBeLessThan(100);
  expect(points.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  expect(suggestion).toBeLessThan(points.at(-1)?.learningRate ?? 0);
});

test("where nothing can be learnt it says so instead of guessing", async () => {
  const { suggestion, message } = await search({
    dataset: pointsDataset(200, { spoil: (values) => values.fill(0) }),
  });
  expect(suggestion).toBeNull();
  expect(message).toContain("did not fall at any learning rate");
});

test("is cancelled at the next step, tells points as they come, and leaves no tensors", async () => {
  const before = tf.memory().numTensors;
  const told: SearchPoint[] = [];
  const { reason, points, suggestion } = await search({
    isCancelled: () => told.length >= 7,
    onPoints: (some) => told.push(...some),
  });
  expect(reason).toBe("cancelled");
  expect(points.length).toBeLessThan(12);
  expect(told).toEqual(points);
  expect(suggestion).toBeNull();
  expect(tf.memory().numTensors).toBe(before);
});

test("what can't be searched is told in a sentence", async () => {
  const empty = await findLearningRate({
    plan: classifierPlan,
    dataset: { ...pointsDataset(10), train: new Uint32Array(0) },
    config: configOf(),
    backend,
  });
  expect(empty).toEqual({ ok: false, error: "The training part of the data is empty." });
});

test("the steepest descent is found where it is", () => {
  const curve = createSearchCurve();
  // Flat, then a smooth fall around step 50, then up.
  for (let step = 0; step < 90; step++) {
    const fall = 1 / (1 + Math.exp((step - 50) / 3));
    curve.add(10 ** (step / 10 - 7), 1 + 3 * fall);
  }
  const { steepest } = judgeSearch(curve.points, "finished");
  // The running mean comes a few steps late.
  expect(Math.log10(steepest ?? 0)).toBeGreaterThan(-2.1);
  expect(Math.log10(steepest ?? 0)).toBeLessThan(-1);
});

function scale(values: Float32Array, factor: number): void {
  for (const [index, value] of values.entries()) values[index] = value * factor;
}
