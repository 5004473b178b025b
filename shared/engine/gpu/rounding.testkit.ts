/** What a device makes of numbers that are stored in 16 bits, beside what IEEE 754 says. */
import { listStorage, lowerShader, type LoweredStorage } from "./lowerShader.ts";

/** Every number of 16 bits, by its bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754-2008, binary16). */
const halves = Array.from({ length: 0x7c00 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 10, bits & 0x3ff];
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/** The nearest number of 16 bits, of two the even one; found by looking at all of them. */
export function roundToHalf(value: number): number {
  if (Number.isNaN(value)) return value;
  const size = Math.abs(value);
  // Half a step above the largest, 65504.
  if (size >= 65520) return Math.sign(value) * Infinity;
  let upper = halves.findIndex((half) => half >= size);
  if (upper === -1) upper = halves.length - 1;
  const lower = Math.max(0, upper - (halves[upper] === size ? 0 : 1));
  const [down, up] = [size - (halves[lower] ?? 0), (halves[upper] ?? 0) - size];
  const isDown = down === up ? lower % 2 === 0 : down < up;
  const rounded = (isDown ? halves[lower] : halves[upper]) ?? 0;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** Numbers of all sizes and both signs, those between two of 16 bits, and those at every edge. */
export function listHardNumbers(): Float32Array {
  const edges = [
    0,
    1,
    65503,
    65504,
    65519.99,
    65520,
    65536,
    1e10,
    3e38,
    Infinity,
    6.1e-5,
    2 ** -14,
    2 ** -24,
    2 ** -25,
    1.5 * 2 ** -25,
    3 * 2 ** -25,
    1e-9,
    1e-30,
    2049,
    2051,
    1 / 3,
    1e-5,
    1e-7,
  ];
  const spread = Array.from({ length: 400 }, (_, index) => 1.37 ** (index / 4 - 60) * 1.0007);
  const between = Array.from({ length: 300 }, (_, index) => {
    const at = (index * 103) % (halves.length - 1);
    return ((halves[at] ?? 0) + (halves[at + 1] ?? 0)) / 2;
  });
  const all = [...edges, ...spread, ...between];
  return Float32Array.from([...all, ...all.map((value) => -value), Number.NaN]);
}

/** Stores the values, lowered in this form, by one program, and reads them by another. */
export async function storeAndRead(
  device: GPUDevice,
  form: LoweredStorage,
  values: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  const size = values.byteLength;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [from, stored, to] = [size, size, size].map((bytes) =>
    device.createBuffer({ size: bytes, usage }),
  );
  const staging = device.createBuffer({
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  if (!from || !stored || !to) throw new Error("Buffers are missing.");
  device.queue.writeBuffer(from, 0, values);
  const encoder = device.createCommandEncoder();
  for (const [source, target, name] of [
    [from, stored, "b"],
    [stored, to, "a"],
  ] as const) {
    const code = `@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> b: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < ${values.length}u) { b[id.x] = a[id.x]; }
}`;
    const lowered = lowerShader(
      code,
      listStorage(code).filter((storage) => storage.name === name),
      form,
    );
    if (lowered === null) throw new Error("The program can't be lowered.");
    const module = device.createShaderModule({ code: lowered });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [source, target].map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    pass.dispatchWorkgroups(Math.ceil(values.length / 64));
    pass.end();
  }
  encoder.copyBufferToBuffer(to, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const read = new Float32Array(staging.getMappedRange().slice(0));
  for (const buffer of [from, stored, to, staging]) buffer.destroy();
  return read;
}
