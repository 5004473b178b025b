import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { selectBackend } from "../selectBackend.ts";
import { dispatch, makeOutput } from "./dispatch.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

test.skipIf(!webgpu.ok)(
  "a program writes several outputs, between stock kernels, in their order",
  async () => {
    await selectBackend("webgpu");
    const backend = tf.backend();
    if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
    const x = tf.add(tf.tensor1d([1, 2, 3, 4, 5]), 1);
    const doubled = makeOutput(backend, [5]);
    const squared = makeOutput(backend, [5]);
    dispatch(backend, {
      key: "test_double_square",
      bindings: [
        { name: "x", tensor: x, access: "read" },
        { name: "doubled", tensor: doubled, access: "read_write" },
        { name: "squared", tensor: squared, access: "read_write" },
      ],
      uniforms: { size: 5 },
      workgroups: [1],
      wgsl: `@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x >= uniforms.size) { return; }
        doubled[id.x] = 2.0 * x[id.x];
        squared[id.x] = x[id.x] * x[id.x];
      }`,
    });
    const first = tf.engine().makeTensorFromTensorInfo(doubled);
    const second = tf.engine().makeTensorFromTensorInfo(squared);
    expect([...(await tf.add(first, second).data())]).toEqual([8, 15, 24, 35, 48]);
  },
);
