import { expect, test } from "vitest";
import type { RunInfo } from "#shared/host/contract.ts";
import { initialRunState, type RunState } from "#shared/training/runReducer.ts";
import { findContinuing } from "./continuable.ts";

const run: RunInfo = {
  id: "run-1",
  projectId: "project-1",
  projectName: "",
  number: 1,
  startedMs: 0,
  status: "failed",
  message: "",
  backend: "webgpu",
  epochs: 2,
  metrics: {},
  snapshot: "",
  checkpoint: { epochs: 1, step: 3, elapsedMs: 0 },
};

function failed(code: NonNullable<NonNullable<RunState["ended"]>["code"]>, fittingBatch?: number) {
  return {
    ...initialRunState,
    phase: "ended",
    ended: {
      kind: "ended",
      reason: "failed",
      message: "",
      code,
      ...(fittingBatch === undefined ? {} : { fittingBatch }),
      epochs: 1,
      metrics: {},
      elapsedMs: 0,
      hasWeights: true,
    },
  } satisfies RunState;
}

test("where memory was short, a run goes on with a batch that fits", () => {
  expect(findContinuing(run, failed("out-of-memory", 16))).toEqual({
    kind: "resume",
    title: "Continue with batches of 16",
  });
  // One sample is the least there is.
  expect(findContinuing(run, failed("out-of-memory"))).toBeNull();
  const { checkpoint: _none, ...unkept } = run;
  expect(findContinuing(unkept, failed("out-of-memory", 16))).toBeNull();
});

test("what would fail again in the same way is not offered, a lost device is", () => {
  expect(findContinuing(run, failed("not-finite"))).toBeNull();
  expect(findContinuing(run, failed("device-lost"))).toMatchObject({ title: "Resume" });
});
