import { expect, test } from "vitest";
import { endFromCheckpoint } from "./endFromCheckpoint.ts";
import { judgeStop } from "./stopPatience.ts";
import {
  serializeCheckpoint,
  parseCheckpoint,
  type Checkpoint,
} from "#shared/training/checkpoint.ts";
import { initialRunState, runReducer } from "#shared/training/runReducer.ts";

const quick = { hasActed: false, hasStepped: true, allowedMs: 2000 };

test.each([
  ["a worker between two steps is waited for", 300, quick, "wait"],
  ["one that has acted is free at once", 20, { ...quick, hasActed: true }, "release"],
  ["one in a long step keeps nobody waiting, and may end it", 400, quick, "release"],
  ["one that hangs is ended within two seconds", 2000, quick, "terminate"],
  ["not one whose steps are known to be long", 9000, { ...quick, allowedMs: 15_000 }, "release"],
  ["but not for ever", 20_000, { ...quick, allowedMs: 180_000 }, "terminate"],
  ["before the first step nothing is lost", 400, { ...quick, hasStepped: false }, "terminate"],
  ["one that acted may save for long", 30_000, { ...quick, hasActed: true }, "release"],
  ["and not for ever either", 60_000, { ...quick, hasActed: true }, "terminate"],
] as const)("%s", (_case, afterMs, worker, verdict) => {
  expect(judgeStop({ afterMs, ...worker })).toBe(verdict);
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
  const { files, events } = endFromCheckpoint(serializeCheckpoint(checkpoint), initialRunState, {
    hasStepped: true,
  });
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
    const { files, events } = endFromCheckpoint(bytes, initialRunState, { hasStepped: true });
    expect(files).toEqual([]);
    expect(events).toMatchObject([{ kind: "ended", reason: "stopped", hasWeights: false }]);
  }
});
