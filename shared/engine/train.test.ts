import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { createTrainingControl, type TrainingControl } from "./control.ts";
import { loadModelFiles, type ModelFile } from "./modelFiles.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  regressorPlan,
  testRun,
} from "./plans.testkit.ts";
import { selectBackend, type Backend, type BackendFault } from "./selectBackend.ts";
import { trainModel, type TrainingOutcome } from "./train.ts";

let cpu: Backend;
beforeAll(async () => {
  cpu = await selectBackend("cpu");
});

interface Trained extends TrainingOutcome {
  readonly events: readonly RunEvent[];
  readonly files: readonly ModelFile[];
}

async function train(
  plan: ModelPlan,
  dataset: Dataset,
  config: Partial<TrainingConfig> = {},
  options: {
    readonly backend?: Backend;
    readonly onEvent?: (event: RunEvent, control: TrainingControl) => void;
  } = {},
): Promise<Trained> {
  const events: RunEvent[] = [];
  let files: readonly ModelFile[] = [];
  const control = createTrainingControl();
  const outcome = await trainModel({
    runId: testRun,
    plan,
    dataset,
    config: configOf(config),
    backend: options.backend ?? cpu,
    control,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event, control);
    },
    onWeights(saved) {
      files = saved;
    },
  });
  return { ...outcome, events, files };
}

const epochsOf = (events: readonly RunEvent[]) => events.filter((event) => event.kind === "epoch");

beforeEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

test("a classifier learns, reports and leaves no tensor behind", async () => {
  const { ended, events, report, files } = await train(classifierPlan, pointsDataset(200), {
    epochs: 12,
  });
  expect(ended).toMatchObject({ reason: "finished", epochs: 12, hasWeights: true });
  expect(Object.keys(ended.metrics)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy"]);
  expect(ended.metrics["valAccuracy"]).toBeGreaterThan(0.9);
  expect(events[0]).toMatchObject({ kind: "started", stepsPerEpoch: 5, sampleCount: 160 });
  expect(events.map((event) => event.kind).slice(-2)).toEqual(["report", "ended"]);
  const counts = report?.confusion?.counts ?? [];
  expect(counts.flat().reduce((total, count) => total + count, 0)).toBe(40);
  const right = counts.reduce((total, line, index) => total + (line[index] ?? 0), 0);
  expect(right / 40).toBeCloseTo(ended.metrics["valAccuracy"] ?? 0, 6);
  expect(report?.baselines[0]).toMatchObject({ name: "majority-class" });
  expect(report?.baselines[0]?.metrics["accuracy"]).toBeLessThan(0.5);
  expect(files.map((file) => file.name)).toEqual(["model.json", "group1-shard1of1.bin"]);
  expect(tf.memory().numTensors).toBe(0);
});

test("the same seed gives the same run, another seed another", async () => {
  const first = await train(classifierPlan, pointsDataset(60), { epochs: 2, seed: 3 });
  const second = await train(classifierPlan, pointsDataset(60), { epochs: 2, seed: 3 });
  const other = await train(classifierPlan, pointsDataset(60), { epochs: 2, seed: 4 });
  expect(second.ended.metrics).toEqual(first.ended.metrics);
  expect(other.ended.metrics).not.toEqual(first.ended.metrics);
});

test("numbers are measured in the data's own unit beside the scaled loss", async () => {
  const { ended, report } = await train(regressorPlan, pointsDataset(200, { isRegression: true }), {
    epochs: 3,
  });
  const { loss = 0, rmse = 0, valRmse = 0, valMae = 0 } = ended.metrics;
  // The data set's scale is 10.
  expect(rmse).toBeCloseTo(10 * Math.sqrt(loss), 4);
  expect(valMae).toBeLessThanOrEqual(valRmse);
  expect(report?.residuals?.length).toBe(40);
  const [pair] = report?.residuals ?? [];
  expect(Math.abs(pair?.truth ?? 0)).toBeGreaterThan(0);
  expect(Object.keys(report?.baselines[0]?.metrics ?? {})).toEqual(["loss", "rmse", "mae"]);
});

test("a partial last batch counts by its samples", async () => {
  const data = pointsDataset(50);
  const frozen = { ...defaultOptimizers.sgd, learningRate: 1e-12 };
  const whole = await train(classifierPlan, data, { epochs: 1, batchSize: 40, optimizer: frozen });
  const parts = await train(classifierPlan, data, { epochs: 1, batchSize: 12, optimizer: frozen });
  expect(parts.ended.metrics["loss"]).toBeCloseTo(whole.ended.metrics["loss"] ?? 0, 5);
  expect(parts.ended.metrics["accuracy"]).toBeCloseTo(whole.ended.metrics["accuracy"] ?? 0, 5);
});

test("stop keeps the weights and ends before the report", async () => {
  const { ended, events, files } = await train(
    classifierPlan,
    pointsDataset(300),
    { epochs: 500 },
    {
      onEvent: (event, control) => {
        if (event.kind === "epoch" && event.epoch === 2) control.stop();
      },
    },
  );
  expect(ended).toMatchObject({ reason: "stopped", epochs: 2, hasWeights: true });
  expect(files).toHaveLength(2);
  expect(events.map((event) => event.kind).slice(-2)).toEqual(["ended", "report"]);
  expect(tf.memory().numTensors).toBe(0);
});

test("pause holds the run, resume goes on; the result is that of an unbroken run", async () => {
  const plain = await train(classifierPlan, pointsDataset(60), { epochs: 3 });
  const kinds: string[] = [];
  const paused = await train(
    classifierPlan,
    pointsDataset(60),
    { epochs: 3 },
    {
      onEvent: (event, control) => {
        kinds.push(event.kind);
        if (event.kind === "epoch" && event.epoch === 1) {
          control.pause();
          setTimeout(() => control.resume(), 30);
        }
      },
    },
  );
  expect(kinds.filter((kind) => kind === "paused" || kind === "resumed")).toEqual([
    "paused",
    "resumed",
  ]);
  expect(paused.ended.metrics).toEqual(plain.ended.metrics);
});

test("a loss that is not a number ends the run and gives the last good weights back", async () => {
  const { ended, files } = await train(classifierPlan, pointsDataset(100), {
    epochs: 50,
    optimizer: { ...defaultOptimizers.sgd, learningRate: 1 },
  });
  expect(ended.reason).toBe("finished");
  const exploding = await train(
    { ...regressorPlan, layers: [layer("dense", "value", { units: 1 }, ["x"], [1])] },
    pointsDataset(100, { isRegression: true }),
    { epochs: 400, optimizer: { ...defaultOptimizers.sgd, learningRate: 30 } },
  );
  expect(exploding.ended).toMatchObject({ reason: "failed", code: "not-finite", hasWeights: true });
  expect(exploding.ended.message).toMatch(/not a number.*Lower the learning rate \(now 30\).*kept/);
  const model = await loadModelFiles(exploding.files);
  if (!model.ok) throw new Error(model.error);
  for (const weight of model.value.getWeights()) {
    expect([...weight.dataSync()].every(Number.isFinite)).toBe(true);
  }
  model.value.dispose();
  expect(files.length).toBeGreaterThan(0);
});

test("weights that the very last step before a stop spoilt are not kept", async () => {
  const { ended, files } = await train(
    regressorPlan,
    pointsDataset(100, { isRegression: true }),
    // In 32 bits this rate is infinite: the first loss is a number, what it leads to is not.
    { epochs: 9, optimizer: { ...defaultOptimizers.sgd, learningRate: 1e39 } },
    {
      onEvent: (event, control) => {
        if (event.kind === "step") control.stop();
      },
    },
  );
  expect(ended).toMatchObject({ reason: "failed", code: "not-finite", hasWeights: false });
  expect(ended.message).toMatch(/The weights became infinite.*no good weights to keep/);
  expect(files).toEqual([]);
});

test("an extreme value among the validation samples ends the run with its place told", async () => {
  const spoil = (points: Float32Array) => void points.fill(1e30, -2);
  const data = pointsDataset(50, { isRegression: true, spoil });
  const line = { ...regressorPlan, layers: [layer("dense", "value", { units: 1 }, ["x"], [1])] };
  const { ended, events } = await train(line, data, { epochs: 3 });
  expect(ended).toMatchObject({
    reason: "failed",
    code: "not-finite",
    epochs: 1,
    hasWeights: true,
  });
  expect(ended.message).toMatch(/validation loss became infinite.*epoch 1.*extreme values/);
  // JSON has no infinity: a file would hold null where a number is promised.
  for (const event of events) expect(JSON.parse(JSON.stringify(event))).toEqual(event);
});

test.each([
  ["small outputs", [4], 8, 128],
  ["a batch that is larger already", [4], 512, 512],
  ["outputs of 256 KiB a sample, gradients and truths beside", [256, 256], 8, 51],
  ["outputs of 64 MiB a sample", [4096, 4096], 1, 1],
])("validates %s in batches that fit", (_, sizes, batchSize, expected) => {
  const plan: ModelPlan = {
    ...regressorPlan,
    layers: [layer("dense", "value", { units: 1 }, ["x"], sizes)],
  };
  expect(inferenceBatchSize(plan, batchSize)).toBe(expected);
});

test.each([
  ["device-lost", "the cable was pulled", "device-lost", /GPU device was lost \(the cable/],
  [
    "out-of-memory",
    "no more",
    "out-of-memory",
    /ran out of memory.*hidden.*batch of 16 instead of 32/,
  ],
  ["internal", "buffer size exceeds the limit", "limits", /more of this GPU than it allows/],
] as const)(
  "%s (%s) ends the run with the last good weights",
  async (code, message, expected, sentence) => {
    const listeners = new Set<(fault: BackendFault) => void>();
    const backend: Backend = {
      ...cpu,
      onFault(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const { ended, files } = await train(
      classifierPlan,
      pointsDataset(100),
      { epochs: 100 },
      {
        backend,
        onEvent: (event) => {
          if (event.kind !== "epoch" || event.epoch !== 2) return;
          for (const tell of listeners) tell({ code, message });
        },
      },
    );
    expect(ended).toMatchObject({ reason: "failed", code: expected, hasWeights: true, epochs: 2 });
    expect(ended.message).toMatch(sentence);
    expect(files).toHaveLength(2);
    expect(listeners.size).toBe(0);
    expect(tf.memory().numTensors).toBe(0);
  },
);

test("early stopping ends the run and goes back to the best epoch", async () => {
  const { ended, events, files } = await train(classifierPlan, pointsDataset(60), {
    epochs: 200,
    optimizer: { ...defaultOptimizers.adam, learningRate: 0.3 },
    earlyStopping: { monitor: "valLoss", patience: 3, minDelta: 0, restoreBest: true },
  });
  expect(ended.reason).toBe("early-stopping");
  const losses = epochsOf(events).map((event) => event.metrics["valLoss"] ?? 0);
  expect(ended.epochs).toBe(losses.length);
  expect(ended.metrics["valLoss"]).toBe(Math.min(...losses));
  expect(losses.indexOf(Math.min(...losses))).toBe(losses.length - 4);
  expect(files).toHaveLength(2);
});

test.each([
  [
    "a batch too big for the device",
    classifierPlan,
    pointsDataset(60),
    { ...configOf(), batchSize: 32 },
    100,
    "limits",
    /hidden gives 8 for each of 32 samples.*Use a batch of at most 3/,
  ],
  [
    "data without a fitting field",
    planOf([7], [layer("dense", "d", { units: 3 }, ["x"], [3])]),
    pointsDataset(60),
    configOf(),
    null,
    "data",
    /Input "x" takes 7 and "points" has no field left that fits \(features: 2\)/,
  ],
  [
    "a model without weights",
    planOf([2], [layer("softmax", "s", {}, ["x"], [3])]),
    pointsDataset(60),
    configOf(),
    null,
    "internal",
    /nothing to train/,
  ],
] as const)(
  "%s fails before the first step",
  async (_name, plan, data, config, max, code, text) => {
    const { ended, events } = await train(plan, data, config, {
      backend: { ...cpu, maxTensorBytes: max },
    });
    expect(ended).toMatchObject({ reason: "failed", code, hasWeights: false });
    expect(ended.message).toMatch(text);
    expect(events.some((event) => event.kind === "step")).toBe(false);
    expect(tf.memory().numTensors).toBe(0);
  },
);

test("dropout, recurrent cells, batch norm and penalties train without leaks, repeatably", async () => {
  const penalty = { kind: "regularizer", name: "l2", config: { l2: 0.01 } } as const;
  const plan = planOf(
    [2],
    [
      layer("reshape", "steps", { targetShape: [2, 1] }, ["x"], [2, 1]),
      layer(
        "lstm",
        "cells",
        { units: 4, dropout: 0.2, recurrentDropout: 0.2, kernelRegularizer: penalty },
        ["steps"],
        [4],
      ),
      layer("batchNormalization", "norm", {}, ["cells"], [4]),
      layer("dropout", "drop", { rate: 0.3 }, ["norm"], [4]),
      layer("gaussianNoise", "noise", { stddev: 0.1 }, ["drop"], [4]),
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["noise"], [3]),
    ],
  );
  const first = await train(plan, pointsDataset(60), { epochs: 2 });
  const second = await train(plan, pointsDataset(60), { epochs: 2 });
  expect(first.ended.message).toBe("Finished 2 epochs.");
  expect(second.ended.metrics).toEqual(first.ended.metrics);
  expect(tf.memory().numTensors).toBe(0);
});

test("several outputs log their losses and metrics under their names", async () => {
  const [hidden, scores] = classifierPlan.layers;
  const [output] = classifierPlan.outputs;
  if (!hidden || !scores || !output) throw new Error("the test's plan is incomplete");
  const other = layer("dense", "others", { units: 3, activation: "softmax" }, ["hidden"], [3]);
  const plan: ModelPlan = {
    ...classifierPlan,
    layers: [hidden, scores, other],
    outputs: [
      { ...output, name: "left", target: "class" },
      {
        ...output,
        name: "right",
        source: { layer: "others", port: 0 },
        target: "class",
        lossWeight: 0.5,
      },
    ],
  };
  const { ended } = await train(plan, pointsDataset(60), { epochs: 1 });
  const { loss = 0, leftLoss = 0, rightLoss = 0 } = ended.metrics;
  expect(loss).toBeCloseTo(leftLoss + 0.5 * rightLoss, 5);
  expect(Object.keys(ended.metrics)).toEqual(
    ["loss", "leftLoss", "rightLoss", "leftAccuracy", "rightAccuracy"].concat([
      "valLoss",
      "valLeftLoss",
      "valRightLoss",
      "valLeftAccuracy",
      "valRightAccuracy",
    ]),
  );
});
