import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import type { RunEvent } from "../training/events.ts";
import { createTrainingControl } from "./control.ts";
import { classifierPlan, configOf, pointsDataset, testRun } from "./plans.testkit.ts";
import { selectBackend } from "./selectBackend.ts";
import { trainModel } from "./train.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

async function train(epochs: number, onEvent: (event: RunEvent) => void = () => {}) {
  const backend = await selectBackend("webgpu");
  expect(backend.name).toBe("webgpu");
  return trainModel({
    runId: testRun,
    plan: classifierPlan,
    dataset: pointsDataset(60),
    config: configOf({ epochs }),
    backend,
    control: createTrainingControl(),
    onEvent,
  });
}

test.skipIf(!webgpu.ok)(
  "WebGPU learns what the processor learns; a lost device ends the run and the next one works",
  { timeout: 480_000 },
  async () => {
    const onGpu = await train(2);
    const lost = await train(50, (event) => {
      if (event.kind !== "epoch" || event.epoch !== 2) return;
      const backend = tf.backend();
      if (backend instanceof WebGPUBackend) backend.device.destroy();
    });
    expect(lost.ended).toMatchObject({ reason: "failed", code: "device-lost", hasWeights: true });
    expect(lost.ended.message).toMatch(/The GPU device was lost.*epoch 2, are kept/);
    const again = await train(2);
    expect(again.ended.metrics).toEqual(onGpu.ended.metrics);

    const cpu = await selectBackend("cpu");
    const onCpu = await trainModel({
      runId: testRun,
      plan: classifierPlan,
      dataset: pointsDataset(60),
      config: configOf({ epochs: 2 }),
      backend: cpu,
      control: createTrainingControl(),
      onEvent: () => {},
    });
    for (const [name, value] of Object.entries(onCpu.ended.metrics)) {
      expect(onGpu.ended.metrics[name], name).toBeCloseTo(value, 4);
    }
  },
);
