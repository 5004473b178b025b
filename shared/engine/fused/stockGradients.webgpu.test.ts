/** Gradients of tfjs's own operations as we compute them on WebGPU, against tfjs on the processor. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import { relativeDifference } from "../gradients.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { drawValues } from "./fused.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const faults: string[] = [];
beforeAll(async () => {
  if (!webgpu.ok) return;
  const backend = await selectBackend("webgpu");
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
});
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const operations: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  "sum of all": (x) => tf.sum(x),
  "sum over the first axis": (x) => tf.sum(x, 0),
  "sum over two axes, kept": (x) => tf.sum(x, [0, -1], true),
  "mean of all": (x) => tf.mean(x),
  "mean over the middle": (x) => tf.mean(x, 1),
  "mean over all but the middle": (x) => tf.mean(x, [0, 2]),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(tf.mul(x, 5)),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
};

describe.skipIf(!webgpu.ok)("gradients of tfjs's operations on WebGPU", () => {
  test.each(Object.entries(operations))("%s", async (_name, compute) => {
    for (const shape of [
      [3, 4, 5],
      [1, 70, 1],
      [6, 1, 7],
    ]) {
      const results: Float32Array[] = [];
      for (const backend of ["cpu", "webgpu"]) {
        await tf.setBackend(backend);
        const gradient = tf.tidy(() => {
          const count = shape.reduce((all, size) => all * size, 1);
          const x = tf.tensor(drawValues(createRandom("x"), count), shape);
          return tf.grad((given: tf.Tensor) => tf.square(compute(given)))(x);
        });
        results.push(Float32Array.from(await gradient.data()));
      }
      const [expected = new Float32Array(), got = new Float32Array()] = results;
      expect(relativeDifference(got, expected)).toBeLessThan(2e-4);
    }
    expect(faults.splice(0)).toEqual([]);
  });
});
