/**
 * Gradients of every layer, on each of its examples: WebGPU against the CPU backend, and the CPU backend against
 * finite differences, because it is no perfect oracle. Runs on a GPU's Vulkan driver or on Chromium's SwiftShader.
 */
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "../../electron/services/nodeWebgpu.ts";
import { readExample } from "../layers/example.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { compareSlopes, computeGradients, relativeDifference } from "./gradients.testkit.ts";
import { selectBackend } from "./selectBackend.ts";

const webgpu = await installNodeWebgpu();
const faults: string[] = [];
if (webgpu.ok) {
  const backend = await selectBackend("webgpu");
  if (backend.name !== "webgpu") throw new Error(backend.note ?? "WebGPU did not start.");
  // Otherwise small tensors are computed in JavaScript and most kernels are never run.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
}
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const reads = layerDefinitions
  .flatMap((definition) => definition.examples.map((example) => readExample(definition, example)))
  .filter(({ call }) => call !== null);

describe("gradients on the CPU backend", () => {
  test.each(reads)("agree with finite differences: $title", async (read) => {
    await tf.setBackend("cpu");
    const { gradients } = await computeGradients(read);
    for (const { name, measured, told, scale } of compareSlopes(read, gradients)) {
      const errors = measured.map((slope) => Math.abs(slope - told) / Math.max(scale, 1e-2));
      expect(
        Math.min(...errors),
        `${name}: measured ${measured.join(", ")}, told ${told}`,
      ).toBeLessThan(0.03);
    }
  });
});

const skipReason = webgpu.ok ? "" : ` (skipped: ${webgpu.error.message})`;

describe.skipIf(!webgpu.ok)(`gradients on WebGPU${skipReason}`, () => {
  test.each(reads)("agree with the CPU backend: $title", async (read) => {
    await tf.setBackend("cpu");
    const expected = await computeGradients(read);
    await tf.setBackend("webgpu");
    const got = await computeGradients(read);
    expect(relativeDifference(got.output, expected.output), "output").toBeLessThan(1e-3);
    expect(got.gradients.map(({ name }) => name)).toEqual(
      expected.gradients.map(({ name }) => name),
    );
    for (const [index, { name, values }] of got.gradients.entries()) {
      const other = expected.gradients[index]?.values ?? new Float32Array();
      expect(relativeDifference(values, other), name).toBeLessThan(1e-3);
    }
    expect(faults.splice(0)).toEqual([]);
  });
});
