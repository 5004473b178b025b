/** Steps whose intermediates are stored in 16 bits, on an adapter that can: a GPU's own, or Mesa's emulated one. */
import { existsSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { listHardNumbers, roundToHalf, storeAndRead } from "../gpu/rounding.testkit.ts";
import { configOf, layer, planOf } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { runSteps } from "./runners.testkit.ts";
import { makeWorkloadData, findWorkload } from "./workloads.testkit.ts";

/** Where Linux distributions put the description of Mesa's llvmpipe. */
const llvmpipe = ["lvp_icd.json", "lvp_icd.x86_64.json", "lvp_icd.aarch64.json"]
  .map((name) => `/usr/share/vulkan/icd.d/${name}`)
  .find((path) => existsSync(path));
if (llvmpipe !== undefined) process.env["VK_DRIVER_FILES"] ??= llvmpipe;
process.env["XDG_RUNTIME_DIR"] ??= "/tmp";

const webgpu = await installNodeWebgpu();
const hasHalf = webgpu.ok && (await selectBackend("webgpu")).hasHalf;
if (!hasHalf) console.warn('Skipped: no adapter with the feature "shader-f16" was found.');

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

test.skipIf(!hasHalf)("numbers are rounded as IEEE 754 says, stored or only rounded", async () => {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("The backend is another.");
  const values = Float32Array.from(listHardNumbers());
  const expected = values.map(roundToHalf);
  expect(await storeAndRead(backend.device, "rounded", values)).toEqual(expected);
  expect(await storeAndRead(backend.device, "half", values)).toEqual(expected);
});

const network = planOf(
  [60],
  [
    layer("dense", "hidden", { units: 128, activation: "tanh" }, ["x"], [128]),
    layer("dense", "scores", { units: 10, activation: "softmax" }, ["hidden"], [10]),
  ],
);

test.skipIf(!hasHalf)(
  "16 bits and numbers rounded to them give the same losses, bit for bit, in half the memory",
  { timeout: 300_000 },
  async () => {
    const data = makeWorkloadData({ ...findWorkload("lstm64"), input: [60] }, 1024);
    const config = configOf({ batchSize: 512, epochs: 2, precision: "mixed" });
    const half = await runSteps(network, data, config);
    const rounded = await runSteps(network, data, config, { storage: "rounded" });
    expect(half.counts).toMatchObject({ precision: "mixed", precisionReason: null });
    expect(half.sums).toEqual(rounded.sums);
    expect(half.weights).toEqual(rounded.weights);
    expect(half.counts.intermediateBytes).toBeLessThan(0.7 * rounded.counts.intermediateBytes);
    expect(new Set(half.losses).size).toBe(4);
  },
);
