/** A run that ran out of memory goes on with a smaller batch, from where it was. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashText } from "../base/hashText.ts";
import { parseCheckpoint, type Checkpoint } from "../training/checkpoint.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { RunEvent } from "../training/events.ts";
import { rebatchCheckpoint } from "../training/rebatchCheckpoint.ts";
import { replayRun } from "../training/runReducer.ts";
import { createTrainingControl } from "./control.ts";
import { classifierPlan, configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { selectBackend, type Backend, type BackendFault } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

let cpu: Backend;
beforeAll(async () => {
  cpu = await selectBackend("cpu");
});
beforeEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

/** 48 samples to train on. */
const data = pointsDataset(60);
const everyStep = { everyMinutes: null, everySteps: 1 };

async function train(
  config: Partial<TrainingConfig>,
  options: {
    readonly resume?: Checkpoint;
    readonly backend?: Backend;
    readonly stopAt?: number;
  } = {},
) {
  const events: RunEvent[] = [];
  const checkpoints: Uint8Array[] = [];
  const control = createTrainingControl();
  const { ended } = await trainModel({
    runId: testRun,
    plan: classifierPlan,
    dataset: data,
    config: configOf({ batchSize: 12, epochs: 3, ...config }),
    backend: options.backend ?? cpu,
    control,
    resume: options.resume ?? null,
    onEvent: (event) => events.push(event),
    onCheckpoint(bytes) {
      checkpoints.push(bytes);
      if (checkpoints.length === options.stopAt) control.stop();
    },
  });
  return { ended, events, checkpoints };
}

function read(bytes: Uint8Array | undefined): Checkpoint {
  const checkpoint = parseCheckpoint(bytes ?? new Uint8Array(0));
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

/** Says that memory is out when the backend has breathed so often: once a step, once a batch of validation. */
function runOut(afterSteps: number, fault: BackendFault): Backend {
  let tell: (fault: BackendFault) => void = () => {};
  let steps = 0;
  return {
    ...cpu,
    onFault(listener) {
      tell = listener;
      return () => {};
    },
    async breathe() {
      steps++;
      if (steps === afterSteps) tell(fault);
    },
  };
}

describe("out of memory in the middle of a run", () => {
  test.each<BackendFault>([
    { code: "out-of-memory", message: "no more" },
    { code: "device-lost", message: "Out of memory: vkAllocateMemory failed" },
  ])("keeps it, and it goes on with a batch that fits: $code", async (fault) => {
    const failed = await train({ checkpoints: everyStep }, { backend: runOut(7, fault) });
    expect(failed.ended).toMatchObject({
      reason: "failed",
      code: "out-of-memory",
      fittingBatch: 6,
    });
    // Told behind the end, and nothing logged after the fault.
    expect(failed.events.slice(-2).map(({ kind }) => kind)).toEqual(["ended", "checkpoint"]);
    const resume = read(failed.checkpoints.at(-1));
    expect(resume).toMatchObject({ batchSize: 12, epochsDone: 1, step: 1 });
    const { fittingBatch: batchSize = 0 } = failed.ended;
    const rest = await train({ batchSize }, { resume });
    expect(rest.ended).toMatchObject({ reason: "finished", epochs: 3 });
    const [recovered] = rest.events;
    expect(recovered).toMatchObject({
      kind: "recovered",
      stepsPerEpoch: 8,
      batchSize: 6,
      from: { epochs: 1, step: 2 },
    });
    const state = replayRun([...failed.events, ...rest.events]);
    expect(state.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(state.started?.stepsPerEpoch).toBe(8);
    expect(state.steps.every(({ position }) => position <= 3)).toBe(true);
  });

  test("a schedule goes on at the same place of the run", async () => {
    const schedule = { kind: "exponential", factor: 0.5, every: 1, unit: "epochs" } as const;
    const stopped = await train({ schedule, checkpoints: everyStep }, { stopAt: 6 });
    const resume = read(stopped.checkpoints[5]);
    expect(resume).toMatchObject({ epochsDone: 1, step: 2 });
    const rest = await train({ schedule, batchSize: 6 }, { resume });
    const first = rest.events.find((event) => event.kind === "step");
    // Half of the second epoch is done.
    expect(first).toMatchObject({ epoch: 2, step: 5 });
    expect(first?.learningRate).toBeCloseTo(0.02 * 0.5 ** 1.5, 9);
  });
});

describe("a checkpoint for another batch", () => {
  const at = (step: number, batchSize: number | null, hash = "") => ({
    ...base,
    step,
    batchSize,
    fingerprint: { ...base.fingerprint, config: { batchSize: hash } },
  });
  let base: Checkpoint;
  beforeAll(async () => {
    base = read((await train({ checkpoints: everyStep }, { stopAt: 2 })).checkpoints[1]);
  });

  test.each([
    [2, 12, 6, 4],
    [2, 12, 5, 4],
    [3, 12, 24, 1],
    [0, 12, 5, 0],
    // All of the epoch is done, its last batch smaller.
    [5, 10, 9, 6],
  ])("%d steps of %d are, with %d at a time, %d", (step, before, batchSize, expected) => {
    const { step: converted } = rebatchCheckpoint(at(step, before), { batchSize, sampleCount: 48 });
    expect(converted).toBe(expected);
    // Never past a sample that was not seen.
    expect(Math.min(48, converted * batchSize)).toBeLessThanOrEqual(step * before);
  });

  test("is the very same where nothing changes, and begins the epoch anew where it doesn't say", () => {
    const same = at(2, 12);
    expect(rebatchCheckpoint(same, { batchSize: 12, sampleCount: 48 })).toBe(same);
    const old = at(2, null, hashText("12"));
    expect(rebatchCheckpoint(old, { batchSize: 12, sampleCount: 48 })).toBe(old);
    expect(rebatchCheckpoint(old, { batchSize: 6, sampleCount: 48 })).toMatchObject({
      step: 0,
      tally: { samples: 0 },
    });
  });
});
