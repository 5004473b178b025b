import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { expect, test } from "vitest";
import { countCommands, installNullDevice } from "../gpu/nullDevice.testkit.ts";
import { classifierPlan, configOf, pointsDataset } from "../plans.testkit.ts";
import { readWeights } from "../snapshots.ts";
import { openRun } from "./runners.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();
const counter = hasDawn ? countCommands() : null;

const data = pointsDataset(30);
const config = configOf({ batchSize: 10, seed: 7 });

/** Whole batches and a partial one, each often enough to be played, and the weights and slots read. */
async function trainOnce(): Promise<void> {
  const { runner, session, close } = await openRun(classifierPlan, data, config);
  for (let epoch = 1; epoch <= 4; epoch++) {
    runner.beginEpoch(data.train);
    for (let step = 1; step <= 3; step++)
      await runner.run({ epoch, step, start: 10 * (step - 1), count: step === 3 ? 4 : 10 });
    await runner.settle();
    if (runner.takeResults().length !== 3) throw new Error("Results are missing.");
    await readWeights(session.model);
    await runner.readOptimizer();
  }
  if (!runner.counts.isRecorded) throw new Error(runner.counts.reason ?? "Not recorded.");
  close();
}

test.skipIf(!hasDawn)(
  "200 runs leave tensors, buffers and memory where they were",
  { timeout: 480_000 },
  async () => {
    if (!counter) return;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void; // Node's own, behind that flag.
    const measure = async () => {
      // What WebGPU's objects hold goes a turn later.
      for (let turn = 0; turn < 4; turn++) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return { heap: process.memoryUsage().heapUsed, buffers: counter.counts.liveBuffers };
    };
    for (let run = 0; run < 20; run++) await trainOnce();
    const tensors = tf.memory().numTensors;
    const before = await measure();
    for (let run = 0; run < 180; run++) await trainOnce();
    const after = await measure();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(after.buffers).toBe(before.buffers);
    // tfjs-layers remembers every name that it ever gave (some 300 bytes a run); code is still being compiled. A run's
    // recording alone is 30 kB.
    expect(after.heap - before.heap).toBeLessThan(180 * 10_000);
  },
);

test.skipIf(!hasDawn)(
  "a device that is destroyed while steps are played ends the steps",
  async () => {
    const run = await openRun(classifierPlan, data, configOf({ batchSize: 12 }));
    const { runner } = run;
    const backend = tf.backend();
    if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
    runner.beginEpoch(data.train);
    const step = (number: number) => runner.run({ epoch: 1, step: number, start: 0, count: 12 });
    for (let number = 1; number <= 6; number++) await step(number);
    expect(runner.counts.isRecorded).toBe(true);
    backend.device.destroy();
    await expect(
      (async () => {
        for (let number = 7; number <= 20; number++) await step(number);
        await runner.settle();
      })(),
    ).rejects.toMatchObject({ code: "device-lost" });
    run.close();
    // The next run gets a device of its own.
    await trainOnce();
    expect(tf.backend()).toBeInstanceOf(WebGPUBackend);
    expect(tf.backend()).not.toBe(backend);
  },
);
