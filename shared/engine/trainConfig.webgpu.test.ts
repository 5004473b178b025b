/** Settings of a run on WebGPU, where steps are recorded: the same losses as on the processor. */
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { findLearningRate } from "./findLearningRate.ts";
import { classifierPlan, configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { selectBackend } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

async function train(name: "cpu" | "webgpu", changes: Partial<TrainingConfig>) {
  const events: RunEvent[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan: classifierPlan,
    dataset: pointsDataset(60),
    config: configOf({ epochs: 4, batchSize: 10, ...changes }),
    backend: await selectBackend(name),
    control: createTrainingControl(),
    onEvent: (event) => events.push(event),
  });
  expect(ended.message).toContain("Finished 4 epochs");
  return events.flatMap((event) =>
    event.kind === "epoch" ? [event.metrics["valLoss"] ?? Number.NaN] : [],
  );
}

const { adamw, momentum, nadam, rmsprop, sgd } = defaultOptimizers;
const settings: Readonly<Record<string, Partial<TrainingConfig>>> = {
  "one cycle, clipped by global norm, accumulated": {
    optimizer: { ...adamw, learningRate: 0.05 },
    schedule: { kind: "oneCycle", warmShare: 0.3, startDivisor: 25, endDivisor: 100 },
    clipping: { kind: "globalNorm", limit: 0.5 },
    accumulation: 3,
  },
  "warmed cosine, clipped by norm": {
    optimizer: { ...momentum, learningRate: 0.1, nesterov: true },
    schedule: {
      kind: "warmUp",
      startShare: 0,
      length: 1,
      unit: "epochs",
      after: { kind: "cosine", endShare: 0, length: null, unit: "epochs", restarts: null },
    },
    clipping: { kind: "norm", limit: 0.5 },
  },
  "exponential, full batch": {
    optimizer: { ...nadam, learningRate: 0.05 },
    schedule: { kind: "exponential", factor: 0.5, every: 2, unit: "epochs" },
    batching: "full-batch",
  },
  "on a plateau, accumulated over epochs' ends": {
    optimizer: { ...rmsprop, learningRate: 0.01, centered: true, momentum: 0.5 },
    schedule: {
      kind: "reduceOnPlateau",
      monitor: "valLoss",
      factor: 0.1,
      patience: 1,
      minDelta: 100,
      cooldown: 0,
      minLearningRate: 0,
    },
    accumulation: 4,
  },
};

describe.skipIf(!webgpu.ok)("on WebGPU", () => {
  test.each(Object.entries(settings))(
    "%s",
    async (_name, changes) => {
      const wanted = await train("cpu", changes);
      const found = await train("webgpu", changes);
      expect(wanted[3]).not.toBeCloseTo(wanted[0] ?? 0, 2);
      for (const [epoch, loss] of found.entries())
        expect(loss / (wanted[epoch] ?? Number.NaN)).toBeCloseTo(1, 5);
      expect(await train("webgpu", changes)).toEqual(found);
    },
    60_000,
  );

  test("a search for a learning rate sees the same losses", async () => {
    const search = async (name: "cpu" | "webgpu") => {
      const found = await findLearningRate({
        plan: classifierPlan,
        dataset: pointsDataset(100),
        config: configOf({ optimizer: sgd, batchSize: 20 }),
        backend: await selectBackend(name),
        range: { from: 1e-4, to: 1, steps: 40 },
      });
      if (!found.ok) throw new Error(found.error);
      return found.value;
    };
    const wanted = await search("cpu");
    const found = await search("webgpu");
    expect(found.points).toHaveLength(wanted.points.length);
    for (const [step, { loss }] of wanted.points.entries())
      expect((found.points[step]?.loss ?? Number.NaN) / loss).toBeCloseTo(1, 4);
    expect(found.suggestion).toBe(wanted.suggestion);
  }, 240_000);
});
