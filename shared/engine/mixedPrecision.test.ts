/** Runs in mixed precision, on the processor: their scaling is that of WebGPU, their numbers have 32 bits. */
import { beforeAll, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { parseCheckpoint } from "../training/checkpoint.ts";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { scalingLayout, scalingSlot } from "./optimizers/lossScaling.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  testRun,
} from "./plans.testkit.ts";
import { mostIdleSteps, watchScaling } from "./scalingWatch.ts";
import { type Backend, selectBackend } from "./selectBackend.ts";
import type { StepResult } from "./step/stepRunner.ts";
import { trainModel } from "./train.ts";

let cpu: Backend;
beforeAll(async () => {
  cpu = await selectBackend("cpu");
});

async function train(
  changes: Partial<TrainingConfig>,
  options: {
    readonly plan?: ModelPlan;
    readonly data?: Dataset;
    readonly hasHalf?: boolean;
  } = {},
) {
  const events: RunEvent[] = [];
  const checkpoints: Uint8Array[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan: options.plan ?? classifierPlan,
    dataset: options.data ?? pointsDataset(60),
    config: configOf({ batchSize: 10, epochs: 3, optimizer: momentum, ...changes }),
    backend: { ...cpu, hasHalf: options.hasHalf ?? true },
    control: createTrainingControl(),
    onEvent: (event) => void events.push(event),
    onCheckpoint: (bytes) => void checkpoints.push(bytes),
  });
  const epochs = events.flatMap((event) => (event.kind === "epoch" ? [event.metrics] : []));
  const scales = events.flatMap((event) => (event.kind === "step" ? [event.scaling] : []));
  const started = events.find((event) => event.kind === "started");
  return { ended, events, epochs, scales, started, checkpoints };
}

const momentum = { ...defaultOptimizers.momentum, learningRate: 0.05 };

test("is refused where the device has no 16 bits, before anything begins", async () => {
  const { ended, events } = await train({ precision: "mixed" }, { hasHalf: false });
  expect(events.map(({ kind }) => kind)).toEqual(["ended"]);
  expect(ended).toMatchObject({ reason: "failed", code: "limits", epochs: 0 });
  expect(ended.message).toMatch(/needs WebGPU.* on the processor\. Choose 32 bits/);
  const plain = await train({}, { hasHalf: false });
  expect(plain.ended.reason).toBe("finished");
  expect(plain.started).not.toHaveProperty("precision");
  expect(plain.scales.every((scaling) => scaling === undefined)).toBe(true);
});

test("scaling alone changes no number of a run, and is told of", async () => {
  const plain = await train({});
  const mixed = await train({
    precision: "mixed",
    checkpoints: { everyMinutes: null, everySteps: 1 },
  });
  expect(mixed.epochs).toHaveLength(3);
  expect(mixed.epochs).toEqual(plain.epochs);
  expect(mixed.started).toMatchObject({ precision: "mixed" });
  expect(mixed.scales[0]).toEqual({ scale: 2 ** 15, skippedSteps: 0 });
  const kept = parseCheckpoint(mixed.checkpoints.at(-1) ?? new Uint8Array(0));
  if (!kept.ok) throw new Error(kept.error);
  const state = kept.value.optimizer.slots.find(({ name }) => name === scalingSlot)?.values;
  expect(state?.[scalingLayout.scale]).toBe(2 ** 15);
  expect(state?.[scalingLayout.growth]).toBe(15);
});

test("goes on only in the precision in which it was begun", async () => {
  const everyStep = { everyMinutes: null, everySteps: 1 };
  for (const precision of ["mixed", "float32"] as const) {
    const { checkpoints } = await train({ precision, checkpoints: everyStep });
    const kept = parseCheckpoint(checkpoints[3] ?? new Uint8Array(0));
    if (!kept.ok) throw new Error(kept.error);
    const other = precision === "mixed" ? "float32" : "mixed";
    const { ended } = await trainModel({
      runId: testRun,
      plan: classifierPlan,
      dataset: pointsDataset(60),
      config: configOf({ batchSize: 10, epochs: 3, optimizer: momentum, precision: other }),
      backend: { ...cpu, hasHalf: true },
      control: createTrainingControl(),
      resume: kept.value,
      onEvent() {},
    });
    expect(ended.message).toMatch(/other training settings: precision\./);
  }
});

test("numbers in the data that are none end the run at once, whatever the scale", async () => {
  const data = pointsDataset(60, { spoil: (values) => void (values[15] = Infinity) });
  const { ended } = await train({ precision: "mixed" }, { data });
  expect(ended).toMatchObject({ reason: "failed", code: "not-finite" });
  expect(ended.message).toMatch(/in epoch 1, step \d.*Sample 7 of the data holds Infinity/);
});

test("a loss that is no number ends the run once there is nothing left to halve", async () => {
  // No sample is to blame: the squares of such numbers leave the range of 32 bits.
  const plan = planOf([2], [layer("dense", "value", { units: 1 }, ["x"], [1])], {
    loss: "meanSquaredError",
    metrics: [],
  });
  const data = pointsDataset(60, {
    isRegression: true,
    spoil: (values) => void values.fill(3e38, 0, 96),
  });
  const { ended, scales } = await train(
    { precision: "mixed", epochs: 9, shuffle: false },
    { data, plan },
  );
  expect(ended).toMatchObject({ reason: "failed", code: "not-finite" });
  // Five steps an epoch: 2^15 is halved fifteen times in three epochs.
  expect(ended.message).toMatch(/The loss became .* in epoch 4, step 1\./);
  expect(ended.message).toMatch(/Choose 32 bits as the precision/);
  expect(scales.at(-1)?.scale).toBeLessThan(2 ** 15);
});

const resultOf = (loss: number, scaling: StepResult["scaling"]): StepResult => ({
  place: { epoch: 1, step: 1, start: 0, count: 1 },
  sums: Float32Array.of(loss),
  scaling,
});

test("steps are judged by their loss, and by what their scale could still help", () => {
  const watch = watchScaling();
  const judge = (result: StepResult) => watch.judge(result);
  expect(judge(resultOf(1, null))).toBe("counts");
  expect(judge(resultOf(Number.NaN, null))).toBe("lost");
  expect(judge(resultOf(1, { scale: 4, isSkipped: true }))).toBe("counts");
  expect(judge(resultOf(Number.NaN, { scale: 4, isSkipped: true }))).toBe("skipped");
  expect(judge(resultOf(Number.NaN, { scale: 1, isSkipped: true }))).toBe("lost");
});

test("a run that updates nothing any more does not go on for ever", () => {
  const watch = watchScaling();
  const skip = { scale: 1, isSkipped: true };
  for (let step = 1; step < mostIdleSteps; step++)
    expect(watch.judge(resultOf(1, skip))).toBe("counts");
  expect(watch.judge(resultOf(1, { scale: 1, isSkipped: false }))).toBe("counts");
  for (let step = 1; step < mostIdleSteps; step++)
    expect(watch.judge(resultOf(1, skip))).toBe("counts");
  expect(watch.judge(resultOf(1, skip))).toBe("stuck");
  expect(watch.latest).toEqual({ scale: 1, skippedSteps: 2 * mostIdleSteps - 1 });
});
