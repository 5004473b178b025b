/** What of a step is stored in 16 bits, by the programs that were rewritten for it. Nothing is computed. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { expect, test } from "vitest";
import { configOf } from "../plans.testkit.ts";
import { openRun } from "../step/runners.testkit.ts";
import { findWorkload, makeWorkloadData, type WorkloadId } from "../step/workloads.testkit.ts";
import { listStorage } from "./lowerShader.ts";
import { installNullDevice } from "./nullDevice.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();

test.skipIf(!hasDawn)(
  "activations and their gradients are; the batch, losses, small tensors, weights and their gradients are not",
  async () => {
    const { programs } = await listLowered("mlp", 128);
    expect(programs).toEqual([
      // hidden = relu(x · W + b), scores = hidden · W + b; the loss reads their softmax in 32 bits.
      ["convolve", "result"],
      ["convolve", "left result"],
      ["softmax", "x"],
      // The gradients of scores, of hidden, and of what relu was given.
      ["softmax", "result"],
      ["convolveBack", "left result"],
      ["convolveFilter", "x dy"],
      ["activationSlope", "errors known result"],
      ["convolveFilter", "dy"],
    ]);
  },
);

test.skipIf(!hasDawn).each([
  ["cnn", 0.55],
  ["resnet", 0.55],
  ["lstm64", 0.55],
] as const)("the intermediates of %s take about half the memory", async (id, most) => {
  const { half, plain, programs } = await listLowered(id, 32);
  // Statistics of channels are small.
  expect(programs.flatMap(([, names]) => names.split(" "))).not.toContain("means");
  expect(half / plain).toBeGreaterThan(0.4);
  expect(half / plain).toBeLessThan(most);
});

/** The rewritten programs in their order, each with its bindings of 16 bits; bytes of the intermediates with and without. */
async function listLowered(id: WorkloadId, batchSize: number) {
  const workload = findWorkload(id);
  const data = makeWorkloadData(workload, batchSize);
  const config = configOf({ batchSize });
  const { runner, close } = await openRun(workload.plan, data, config, { storage: "half" });
  const programs: (readonly [string, string])[] = [];
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("The backend is another.");
  const { device } = backend;
  const codes = new Map<GPUShaderModule, string>();
  const createModule = device.createShaderModule.bind(device);
  const create = device.createComputePipelineAsync.bind(device);
  device.createShaderModule = (descriptor) => {
    const module = createModule(descriptor);
    codes.set(module, descriptor.code);
    return module;
  };
  device.createComputePipelineAsync = (descriptor) => {
    const names = listStorage(codes.get(descriptor.compute.module) ?? "")
      .filter(({ element }) => element.includes("f16"))
      .map(({ name }) => name);
    programs.push([descriptor.label?.split("_")[0] ?? "", names.join(" ")]);
    return create(descriptor);
  };
  runner.beginEpoch(data.train);
  await runner.run({ epoch: 1, step: 1, start: 0, count: batchSize });
  Object.assign(device, { createShaderModule: createModule, createComputePipelineAsync: create });
  const { precision, precisionReason, intermediateBytes } = runner.counts;
  expect({ precision, precisionReason }).toEqual({ precision: "mixed", precisionReason: null });
  close();
  const other = await openRun(workload.plan, data, config, { storage: "rounded" });
  other.runner.beginEpoch(data.train);
  await other.runner.run({ epoch: 1, step: 1, start: 0, count: batchSize });
  const plain = other.runner.counts.intermediateBytes;
  other.close();
  return { programs, half: intermediateBytes, plain };
}
