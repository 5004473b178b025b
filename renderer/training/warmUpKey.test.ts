import { expect, test } from "vitest";
import { layer, planOf } from "#shared/engine/plans.testkit.ts";
import {
  defaultOptimizers,
  defaultTraining,
  type TrainingConfig,
} from "#shared/training/config.ts";
import { makeWarmUpKey } from "./warmUpKey.ts";

const plan = planOf([10], [layer("dense", "wide", { units: 5 }, ["x"], [5])]);
const key = makeWarmUpKey(plan, defaultTraining);
const { adam } = defaultOptimizers;

test.each<readonly [string, Partial<TrainingConfig>]>([
  ["the batch", { batchSize: 31 }],
  ["the way of batching", { batching: "stochastic" }],
  ["the optimizer", { optimizer: defaultOptimizers.lion }],
  ["an option of the optimizer", { optimizer: { ...adam, amsgrad: true } }],
  ["weight decay where there was none", { optimizer: { ...adam, weightDecay: 0.1 } }],
  ["clipping", { clipping: { kind: "norm", limit: 1 } }],
  ["accumulation", { accumulation: 2 }],
  ["class weights", { classWeights: "balanced" }],
  ["sample weights", { sampleWeightField: "weight" }],
])("%s asks for other programs", (_name, change) => {
  expect(makeWarmUpKey(plan, { ...defaultTraining, ...change })).not.toBe(key);
});

test("options of a loss and measures ask for other programs", () => {
  const outputs = plan.outputs.map((output) => ({ ...output, lossOptions: { delta: 2 } }));
  expect(makeWarmUpKey({ ...plan, outputs }, defaultTraining)).not.toBe(key);
  const measured = plan.outputs.map((output) => ({ ...output, metrics: ["r2"] as const }));
  expect(makeWarmUpKey({ ...plan, outputs: measured }, defaultTraining)).not.toBe(key);
});

test.each<readonly [string, Partial<TrainingConfig>]>([
  ["the learning rate", { optimizer: { ...adam, learningRate: 0.5 } }],
  ["a number of the optimizer", { optimizer: { ...adam, beta1: 0.5 } }],
  ["the schedule", { schedule: { kind: "step", factor: 0.5, every: 1, unit: "epochs" } }],
  [
    "epochs, seed and checkpoints",
    { epochs: 3, seed: 9, checkpoints: { everyMinutes: 1, everySteps: 2 } },
  ],
])("%s asks for none", (_name, change) => {
  expect(makeWarmUpKey(plan, { ...defaultTraining, ...change })).toBe(key);
});
