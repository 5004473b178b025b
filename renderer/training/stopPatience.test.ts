import { expect, test } from "vitest";
import { endFromCheckpoint } from "./endFromCheckpoint.ts";
import { isStopOverdue } from "./stopPatience.ts";
import {
  serializeCheckpoint,
  parseCheckpoint,
  type Checkpoint,
} from "#shared/training/checkpoint.ts";
import { initialRunState, runReducer } from "#shared/training/runReducer.ts";

test.each([
  ["a worker between quick steps is waited for", 450, { hasActed: false, hasHeld: false }, false],
  [
    "a worker in a long step is not, with its last step at hand",
    450,
    { hasActed: false, hasHeld: true },
    true,
  ],
  ["but it is given the time of a quick one", 300, { hasActed: false, hasHeld: true }, false],
  [
    "a worker that hangs is ended within two seconds",
    2000,
    { hasActed: false, hasHeld: false },
    true,
  ],
  ["one that acted may save for long", 30_000, { hasActed: true, hasHeld: true }, false],
  ["but not for ever", 60_000, { hasActed: true, hasHeld: false }, true],
])("%s", (_case, afterMs, worker, isOverdue) => {
  expect(isStopOverdue({ afterMs, ...worker })).toBe(isOverdue);
});

const checkpoint: Checkpoint = {
  fingerprint: { plan: "p", data: "d", config: {} },
  epochs: 5,
  batchSize: 32,
  epochsDone: 2,
  step: 3,
  stepsDone: 23,
  elapsedMs: 1234,
  metrics: { loss: 0.5 },
  tally: { samples: 0, rows: [], totals: [] },
  stopping: null,
  schedule: null,
  weights: [{ name: "0/kernel", shape: [2], values: Float32Array.of(1, 2) }],
  best: null,
  optimizer: { updates: 23, slots: [] },
  states: [],
  modelText: "{}",
};

test("a run whose worker was ended keeps the weights of its last checkpoint", () => {
  const { files, events } = endFromCheckpoint(serializeCheckpoint(checkpoint), initialRunState);
  expect(files.map(({ name }) => name)).toEqual([
    "model.json",
    "group1-shard1of1.bin",
    "latest.checkpoint",
  ]);
  expect(new Float32Array(files[1]?.bytes ?? new ArrayBuffer(0))).toEqual(Float32Array.of(1, 2));
  expect(parseCheckpoint(new Uint8Array(files[2]?.bytes ?? new ArrayBuffer(0)))).toEqual({
    ok: true,
    value: checkpoint,
  });
  const state = events.reduce(runReducer, initialRunState);
  expect(state.ended).toMatchObject({ reason: "stopped", epochs: 2, hasWeights: true });
  expect(state.ended?.message).toContain("step 3 of epoch 3");
  expect(state.checkpoint).toMatchObject({ epochs: 2, step: 3 });
});

test("without a checkpoint, or with a damaged one, it ends without weights", () => {
  const damaged = serializeCheckpoint(checkpoint).slice(0, -1);
  for (const bytes of [null, damaged]) {
    const { files, events } = endFromCheckpoint(bytes, initialRunState);
    expect(files).toEqual([]);
    expect(events).toMatchObject([{ kind: "ended", reason: "stopped", hasWeights: false }]);
  }
});
