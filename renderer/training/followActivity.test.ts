import { expect, test } from "vitest";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { initialRunState, runReducer } from "#shared/training/runReducer.ts";
import { runId } from "#shared/base/ids.ts";
import { describeActivity, describeTitle, noteEnding } from "./followActivity.ts";

const info: RunInfo = {
  id: "run-1",
  projectId: "p",
  projectName: "Digits",
  number: 1,
  startedMs: 0,
  status: "running",
  message: "",
  backend: "",
  epochs: 0,
  metrics: {},
  snapshot: "",
};
const started: RunEvent = {
  kind: "started",
  runId: runId("run-1"),
  atMs: 0,
  backend: "cpu",
  device: "",
  epochs: 4,
  stepsPerEpoch: 10,
  sampleCount: 1,
};
const half: RunEvent = {
  kind: "step",
  epoch: 2,
  step: 7,
  metrics: {},
  samplesPerSecond: 1,
  elapsedMs: 1,
  remainingMs: 1,
  memoryBytes: 1,
};
const ended: RunEvent = {
  kind: "ended",
  reason: "stopped",
  message: "",
  epochs: 1,
  metrics: {},
  elapsedMs: 2,
  hasWeights: true,
};
const checkpoint: RunEvent = { kind: "checkpoint", epochs: 1, step: 7, elapsedMs: 2 };
const play = (...events: readonly RunEvent[]) => ({
  info,
  state: events.reduce(runReducer, initialRunState),
});

test("the title tells the progress while a run goes on", () => {
  const title = (...events: RunEvent[]) => describeTitle(describeActivity(play(...events), null));
  expect(title(started, half)).toBe("42 % · Digits");
  expect(title(started, half, { kind: "paused", elapsedMs: 1 })).toBe("Paused at 42 % · Digits");
  expect(title(started, half, ended)).toBeNull();
  expect(describeTitle(describeActivity(null, null))).toBeNull();
});

test("a run that has ended is being saved until its last checkpoint is written", () => {
  const before = play(started, checkpoint, half, ended);
  const ending = noteEnding(null, before);
  expect(describeActivity(before, ending).phase).toBe("saving");
  const after = { info, state: runReducer(before.state, checkpoint) };
  expect(noteEnding(ending, after)).toBe(ending);
  expect(
    describeActivity({ info, state: { ...after.state, checkpoint: { ...checkpoint } } }, ending)
      .phase,
  ).toBe("idle");
  expect(describeActivity(before, ending && { ...ending, atMs: -1e9 }).phase).toBe("idle");
  const without = play(started, { ...ended, hasWeights: false });
  expect(describeActivity(without, noteEnding(null, without)).phase).toBe("idle");
});
