/** A run that goes on from a checkpoint is the run that was never interrupted, bit for bit on the processor. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ModelPlan, PlanLayer } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { parseCheckpoint, type Checkpoint } from "../training/checkpoint.ts";
import { makeCheckpointModel } from "../training/checkpointModel.ts";
import { defaultOptimizers, type TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { initialRunState, runReducer } from "../training/runReducer.ts";
import { createTrainingControl, type TrainingControl } from "./control.ts";
import { loadModelFiles, type ModelFile } from "./modelFiles.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  testRun,
} from "./plans.testkit.ts";
import { selectBackend, type Backend } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

let cpu: Backend;
beforeAll(async () => {
  // Mixed precision is scaled on the processor, too, though in 32 bits.
  cpu = { ...(await selectBackend("cpu")), hasHalf: true };
});
beforeEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

interface Options {
  readonly plan?: ModelPlan;
  readonly data?: Dataset;
  readonly resume?: Checkpoint;
  readonly onEvent?: (event: RunEvent, control: TrainingControl) => void;
}

async function train(config: Partial<TrainingConfig>, options: Options = {}) {
  const events: RunEvent[] = [];
  const checkpoints: Uint8Array[] = [];
  let files: readonly ModelFile[] = [];
  const control = createTrainingControl();
  const { ended } = await trainModel({
    runId: testRun,
    plan: options.plan ?? classifierPlan,
    dataset: options.data ?? pointsDataset(60),
    config: configOf({ batchSize: 10, epochs: 4, ...config }),
    backend: cpu,
    control,
    ...(options.resume ? { resume: options.resume } : {}),
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event, control);
    },
    onCheckpoint(bytes) {
      checkpoints.push(bytes);
    },
    onWeights(saved) {
      files = saved;
    },
  });
  const epochs = events.flatMap((event) => (event.kind === "epoch" ? [event.metrics] : []));
  return { ended, events, checkpoints, epochs, files };
}

function read(bytes: Uint8Array | undefined): Checkpoint {
  const checkpoint = parseCheckpoint(bytes ?? new Uint8Array(0));
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

const everyStep = { everyMinutes: null, everySteps: 1 };
const regularized = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]),
    layer("batchNormalization", "norm", {}, ["hidden"], [8]),
    layer("dropout", "drop", { rate: 0.4 }, ["norm"], [8]),
    layer("gaussianNoise", "noise", { stddev: 0.1 }, ["drop"], [8]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["noise"], [3]),
  ],
);
const own = (planned: PlanLayer): PlanLayer => ({
  ...planned,
  call: { ...planned.call, tfjsSource: "own" },
});
const drawn = planOf(
  [2],
  [
    layer("reshape", "image", { targetShape: [2, 1, 1] }, ["x"], [2, 1, 1]),
    own(layer("randomFlip", "flip", { mode: "vertical" }, ["image"], [2, 1, 1])),
    layer("flatten", "flat", {}, ["flip"], [2]),
    layer("dense", "mean", { units: 4 }, ["flat"], [4]),
    layer("dense", "spread", { units: 4 }, ["flat"], [4]),
    own(layer("sampling", "code", { klWeight: 0.1 }, ["mean", "spread"], [4])),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["code"], [3]),
  ],
);
const adam = defaultOptimizers.adam;

describe("going on from a checkpoint", () => {
  test.each<[string, Partial<TrainingConfig>, ModelPlan]>([
    ["Adam", { optimizer: { ...adam, learningRate: 0.02 } }, classifierPlan],
    ["SGD, dropout, noise, batch normalization", { optimizer: defaultOptimizers.sgd }, regularized],
    ["mirrored images, samples of a distribution", { optimizer: adam }, drawn],
    [
      "momentum, gradients of three batches together",
      { optimizer: { ...defaultOptimizers.momentum, nesterov: true }, accumulation: 3 },
      regularized,
    ],
    [
      "mixed precision, gradients of three batches together",
      { optimizer: defaultOptimizers.nadam, accumulation: 3, precision: "mixed" },
      regularized,
    ],
    [
      "the best weights, a falling learning rate",
      {
        optimizer: { ...defaultOptimizers.rmsprop, centered: true, momentum: 0.5 },
        earlyStopping: { monitor: "valLoss", patience: 3, minDelta: 0.05, restoreBest: true },
        schedule: { kind: "cosine", endShare: 0, length: null, unit: "steps", restarts: null },
      },
      classifierPlan,
    ],
    [
      "a rate that waits for a plateau",
      {
        epochs: 6,
        optimizer: { ...adam, learningRate: 0.1 },
        schedule: {
          kind: "reduceOnPlateau",
          monitor: "valLoss",
          factor: 0.3,
          patience: 1,
          minDelta: 0.5,
          cooldown: 1,
          minLearningRate: 1e-5,
        },
      },
      classifierPlan,
    ],
  ])("gives the same from every step: %s", async (_case, config, plan) => {
    const whole = await train({ ...config, checkpoints: everyStep }, { plan });
    // Five steps an epoch, the last of which is the epoch's end, too.
    expect(whole.checkpoints.length).toBeGreaterThan(15);
    for (const index of [0, 3, 4, 5, 8, 11, 14, whole.checkpoints.length - 1]) {
      const resume = read(whole.checkpoints[index]);
      const rest = await train(config, { plan, resume });
      expect(rest.epochs, `from step ${resume.stepsDone}`).toEqual(
        whole.epochs.slice(resume.epochsDone),
      );
      expect(rest.files).toEqual(whole.files);
      expect(rest.ended.metrics).toEqual(whole.ended.metrics);
    }
  });

  test("keeps the states of stateful layers", async () => {
    const [batch, steps] = [10, 2];
    const recurrent = planOf(
      [2],
      [
        layer("reshape", "steps", { targetShape: [2, 1] }, ["x"], [2, 1]),
        layer("lstm", "memory", { units: 4, stateful: true }, ["steps"], [4]),
        layer("dense", "scores", { units: 3, activation: "softmax" }, ["memory"], [3]),
      ],
    );
    const plan = {
      ...recurrent,
      inputs: recurrent.inputs.map((input) => ({ ...input, shape: { ...input.shape, batch } })),
    };
    const whole = await train({ checkpoints: everyStep }, { plan });
    const resume = read(whole.checkpoints[steps - 1]);
    expect(resume.states.map(({ shape }) => shape)).toEqual([
      [batch, 4],
      [batch, 4],
    ]);
    const rest = await train({}, { plan, resume });
    expect(rest.files).toEqual(whole.files);
    const forgetful = await train({}, { plan, resume: { ...resume, states: [] } });
    expect(forgetful.files).not.toEqual(whole.files);
  });

  test("after Stop, and again after the end with more epochs", async () => {
    const whole = await train({ epochs: 6 });
    const stopped = await train(
      { epochs: 4 },
      {
        onEvent: (event, control) =>
          event.kind === "epoch" && event.epoch === 2 ? control.stop() : undefined,
      },
    );
    expect(stopped.ended.reason).toBe("stopped");
    expect(stopped.events.at(-2)?.kind).toBe("checkpoint");
    const finished = await train({ epochs: 4 }, { resume: read(stopped.checkpoints.at(-1)) });
    expect(finished.ended).toMatchObject({ reason: "finished", epochs: 4 });
    const more = await train({ epochs: 6 }, { resume: read(finished.checkpoints.at(-1)) });
    expect(more.files).toEqual(whole.files);
    expect(more.events[0]).toMatchObject({ kind: "recovered", epochs: 6, cause: "continued" });
    const told = [...stopped.events, ...finished.events, ...more.events];
    const state = told.reduce(runReducer, initialRunState);
    expect(state.epochs.map(({ metrics }) => metrics)).toEqual(whole.epochs);
    expect(state.phase).toBe("ended");
  });

  test("is kept on pause, and on request", async () => {
    const reasons: string[] = [];
    const { checkpoints } = await train(
      { epochs: 2 },
      {
        onEvent(event, control) {
          // Later steps are told by the clock, so on a slow machine more of them.
          if (event.kind !== "step" || reasons.length === 1) reasons.push(event.kind);
          if (event.kind === "step" && event.epoch === 1 && event.step === 1) control.pause();
          if (event.kind === "paused") setTimeout(() => control.resume(), 5);
          if (event.kind === "resumed") control.askForCheckpoint();
        },
      },
    );
    expect(reasons.slice(1, 6)).toEqual(["step", "checkpoint", "paused", "resumed", "checkpoint"]);
    expect(checkpoints.map((bytes) => read(bytes).stepsDone)).toEqual([1, 2, 10]);
  });
});

describe("a checkpoint of something else is refused", () => {
  test.each<[string, Options, Partial<TrainingConfig>, string]>([
    ["another network", { plan: regularized }, {}, "of another network"],
    ["other settings", {}, { shuffle: false, seed: 9 }, "training settings: seed, shuffle"],
    ["other data", { data: pointsDataset(65) }, {}, "on other data"],
    [
      "the same data with one value changed",
      { data: pointsDataset(60, { spoil: (values) => void (values[3] = 0) }) },
      {},
      "on other data",
    ],
  ])("%s", async (_case, options, config, reason) => {
    const { checkpoints } = await train({ epochs: 1 });
    const resumed = await train(
      { epochs: 2, ...config },
      { ...options, resume: read(checkpoints.at(-1)) },
    );
    expect(resumed.ended).toMatchObject({ reason: "failed", code: "data", epochs: 0 });
    expect(resumed.ended.message).toContain(reason);
  });
});

test("the weights of a checkpoint become a model without the engine", async () => {
  const { checkpoints, files } = await train({ epochs: 1 });
  const made = makeCheckpointModel(read(checkpoints.at(-1)));
  expect(made).toEqual(files);
  const loaded = await loadModelFiles(made);
  if (!loaded.ok) throw new Error(loaded.error);
  loaded.value.dispose();
});
