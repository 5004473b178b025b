import { describe, expect, test } from "vitest";
import { runId } from "../base/ids.ts";
import type { RunEvent } from "./events.ts";
import {
  initialRunState,
  maxStepPoints,
  replayRun,
  runReducer,
  selectMetricNames,
  selectProgress,
} from "./runReducer.ts";

const started: RunEvent = {
  kind: "started",
  runId: runId("run-1"),
  atMs: 0,
  backend: "cpu",
  device: "JavaScript",
  epochs: 2,
  stepsPerEpoch: 4,
  sampleCount: 16,
};
const step = (epoch: number, number: number): Extract<RunEvent, { kind: "step" }> => ({
  kind: "step",
  epoch,
  step: number,
  metrics: { loss: 1 / number },
  samplesPerSecond: 10,
  elapsedMs: 1,
  remainingMs: null,
  memoryBytes: 1,
});
const epoch = (number: number, isBest: boolean): RunEvent => ({
  kind: "epoch",
  epoch: number,
  metrics: { loss: 0.5, accuracy: 0.9, valLoss: 0.6, valAccuracy: 0.8 },
  elapsedMs: 5,
  isBest,
});
const ended = (reason: "finished" | "stopped" | "failed"): RunEvent => ({
  kind: "ended",
  reason,
  message: "Done.",
  epochs: 2,
  metrics: { loss: 0.5 },
  elapsedMs: 9,
  hasWeights: true,
});
const report: RunEvent = {
  kind: "report",
  report: { confusion: null, residuals: null, samples: [], baselines: [] },
};
const play = (...events: readonly RunEvent[]) => events.reduce(runReducer, initialRunState);

test.each([
  ["waiting", []],
  ["running", [started]],
  ["running", [started, step(1, 1)]],
  ["paused", [started, { kind: "paused", elapsedMs: 1 }]],
  ["paused", [started, { kind: "paused", elapsedMs: 1 }, step(1, 2)]],
  ["running", [started, { kind: "paused", elapsedMs: 1 }, { kind: "resumed", elapsedMs: 1 }]],
  ["ended", [started, ended("stopped")]],
  ["ended", [started, ended("failed"), step(1, 3)]],
] satisfies [string, RunEvent[]][])("is %s after %j", (phase, events) => {
  expect(play(...events).phase).toBe(phase);
});

test("steps stand at their place on the axis of epochs", () => {
  const state = play(started, step(1, 2), step(2, 4));
  expect(state.steps.map((point) => point.position)).toEqual([0.5, 2]);
  expect(selectProgress(state)).toBe(1);
});

test("the best epoch is the last one that was called best", () => {
  const state = play(started, epoch(1, true), epoch(2, false));
  expect(state.bestEpoch).toBe(1);
  expect(state.epochs).toHaveLength(2);
  expect(selectMetricNames(state)).toEqual(["loss", "accuracy"]);
});

test("a long run keeps a bounded number of points, the last one included", () => {
  let state = play(started);
  for (let number = 1; number <= 3 * maxStepPoints; number++)
    state = runReducer(state, step(1, number));
  expect(state.steps.length).toBeLessThanOrEqual(maxStepPoints);
  expect(state.steps.at(-1)?.metrics).toEqual({ loss: 1 / (3 * maxStepPoints) });
});

test("a peak of one step outlives all merging", () => {
  let state = play(started);
  for (let number = 1; number <= 5 * maxStepPoints; number++) {
    const loss = number === 777 ? 40 : number === 900 ? -3 : 1;
    state = runReducer(state, { ...step(1, number), metrics: { loss } });
  }
  const ranges = state.steps.map((point) => [
    (point.range?.least ?? point.metrics)["loss"] ?? NaN,
    (point.range?.most ?? point.metrics)["loss"] ?? NaN,
  ]);
  expect(Math.max(...ranges.map(([, most]) => most ?? NaN))).toBe(40);
  expect(Math.min(...ranges.map(([least]) => least ?? NaN))).toBe(-3);
});

test("the learning rate of a step is a curve of its own", () => {
  const state = play(started, { ...step(1, 2), learningRate: 0.01 });
  expect(state.steps[0]?.metrics).toEqual({ loss: 0.5, learningRate: 0.01 });
  expect(selectMetricNames(state)).toEqual(["loss"]);
});

test("a report may come after the end; a new start clears everything", () => {
  const state = play(started, ended("finished"), report);
  expect(state.report).not.toBeNull();
  expect(selectProgress(state)).toBe(1);
  expect(play(started, step(1, 1), started)).toEqual(play(started));
});

describe("a run that goes on from a checkpoint", () => {
  const recovered: RunEvent = {
    kind: "recovered",
    cause: "continued",
    atMs: 1,
    backend: "webgpu",
    device: "GPU",
    epochs: 5,
    stepsPerEpoch: 4,
    from: { epochs: 1, step: 2 },
    elapsedMs: 4,
    message: "Goes on.",
  };

  test("forgets what was told of later steps and epochs", () => {
    const state = play(
      started,
      step(1, 4),
      epoch(1, true),
      step(2, 2),
      step(2, 4),
      epoch(2, true),
      recovered,
    );
    expect(state.phase).toBe("running");
    expect(state.steps.map((point) => point.position)).toEqual([1, 1.5]);
    expect(state.epochs.map((point) => point.epoch)).toEqual([1]);
    expect(state.bestEpoch).toBe(1);
    expect(state.started).toMatchObject({ backend: "webgpu", device: "GPU", epochs: 5 });
  });

  test("is no longer ended", () => {
    const state = play(started, epoch(1, true), ended("stopped"), report, recovered, step(2, 3));
    expect(state).toMatchObject({ phase: "running", ended: null, report: null });
    expect(state.steps).toHaveLength(1);
  });
});

test("replaying a run gives what folding its events one by one gives", () => {
  const steps = Array.from({ length: 2 * maxStepPoints + 77 }, (_, index) => ({
    ...step(1, index + 1),
    metrics: { loss: Math.sin(index) },
    ...(index === 5 ? { cost: { isRecorded: true, reason: null, dispatches: 9 } } : {}),
  }));
  const events: readonly RunEvent[] = [
    started,
    ...steps.slice(0, 5000),
    { kind: "paused", elapsedMs: 1 },
    ...steps.slice(5000, 5002),
    { kind: "resumed", elapsedMs: 1 },
    ...steps.slice(5002),
    epoch(1, true),
    ended("finished"),
    step(2, 1),
    report,
  ];
  expect(replayRun(events)).toEqual(play(...events));
});
