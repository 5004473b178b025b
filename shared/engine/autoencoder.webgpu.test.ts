/**
 * An autoencoder whose decoder is wide: Dense(64) → Dense(2048). Stock tfjs-backend-webgpu 4.22 computes the gradient of the
 * first layer wrongly (split-K matmul with transposed B, src/matmul_splitK_webgpu.ts) and so trains something else.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../base/random.ts";
import { buildModel } from "./buildModel.ts";
import { useDirectPrograms } from "./directKernels.ts";
import { useFusedLayers } from "./fused/fusedLayers.ts";
import { caseOfChain } from "./gradients.testkit.ts";
import { runModel } from "./runModel.ts";
import { selectBackend } from "./selectBackend.ts";

const multiplying = ["BatchMatMul", "_FusedMatMul"];
/** Before anything of ours stands in for them. */
const stock = multiplying.map((name) => tf.getKernel(name, "webgpu"));

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const width = 2048;
const { plan } = caseOfChain("autoencoder", { sizes: [width] }, [
  ["dense", { units: 64, activation: "relu" }],
  ["dense", { units: width, activation: "sigmoid" }],
]);

/** The first losses of training, always from the same weights and on the same batch. */
async function trainSteps(count: number): Promise<readonly number[]> {
  const model = buildModel(plan, { seed: 5 });
  const random = createRandom("autoencoder");
  const x = tf.tensor2d(
    Float32Array.from({ length: 8 * width }, () => random.next()),
    [8, width],
  );
  const optimizer = tf.train.sgd(50);
  const losses: number[] = [];
  for (let step = 0; step < count; step++) {
    const loss = optimizer.minimize(() => {
      const [prediction] = runModel(model, [x], { training: true });
      if (prediction === undefined) throw new Error("The model gave nothing.");
      return tf.losses.meanSquaredError(x, prediction).asScalar();
    }, true);
    if (loss === null) throw new Error("There is no loss.");
    losses.push((await loss.data())[0] ?? Number.NaN);
    loss.dispose();
  }
  x.dispose();
  optimizer.dispose();
  model.dispose();
  return losses;
}

const differ = (losses: readonly number[], expected: readonly number[]) =>
  Math.max(...losses.map((loss, step) => Math.abs(loss / (expected[step] ?? 0) - 1)));

test.skipIf(!webgpu.ok)(
  "a wide autoencoder trains on WebGPU as on the CPU, where stock tfjs does not",
  { timeout: 240_000 },
  async () => {
    await selectBackend("cpu");
    const expected = await trainSteps(20);
    expect(expected.at(-1)).toBeLessThan(0.9 * (expected[0] ?? 0));

    await selectBackend("webgpu");
    useDirectPrograms(true);
    expect(differ(await trainSteps(20), expected)).toBeLessThan(1e-4);
    // Barriers cost an emulated adapter seconds a step: a few have to do.
    useDirectPrograms(false);
    expect(differ(await trainSteps(2), expected), "as GPUs run it").toBeLessThan(1e-4);

    // Last of all, because our kernels do not come back: tfjs's own, over the same layers.
    useFusedLayers(false);
    for (const kernel of stock) {
      if (kernel === undefined) throw new Error("tfjs has no such kernel.");
      tf.unregisterKernel(kernel.kernelName, "webgpu");
      tf.registerKernel(kernel);
    }
    expect(differ(await trainSteps(2), expected)).toBeGreaterThan(1e-3);
  },
);
