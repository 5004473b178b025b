/** Runs whose device is taken away go on by themselves, with the losses that they would have had. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../base/random.ts";
import { parseCheckpoint, type Checkpoint } from "../training/checkpoint.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { configOf, layer, planOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { renewWebgpu, selectBackend } from "./selectBackend.ts";
import { trainModel, type TrainingRequest } from "./train.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

/** `NETLOOM_LOSSES=20` takes the device away twenty times. */
const losses = Number(process.env["NETLOOM_LOSSES"] ?? 3);
const maxRecoveryMs = 10_000;

const plan = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 8, activation: "tanh" }, ["x"], [8]),
    layer("batchNormalization", "norm", {}, ["hidden"], [8]),
    layer("dropout", "drop", { rate: 0.3 }, ["norm"], [8]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["drop"], [3]),
  ],
);

async function train(request: Partial<TrainingRequest>, onEvent: (event: RunEvent) => void) {
  const events: RunEvent[] = [];
  const checkpoints: Uint8Array[] = [];
  const { ended } = await trainModel({
    runId: testRun,
    plan,
    dataset: pointsDataset(60),
    config: configOf({
      batchSize: 10,
      epochs: losses + 4,
      checkpoints: { everyMinutes: null, everySteps: 2 },
    }),
    backend: await selectBackend("webgpu"),
    control: createTrainingControl(),
    onEvent(event) {
      events.push(event);
      onEvent(event);
    },
    onCheckpoint: (bytes) => void checkpoints.push(bytes),
    ...request,
  });
  const epochs = new Map(
    events.flatMap((event) => (event.kind === "epoch" ? [[event.epoch, event.metrics]] : [])),
  );
  return { ended, events, epochs, checkpoints };
}

function destroyDevice(): void {
  const backend = tf.backend();
  if (backend instanceof WebGPUBackend) backend.device.destroy();
}

describe.skipIf(!webgpu.ok)("on WebGPU", { timeout: 300_000 }, () => {
  test("a device lost at any step is replaced, and the losses are those of an untouched run", async () => {
    const whole = await train({}, () => {});
    const random = createRandom("losses");
    let lost = 0;
    let isLost = false;
    let lostAtMs = 0;
    const recoveriesMs: number[] = [];
    const recovered = await train({ renewBackend: renewWebgpu }, (event) => {
      if (event.kind === "recovered") {
        recoveriesMs.push(performance.now() - lostAtMs);
        isLost = false;
      }
      if (event.kind !== "checkpoint" || isLost || lost >= losses) return;
      isLost = true;
      lost++;
      // At a moment that is no step's end.
      setTimeout(() => {
        lostAtMs = performance.now();
        destroyDevice();
      }, random.nextInt(30));
    });
    expect(recoveriesMs).toHaveLength(losses);
    for (const timeMs of recoveriesMs) expect(timeMs).toBeLessThan(maxRecoveryMs);
    expect(recovered.ended).toMatchObject({ reason: "finished" });
    expect([...recovered.epochs]).toEqual([...whole.epochs]);
    expect(recovered.ended.metrics).toEqual(whole.ended.metrics);
  });

  test("a run goes on from a checkpoint in mid-epoch as it would have", async () => {
    const whole = await train({}, () => {});
    const [, , , bytes = new Uint8Array(0)] = whole.checkpoints;
    const resume = parseCheckpoint(bytes);
    if (!resume.ok) throw new Error(resume.error);
    expect(resume.value.step).not.toBe(0);
    const rest = await train({ resume: resume.value }, () => {});
    for (const [epoch, metrics] of rest.epochs) expect(metrics).toEqual(whole.epochs.get(epoch));
    expect(rest.ended.metrics).toEqual(whole.ended.metrics);

    const onCpu = await train(
      { resume: resume.value satisfies Checkpoint, backend: await selectBackend("cpu") },
      () => {},
    );
    for (const [name, value] of Object.entries(whole.ended.metrics)) {
      expect(onCpu.ended.metrics[name], name).toBeCloseTo(value, 2);
    }
  });

  test("a device that is lost again and again ends the run, with its weights and the reason", async () => {
    let recoveries = 0;
    const lost = await train({ renewBackend: renewWebgpu }, (event) => {
      if (event.kind === "started") destroyDevice();
      if (event.kind !== "recovered") return;
      recoveries++;
      destroyDevice();
    });
    expect(recoveries).toBe(2);
    expect(lost.ended).toMatchObject({ reason: "failed", code: "device-lost" });

    let isGone = false;
    const gone = await train({ renewBackend: () => Promise.resolve(null) }, (event) => {
      if (event.kind === "epoch" && !isGone) destroyDevice();
      isGone = event.kind === "epoch";
    });
    expect(gone.ended).toMatchObject({ reason: "failed", code: "device-lost", hasWeights: true });
  });
});
