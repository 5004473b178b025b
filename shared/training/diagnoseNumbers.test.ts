import { expect, test } from "vitest";
import { defaultTraining } from "./config.ts";
import { diagnoseRun } from "./diagnose.ts";
import type { LossScale } from "./events.ts";
import { initialRunState, runReducer } from "./runReducer.ts";

const stateAt = (scaling: LossScale | null) =>
  runReducer(initialRunState, {
    kind: "step",
    epoch: 1,
    step: 1,
    metrics: { loss: 1 },
    samplesPerSecond: 1,
    elapsedMs: 1,
    remainingMs: null,
    memoryBytes: 0,
    ...(scaling === null ? {} : { scaling }),
  });

test("a loss scale that has sunk to the ground is told of, with the way to 32 bits", () => {
  const found = diagnoseRun(stateAt({ scale: 1, skippedSteps: 15 }), defaultTraining);
  expect(found).toMatchObject([
    {
      code: "loss-scale-low",
      message: expect.stringContaining("15 steps changed nothing"),
      fix: { kind: "training", change: { precision: "float32" } },
    },
  ]);
});

test.each([null, { scale: 2, skippedSteps: 14 }, { scale: 2 ** 15, skippedSteps: 0 }])(
  "a scale that can still be halved is no trouble: %j",
  (scaling) => {
    expect(diagnoseRun(stateAt(scaling), defaultTraining)).toEqual([]);
  },
);
