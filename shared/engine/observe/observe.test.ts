import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import type { ModelPlan } from "../../compiler/plan.ts";
import type { RunEvent } from "../../training/events.ts";
import { createTrainingControl } from "../control.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  testRun,
} from "../plans.testkit.ts";
import { selectBackend, type Backend } from "../selectBackend.ts";
import { trainModel } from "../train.ts";
import type { ObserveOptions } from "./createObserver.ts";
import { observeOutput } from "./observeOutput.ts";
import { summarizeValues } from "./statistics.ts";

let cpu: Backend;
beforeAll(async () => {
  cpu = await selectBackend("cpu");
});

async function train(plan: ModelPlan, observe: ObserveOptions | null): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await trainModel({
    runId: testRun,
    plan,
    dataset: pointsDataset(120),
    config: configOf({ epochs: 2, batchSize: 16 }),
    backend: cpu,
    control: createTrainingControl(),
    onEvent: (event) => events.push(event),
    observe,
  });
  return events;
}

const observationsIn = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === "observed" ? [event.observation] : []));

test("statistics of a list are those of its finite values", () => {
  const statistics = summarizeValues([0, 0, 1, 3, Number.NaN, Infinity], { saturation: "sigmoid" });
  expect(statistics).toMatchObject({
    count: 6,
    mean: 1,
    deviation: Number(Math.sqrt(6 / 4).toPrecision(4)),
    norm: Number(Math.sqrt(10).toPrecision(4)),
    low: 0,
    high: 3,
    zeroShare: 0.5,
    notFinite: 2,
    saturatedShare: 1,
  });
  const { shares } = statistics.histogram;
  expect([shares[0], shares[10], shares[31]]).toEqual([500, 250, 250]);
  expect(summarizeValues([], { saturation: "none" }).count).toBe(0);
  expect(summarizeValues([2, 2], { saturation: "none" }).histogram.shares[16]).toBe(1000);
});

test("an output tells its classes, its sure mistakes and its hardest samples", () => {
  const output = observeOutput({
    name: "y",
    loss: "categoricalCrossentropy",
    hasClasses: true,
    units: 2,
    predictions: [0.9, 0.1, 0.6, 0.4, 0.99, 0.01, 0.2, 0.8],
    truths: [1, 0, 1, 0, 0, 1, 0, 0],
    samples: [7, 8, 9, 10],
  });
  expect(output).toMatchObject({
    predictedCounts: [3, 1],
    truthCounts: [2, 1],
    outsideCount: 1,
    rows: 3,
    wrong: 1,
    sureRows: 2,
    sureWrong: 1,
  });
  expect(output.hardest[0]).toEqual({ sample: 9, loss: Number((-Math.log(0.01)).toPrecision(4)) });
});

const plans: readonly (readonly [string, ModelPlan])[] = [
  ["dense", classifierPlan],
  [
    "dropout, noise and batch normalization",
    planOf(
      [2],
      [
        layer("dense", "hidden", { units: 16, activation: "relu" }, ["x"], [16]),
        layer("batchNormalization", "norm", {}, ["hidden"], [16]),
        layer("dropout", "drop", { rate: 0.4 }, ["norm"], [16]),
        layer("gaussianNoise", "noise", { stddev: 0.1 }, ["drop"], [16]),
        layer("dense", "scores", { units: 3, activation: "softmax" }, ["noise"], [3]),
      ],
    ),
  ],
];

test.each(plans)("a run that is observed has the same losses, bit for bit: %s", async (_, plan) => {
  const plain = await train(plan, null);
  const observed = await train(plan, { everySteps: 2 });
  const epochs = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.kind === "epoch" ? [event.metrics] : []));
  expect(observationsIn(plain)).toEqual([]);
  expect(observationsIn(observed).length).toBeGreaterThan(2);
  expect(epochs(observed)).toHaveLength(2);
  expect(epochs(observed)).toEqual(epochs(plain));
  expect(tf.memory().numTensors).toBe(0);
});

test("an observation holds what each layer gave, its weights, gradients and steps", async () => {
  const [first] = observationsIn(await train(classifierPlan, { everySteps: 3 }));
  expect(first?.problem).toBeUndefined();
  expect(first?.layers.map(({ layer: name }) => name)).toEqual(["hidden", "scores"]);
  const [hidden] = first?.layers ?? [];
  expect(hidden).toMatchObject({ function: "tanh", node: "hidden", deadShare: null });
  expect(hidden?.activation.count).toBe(16 * 8);
  expect(hidden?.saturatedShare).toBeGreaterThanOrEqual(0);
  const [kernel, bias] = hidden?.weights ?? [];
  expect([kernel?.name, bias?.name]).toEqual(["kernel", "bias"]);
  expect(kernel?.gradient.norm).toBeGreaterThan(0);
  // Adam's first steps are about as long as the learning rate, 0.02, in every weight.
  const length = 0.02 * Math.sqrt(16);
  const ratio = kernel?.updateRatio ?? 0;
  expect(ratio * (kernel?.values.norm ?? 0)).toBeGreaterThan(length / 4);
  expect(ratio * (kernel?.values.norm ?? 0)).toBeLessThan(length * 1.2);
  expect(first?.outputs[0]?.truthCounts).toHaveLength(3);
});

test("the time of each layer is measured once a run", async () => {
  const observations = observationsIn(await train(classifierPlan, { everySteps: 3 }));
  const timed = observations.flatMap(({ times }) => times ?? []);
  expect(timed.map(({ node }) => node)).toEqual(["hidden", "scores"]);
  for (const { elapsedMs } of timed) expect(elapsedMs).toBeGreaterThan(0);
});

test("what each layer holds of a batch is measured once a run", async () => {
  const observations = observationsIn(await train(classifierPlan, { everySteps: 3 }));
  const [first, ...rest] = observations;
  expect(first?.memory?.map(({ node }) => node)).toEqual(["hidden", "scores"]);
  const samples = first?.outputs[0]?.rows ?? 0;
  // Its outputs at least, of four bytes each.
  for (const [index, units] of [8, 3].entries())
    expect(first?.memory?.[index]?.bytes).toBeGreaterThanOrEqual(4 * units * samples);
  expect(first?.memory?.[0]?.bytes).toBeLessThan(4 * 8 * samples * 8);
  expect(rest.some(({ memory }) => memory !== undefined)).toBe(false);
});

test("units that never answer are dead, those that do are not", async () => {
  const planWith = (value: number) =>
    planOf(
      [2],
      [
        layer(
          "dense",
          "hidden",
          {
            units: 6,
            activation: "relu",
            biasInitializer: { kind: "initializer", name: "constant", config: { value } },
          },
          ["x"],
          [6],
        ),
        layer("dense", "scores", { units: 3, activation: "softmax" }, ["hidden"], [3]),
      ],
    );
  const shareWith = async (bias: number) =>
    observationsIn(await train(planWith(bias), { everySteps: 2 })).at(-1)?.layers[0]?.deadShare;
  expect(await shareWith(-20)).toBe(1);
  expect(await shareWith(1)).toBe(0);
});
