import { expect, test } from "vitest";
import { installNodeWebgpu } from "./nodeWebgpu.ts";

const installed = await installNodeWebgpu();

test("says what to do where there is no adapter", () => {
  if (installed.ok) expect(installed.value.adapter).not.toBe("");
  else expect(installed.error.message).toMatch(/backend "cpu"/);
});

test.skipIf(!installed.ok)("computes through navigator.gpu until it is released", async () => {
  if (!installed.ok) return;
  const gpu = findGpu();
  if (gpu === undefined) throw new Error("navigator.gpu is missing");
  const adapter = await gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (device === undefined) throw new Error("no device");
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const values = device.createBuffer({ size: 16, usage, mappedAtCreation: true });
  new Float32Array(values.getMappedRange()).set([1, 2, 3, 4]);
  values.unmap();
  const readable = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> v: array<f32>;
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { v[i] = v[i] * v[i]; }`,
  });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: values } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(values, 0, readable, 0, 16);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  expect([...new Float32Array(readable.getMappedRange())]).toEqual([1, 4, 9, 16]);
  device.destroy();

  installed.value.release();
  expect(findGpu()).toBeUndefined();
});

function findGpu(): GPU | undefined {
  const holder: unknown = Reflect.get(globalThis, "navigator");
  const gpu: unknown = Reflect.get(Object(holder), "gpu");
  // What installNodeWebgpu put there.
  return gpu as GPU | undefined;
}
