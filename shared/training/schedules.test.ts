import { beforeAll, describe, expect, test } from "vitest";
import { kerasPlateau, kerasSchedule } from "../codegen/scheduleWords.ts";
import { findKerasPython } from "../codegen/python.testkit.ts";
import { askKerasOptimizers, type KerasAnswer } from "../engine/optimizers/keras.testkit.ts";
import { defaultTraining, type PlainSchedule, type ScheduleConfig } from "./config.ts";
import { createLearningRate } from "./learningRate.ts";
import { drawSchedule, learningRateAt, type PlateauConfig, spansRun } from "./schedules.ts";

const python = findKerasPython();
if (python === null) console.warn("Skipped: no Python with Keras to compare schedules with.");

const base = 0.02;
const length = { stepsPerEpoch: 7, totalSteps: 70 };
const steps = [...Array(80).keys()];

const step = { kind: "step", factor: 0.5, every: 3, unit: "epochs" } as const;
const cosine = {
  kind: "cosine",
  endShare: 0.1,
  length: 10,
  unit: "steps",
  restarts: { lengthFactor: 2, peakFactor: 0.7 },
} as const;
const oneCycle = { kind: "oneCycle", warmShare: 0.3, startDivisor: 25, endDivisor: 1e4 } as const;
const plain: readonly PlainSchedule[] = [
  step,
  { ...step, every: 2.5 },
  { ...step, every: 9, unit: "steps", factor: 0.1 },
  { kind: "exponential", factor: 0.9, every: 1, unit: "epochs" },
  { kind: "exponential", factor: 0.5, every: 13, unit: "steps" },
  { kind: "polynomial", power: 1, endShare: 0, length: null, unit: "epochs" },
  { kind: "polynomial", power: 2.5, endShare: 0.2, length: 6, unit: "epochs" },
  { ...cosine, restarts: null, length: null },
  { ...cosine, restarts: null, length: 3, unit: "epochs" },
  cosine,
  { ...cosine, restarts: { lengthFactor: 1, peakFactor: 1 } },
  { ...cosine, restarts: { lengthFactor: 1.5, peakFactor: 0.5 }, length: 2, unit: "epochs" },
  oneCycle,
  { ...oneCycle, warmShare: 0.001 },
];
const schedules: readonly ScheduleConfig[] = [
  ...plain,
  { kind: "warmUp", startShare: 0, length: 2, unit: "epochs", after: { kind: "constant" } },
  { kind: "warmUp", startShare: 0.25, length: 5, unit: "steps", after: cosine },
  { kind: "warmUp", startShare: 0.1, length: 1, unit: "epochs", after: oneCycle },
  {
    kind: "warmUp",
    startShare: 0.1,
    length: 10,
    unit: "steps",
    after: { kind: "polynomial", power: 1, endShare: 0, length: null, unit: "steps" },
  },
];

const plateau: PlateauConfig = {
  kind: "reduceOnPlateau",
  monitor: "valLoss",
  factor: 0.5,
  patience: 2,
  minDelta: 0.01,
  cooldown: 0,
  minLearningRate: 0,
};
const plateaus: readonly PlateauConfig[] = [
  plateau,
  { ...plateau, patience: 1, cooldown: 2 },
  { ...plateau, patience: 3, cooldown: 1, minLearningRate: 0.004 },
  { ...plateau, factor: 0.1, minDelta: 0, minLearningRate: 0.001 },
];
/** Falls, stalls, falls a hair, stalls for long, rises, falls. */
const losses = [
  1, 0.8, 0.7, 0.7, 0.695, 0.71, 0.72, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.605, 0.7, 0.8, 0.59,
  0.3, 0.3, 0.3, 0.3,
];

function rates(schedule: ScheduleConfig): readonly number[] {
  return steps.map((at) => learningRateAt(schedule, base, { ...length, step: at }));
}

describe.skipIf(python === null)("against real Keras", () => {
  let answer: KerasAnswer = { updates: [], scales: [], schedules: [], plateaus: [] };
  beforeAll(() => {
    answer = askKerasOptimizers(python ?? "", {
      schedules: schedules.map((schedule) => {
        const { rate, classes } = kerasSchedule(schedule, base);
        return { schedule: rate ?? "", classes, lengths: length, steps };
      }),
      plateaus: plateaus.map((config) => ({
        callback: kerasPlateau(config),
        learningRate: base,
        monitor: "val_loss",
        values: losses,
      })),
    });
  }, 480_000);

  test.each(
    schedules.map((schedule, index) => [JSON.stringify(schedule), schedule, index] as const),
  )("the printed schedule gives our rates: %s", (_title, schedule, index) => {
    const found = rates(schedule);
    const wanted = answer.schedules[index] ?? [];
    expect(wanted).toHaveLength(steps.length);
    // A constant after a warm-up apart, rates change.
    expect(new Set(found).size).toBeGreaterThan(1);
    for (const [at, rate] of found.entries())
      // Keras computes rates in 32 bits.
      expect(Math.abs(rate - (wanted[at] ?? Number.NaN)) / base, `step ${at}`).toBeLessThan(1e-6);
  });

  test.each(plateaus.map((config, index) => [JSON.stringify(config), config, index] as const))(
    "rates fall on the same epochs: %s",
    (_title, config, index) => {
      const rate = createLearningRate(
        { optimizer: { ...defaultTraining.optimizer, learningRate: base }, schedule: config },
        length,
      );
      const found = losses.map((valLoss, epoch) => {
        rate.judge({ valLoss }, (epoch + 1) * length.stepsPerEpoch);
        return rate.at((epoch + 1) * length.stepsPerEpoch);
      });
      const wanted = answer.plateaus[index] ?? [];
      expect(new Set(found).size).toBeGreaterThan(1);
      for (const [epoch, value] of found.entries())
        // The rate is a 32-bit variable there.
        expect(value / (wanted[epoch] ?? Number.NaN), `epoch ${epoch}`).toBeCloseTo(1, 5);
    },
  );
});

test("one cycle starts low, peaks at the base, and ends at the very last step", () => {
  const found = rates(oneCycle);
  expect(found[0]).toBeCloseTo(base / 25, 12);
  expect(Math.max(...found)).toBeCloseTo(base, 12);
  expect(found.indexOf(Math.max(...found))).toBe(20);
  expect(found[69]).toBeCloseTo(base / 25 / 1e4, 12);
});

test("a schedule spans the run exactly where a longer run has other rates from the start", () => {
  const ratesIn = (schedule: ScheduleConfig, totalSteps: number) =>
    steps
      .slice(0, length.totalSteps)
      .map((place) => learningRateAt(schedule, base, { ...length, totalSteps, step: place }));
  for (const schedule of schedules) {
    const isOther =
      ratesIn(schedule, length.totalSteps).join() !==
      ratesIn(schedule, 2 * length.totalSteps).join();
    expect(spansRun(schedule), JSON.stringify(schedule)).toBe(isOther);
  }
});

test("the plateau goes on from a checkpoint, and is not judged while it warms up", () => {
  const training = {
    optimizer: { ...defaultTraining.optimizer, learningRate: base },
    schedule: { kind: "warmUp", startShare: 0, length: 2, unit: "epochs", after: plateau },
  } as const;
  const whole = createLearningRate(training, length);
  let halved = createLearningRate(training, length);
  for (const [epoch, valLoss] of losses.entries()) {
    const done = (epoch + 1) * length.stepsPerEpoch;
    whole.judge({ valLoss }, done);
    halved.judge({ valLoss }, done);
    const state = halved.read();
    halved = createLearningRate(training, length);
    halved.write(JSON.parse(JSON.stringify(state)));
    expect(halved.at(done)).toBe(whole.at(done));
  }
  expect(whole.at(1000)).toBeLessThan(base);
  const fresh = createLearningRate(training, length);
  fresh.judge({ valLoss: 0.1 }, 7);
  fresh.judge({ valLoss: 5 }, 14);
  expect(fresh.read()).toMatchObject({ best: null });
});

test("without a validation part the loss is watched; accuracies are to rise", () => {
  const watch = (monitor: string, values: readonly number[], name = monitor) => {
    const rate = createLearningRate(
      {
        optimizer: { ...defaultTraining.optimizer, learningRate: base },
        schedule: { ...plateau, monitor },
      },
      length,
    );
    for (const [epoch, value] of values.entries()) rate.judge({ [name]: value }, epoch + 1);
    return rate.at(0);
  };
  expect(watch("valLoss", [3, 2, 1, 0.5], "loss")).toBe(base);
  expect(watch("valLoss", [1, 2, 3, 4], "loss")).toBeLessThan(base);
  expect(watch("valAccuracy", [0.1, 0.2, 0.3, 0.4])).toBe(base);
  expect(watch("valAccuracy", [0.4, 0.3, 0.2, 0.1])).toBeLessThan(base);
});

test("the drawn curve goes from the first step to the last, with no more points than asked for", () => {
  const training = {
    optimizer: { ...defaultTraining.optimizer, learningRate: base },
    schedule: cosine,
  };
  const few = drawSchedule(training, { stepsPerEpoch: 1000, totalSteps: 50_000 }, { most: 100 });
  expect(few).toHaveLength(100);
  expect(few[0]).toEqual({ step: 0, learningRate: base });
  expect(few.at(-1)?.step).toBe(49_999);
  expect(drawSchedule(training, { stepsPerEpoch: 1, totalSteps: 5 })).toHaveLength(5);
  expect(drawSchedule(training, { stepsPerEpoch: 1, totalSteps: 1 })).toHaveLength(1);
});
