import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { expect, test } from "vitest";
import { countCommands, installNullDevice } from "./gpu/nullDevice.testkit.ts";
import { configOf } from "./plans.testkit.ts";
import { selectBackend } from "./selectBackend.ts";
import { openRun } from "./step/runners.testkit.ts";
import { findWorkload, makeWorkloadData, type WorkloadId } from "./step/workloads.testkit.ts";
import { warmUpModel } from "./warmUp.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();
const counter = hasDawn ? countCommands() : null;

const networks: readonly WorkloadId[] = ["mlp", "lenet", "resnet", "lstm64"];

test.skipIf(!hasDawn).each(networks)(
  "after warming up, the first step of %s compiles nothing; nothing was run for it or is left of it",
  async (id) => {
    const backend = await selectBackend("webgpu");
    const device = watchCompiling();
    const { plan, ...workload } = findWorkload(id);
    const config = configOf({ batchSize: 32 });
    const tensors = tf.memory().numTensors;
    counter?.reset();
    await warmUpModel(plan, config, backend);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(counter?.counts.dispatches).toBe(0);
    const { now, later } = device.read();
    expect(now).toBe(0);
    expect(later).toBeGreaterThan(0);

    const data = makeWorkloadData({ plan, ...workload }, 64);
    const { runner, close } = await openRun(plan, data, config);
    runner.beginEpoch(data.train);
    await runner.run({ epoch: 1, step: 1, start: 0, count: 32 });
    await runner.settle();
    close();
    expect(device.read()).toEqual({ now: 0, later });
    expect(counter?.counts.dispatches).toBeGreaterThan(0);
    device.stop();
  },
);

/** Pipelines that the device has compiled while everything waited, and beside other work. */
function watchCompiling() {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
  const { device } = backend;
  const create = device.createComputePipeline.bind(device);
  const createLater = device.createComputePipelineAsync.bind(device);
  let now = 0;
  let later = 0;
  device.createComputePipeline = (descriptor) => {
    now++;
    return create(descriptor);
  };
  device.createComputePipelineAsync = (descriptor) => {
    later++;
    return createLater(descriptor);
  };
  return {
    read: () => ({ now, later }),
    stop() {
      device.createComputePipeline = create;
      device.createComputePipelineAsync = createLater;
    },
  };
}
