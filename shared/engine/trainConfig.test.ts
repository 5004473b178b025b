/** What the settings of a run change in how it trains. */
import { beforeAll, expect, test } from "vitest";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { classifierPlan, configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { type Backend, selectBackend } from "./selectBackend.ts";
import { createStopping } from "./stopping.ts";
import { trainModel } from "./train.ts";

let backend: Backend;

beforeAll(async () => {
  backend = await selectBackend("cpu");
});

const sgd = { ...defaultOptimizers.sgd, learningRate: 0.1 };

async function train(changes: Partial<TrainingConfig>) {
  const events: RunEvent[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan: classifierPlan,
    dataset: pointsDataset(60),
    config: configOf({ epochs: 4, batchSize: 12, ...changes }),
    backend,
    control: createTrainingControl(),
    onEvent: (event) => events.push(event),
  });
  const epochs = events.flatMap((event) => (event.kind === "epoch" ? [event.metrics] : []));
  const steps = events.flatMap((event) => (event.kind === "started" ? [event.stepsPerEpoch] : []));
  return { ended, losses: epochs.map(({ valLoss = Number.NaN }) => valLoss), steps };
}

test.each([
  ["mini-batch", 4],
  ["full-batch", 1],
  ["stochastic", 48],
] as const)("%s takes %i steps an epoch", async (batching, count) => {
  const { steps, ended } = await train({ batching, epochs: 1 });
  expect(ended.reason).toBe("finished");
  expect(steps).toEqual([count]);
});

test("the schedule changes the rate from epoch to epoch", async () => {
  const falling = { kind: "step", factor: 1e-9, every: 1, unit: "epochs" } as const;
  const { losses } = await train({ optimizer: sgd, schedule: falling });
  const constant = await train({ optimizer: sgd });
  expect(losses[0]).toBe(constant.losses[0]);
  // From the second epoch on nothing is learnt.
  expect(losses[1]).toBeCloseTo(losses[0] ?? 0, 6);
  expect(losses[3]).toBeCloseTo(losses[0] ?? 0, 6);
  expect(constant.losses[3]).toBeLessThan((losses[0] ?? 0) - 0.01);
});

test("on a plateau the rate falls", async () => {
  const never = { monitor: "valLoss", minDelta: 1000, cooldown: 0, minLearningRate: 0 };
  const { losses } = await train({
    optimizer: sgd,
    schedule: { kind: "reduceOnPlateau", factor: 1e-9, patience: 1, ...never },
  });
  // The first epoch is the best; the second is no better by so much.
  expect(losses[1]).toBeLessThan((losses[0] ?? 0) - 0.005);
  expect(losses[2]).toBeCloseTo(losses[1] ?? 0, 6);
});

test("two accumulated batches are one of twice the size", async () => {
  const half = await train({ optimizer: sgd, shuffle: false, batchSize: 12, accumulation: 2 });
  const whole = await train({ optimizer: sgd, shuffle: false, batchSize: 24 });
  const every = await train({ optimizer: sgd, shuffle: false, batchSize: 12 });
  for (const [epoch, loss] of half.losses.entries())
    expect(loss).toBeCloseTo(whole.losses[epoch] ?? 0, 5);
  expect(Math.abs((every.losses[3] ?? 0) - (whole.losses[3] ?? 0))).toBeGreaterThan(1e-3);
});

test("a group of batches that an epoch's end cuts goes on in the next", async () => {
  // Four steps an epoch in groups of five: the first update comes in the second epoch.
  const { losses } = await train({ optimizer: sgd, accumulation: 5, shuffle: false });
  const untrained = await train({
    optimizer: { ...sgd, learningRate: 1e-12 },
    shuffle: false,
  });
  expect(losses[0]).toBeCloseTo(untrained.losses[0] ?? 0, 6);
  expect(losses[1]).toBeLessThan((losses[0] ?? 0) - 1e-3);
});

test("clipping to next to nothing keeps the weights where they are", async () => {
  for (const kind of ["value", "norm", "globalNorm"] as const) {
    const { losses } = await train({ optimizer: sgd, clipping: { kind, limit: 1e-9 } });
    expect(losses[3]).toBeCloseTo(losses[0] ?? 0, 6);
  }
});

test("the best weights are kept without early stopping too", async () => {
  const { ended, losses } = await train({
    // So large that it gets worse at some time.
    optimizer: { ...sgd, learningRate: 6 },
    epochs: 8,
    keepBest: { monitor: "valLoss" },
  });
  const best = Math.min(...losses);
  expect(best).toBeLessThan(losses.at(-1) ?? 0);
  expect(ended.metrics["valLoss"]).toBe(best);
  expect(ended.message).toContain(`epoch ${losses.indexOf(best) + 1} are kept`);
});

test("what is kept and what ends the run may be watched by different names", async () => {
  const stopping = createStopping(
    { monitor: "valLoss", patience: 2, minDelta: 0, restoreBest: true },
    { monitor: "valAccuracy" },
  );
  const epochs = [
    { valLoss: 1, valAccuracy: 0.5 },
    { valLoss: 0.8, valAccuracy: 0.9 },
    { valLoss: 0.9, valAccuracy: 0.7 },
    { valLoss: 0.95, valAccuracy: 0.7 },
  ];
  const isBest: boolean[] = [];
  for (const [index, metrics] of epochs.entries())
    isBest.push(await stopping.judge(index + 1, metrics, () => Promise.resolve([])));
  expect(isBest).toEqual([true, true, false, false]);
  expect(stopping.isOver()).toBe(true);
  expect(stopping.best()?.epochs).toBe(2);
  const again = createStopping(null, { monitor: "valAccuracy" });
  again.write(stopping.read(), stopping.best());
  expect(await again.judge(5, { valAccuracy: 0.8 }, () => Promise.resolve([]))).toBe(false);
  expect(await again.judge(6, { valAccuracy: 0.95 }, () => Promise.resolve([]))).toBe(true);
});
