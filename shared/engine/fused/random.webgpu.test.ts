/** The WGSL and the JavaScript of our random numbers must give the same bits. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { dispatch, makeOutput } from "../gpu/dispatch.ts";
import { selectBackend } from "../selectBackend.ts";
import {
  dropThreshold,
  randomBits,
  randomKey,
  randomNormal,
  randomUnit,
  randomWgsl,
} from "./random.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

test.skipIf(!webgpu.ok)("the device draws the bits that JavaScript draws", async () => {
  await selectBackend("webgpu");
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
  for (const [seed, step, stream] of [
    [0, 0, 0],
    [7, 3, 1],
    [4294967295, 123456, 1024 * 77 + 3],
  ] as const) {
    const count = 1000;
    const bits = makeOutput(backend, [count], "int32");
    dispatch(backend, {
      key: "test_random",
      bindings: [{ name: "bits", tensor: bits, access: "read_write" }],
      uniforms: { seed, step, stream, count },
      workgroups: [Math.ceil(count / 64)],
      wgsl: `${randomWgsl}
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x >= uniforms.count) { return; }
        let key = randomKey(uniforms.seed, uniforms.step, uniforms.stream);
        bits[id.x] = bitcast<i32>(randomBits(key, id.x));
      }`,
    });
    const got = await tf.engine().makeTensorFromTensorInfo(bits).data();
    const key = randomKey(seed, step, stream);
    expect([...got].map((value) => value >>> 0)).toEqual(
      Array.from({ length: count }, (_, index) => randomBits(key, index)),
    );
  }
});

test.skipIf(!webgpu.ok)("the device draws the normal numbers that JavaScript draws", async () => {
  await selectBackend("webgpu");
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
  const steps = Array.from({ length: 1001 }, (_, index) => Math.fround(index / 1001));
  // Ends and borders, where sines, cosines and logarithms are least exact.
  const edges = [0, 2 ** -24, 2 ** -12, 0.03125, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875];
  const pairs = [...steps, ...edges, 1 - 2 ** -24].flatMap((one, index) => [
    [one, steps[(index * 37) % steps.length] ?? 0] as const,
    [0.25, one] as const,
  ]);
  const count = pairs.length;
  const [ones, twos] = [0, 1].map((side) => tf.tensor1d(pairs.map((pair) => pair[side] ?? 0)));
  if (!ones || !twos) throw new Error("There are no pairs.");
  const normals = makeOutput(backend, [count]);
  dispatch(backend, {
    key: "test_normal",
    bindings: [
      { name: "ones", tensor: ones, access: "read" },
      { name: "twos", tensor: twos, access: "read" },
      { name: "normals", tensor: normals, access: "read_write" },
    ],
    uniforms: { count },
    workgroups: [Math.ceil(count / 64)],
    wgsl: `${randomWgsl}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
      if (id.x >= uniforms.count) { return; }
      normals[id.x] = randomNormal(ones[id.x], twos[id.x]);
    }`,
  });
  const got = await tf.engine().makeTensorFromTensorInfo(normals).data();
  const apart = pairs.map(([one, two], index) =>
    Math.abs((got[index] ?? Number.NaN) - randomNormal(one, two)),
  );
  expect(Math.max(...apart)).toBeLessThan(5e-6);
});

describe("random numbers", () => {
  const draw = (stream: number, count = 100_000) => {
    const key = randomKey(11, 5, stream);
    return Array.from({ length: count }, (_, index) => randomBits(key, index));
  };

  test("are spread evenly over 64 bins, in high and low bits", () => {
    const values = draw(0);
    for (const shift of [26, 13, 0]) {
      const bins = Array.from({ length: 64 }, () => 0);
      for (const value of values) {
        const bin = (value >>> shift) & 63;
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      const expected = values.length / 64;
      const chiSquare = bins.reduce((sum, bin) => sum + (bin - expected) ** 2 / expected, 0);
      // 63 degrees of freedom: 0.999 of all draws lie below 103.
      expect(chiSquare).toBeLessThan(103);
    }
  });

  test("of neighbouring places, streams and steps have nothing to do with each other", () => {
    const units = (values: readonly number[]) => values.map((value) => randomUnit(value) - 0.5);
    const one = units(draw(0));
    const correlate = (other: readonly number[]) =>
      (12 * one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)) / one.length;
    const key = randomKey(11, 6, 0);
    const step = units(one.map((_, index) => randomBits(key, index)));
    for (const other of [one.slice(1), units(draw(1)), units(draw(2)), step])
      expect(Math.abs(correlate(other))).toBeLessThan(4 / Math.sqrt(one.length));
  });

  test("drop the share that a rate asks for, none at 0", () => {
    const values = draw(3);
    for (const rate of [0, 0.1, 0.5, 0.9]) {
      const dropped = values.filter((value) => value < dropThreshold(rate)).length;
      expect(Math.abs(dropped / values.length - rate)).toBeLessThan(0.006);
    }
  });
});
