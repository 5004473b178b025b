/** Our own kernels for emulated adapters against the CPU backend, on whatever adapter there is. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "../../electron/services/nodeWebgpu.ts";
import { createRandom } from "../base/random.ts";
import { useDirectPrograms } from "./directKernels.ts";
import { relativeDifference } from "./gradients.testkit.ts";
import { selectBackend } from "./selectBackend.ts";

const webgpu = await installNodeWebgpu();
const faults: string[] = [];
beforeAll(async () => {
  if (!webgpu.ok) return;
  const backend = await selectBackend("webgpu");
  if (backend.name !== "webgpu") throw new Error(backend.note ?? "WebGPU did not start.");
  // Otherwise small tensors are computed in JavaScript.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
  useDirectPrograms(true);
});
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const skipReason = webgpu.ok ? "" : ` (skipped: ${webgpu.error.message})`;

function draw(seed: string, shape: readonly number[]): tf.Tensor {
  const random = createRandom(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Float32Array.from({ length: count }, () => random.nextNormal()),
    [...shape],
  );
}

/** The same on both backends, each to be had as one or several tensors. */
async function compare(compute: () => tf.Tensor | readonly tf.Tensor[]): Promise<void> {
  const results: Float32Array[][] = [];
  for (const name of ["cpu", "webgpu"]) {
    await tf.setBackend(name);
    const tensors = tf.tidy(() => {
      const made = compute();
      return made instanceof tf.Tensor ? [made] : [...made];
    });
    results.push(
      await Promise.all(tensors.map(async (each) => Float32Array.from(await each.data()))),
    );
    tf.dispose(tensors);
  }
  const [expected = [], got = []] = results;
  expect(faults.splice(0)).toEqual([]);
  expect(got).toHaveLength(expected.length);
  for (const [index, values] of got.entries()) {
    const other = expected[index] ?? new Float32Array();
    expect(relativeDifference(values, other), `result ${index}`).toBeLessThan(1e-4);
  }
}

type Pair = [number, number];
interface Case {
  readonly x: [number, number, number, number];
  readonly filters: number;
  readonly kernel: Pair;
  readonly strides?: Pair;
  readonly dilations?: Pair;
  readonly pad?: "same" | "valid" | number;
}

const cases: readonly Case[] = [
  { x: [50, 28, 28, 1], filters: 8, kernel: [5, 5], strides: [2, 2] },
  { x: [4, 9, 9, 16], filters: 32, kernel: [3, 3] },
  { x: [4, 9, 9, 16], filters: 32, kernel: [3, 3], pad: "same" },
  { x: [1, 7, 5, 3], filters: 5, kernel: [3, 2], pad: "same" },
  { x: [1, 7, 5, 3], filters: 5, kernel: [2, 3], pad: "same", strides: [2, 3] },
  { x: [3, 11, 13, 2], filters: 1, kernel: [4, 4], strides: [3, 2] },
  { x: [2, 10, 10, 6], filters: 7, kernel: [1, 1] },
  { x: [2, 10, 10, 6], filters: 7, kernel: [1, 1], strides: [2, 2] },
  { x: [1, 1, 1, 1], filters: 1, kernel: [1, 1] },
  { x: [2, 12, 12, 4], filters: 6, kernel: [3, 3], dilations: [2, 2] },
  { x: [2, 12, 11, 3], filters: 4, kernel: [3, 2], dilations: [3, 2], pad: "same" },
  { x: [2, 6, 6, 5], filters: 3, kernel: [3, 3], pad: 1, strides: [2, 2] },
  { x: [2, 4, 4, 5], filters: 3, kernel: [4, 4] },
  { x: [5, 3, 3, 2], filters: 9, kernel: [5, 5], pad: "same" },
];

describe.skipIf(!webgpu.ok)(`direct convolution on WebGPU${skipReason}`, () => {
  test.each(cases)("agrees with the CPU backend: %j", async (each) => {
    const { x, filters, kernel, strides = [1, 1], dilations = [1, 1], pad = "valid" } = each;
    const convolve = (input: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(
        input.as4D(...x),
        filter.as4D(...kernel, x[3], filters),
        strides,
        pad,
        "NHWC",
        dilations,
      );
    const input = () => draw("x", x);
    const filter = () => draw("filter", [...kernel, x[3], filters]);
    await compare(() => convolve(input(), filter()));
    // tfjs has no gradient of a dilated convolution.
    if (dilations[0] > 1) return;
    await compare(() => {
      const { value, grads } = tf.valueAndGrads((one: tf.Tensor, two: tf.Tensor) =>
        convolve(one, two).square().sum(),
      )([input(), filter()]);
      return [value, ...grads];
    });
  });

  test.each(["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const)(
    "adds the bias and applies %s",
    async (activation) => {
      await compare(() =>
        tf.fused.conv2d({
          x: draw("x", [2, 6, 6, 3]).as4D(2, 6, 6, 3),
          filter: draw("filter", [3, 3, 3, 6]).as4D(3, 3, 3, 6),
          strides: 1,
          pad: "same",
          bias: draw("bias", [6]),
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === "prelu" ? { preluActivationWeights: draw("slope", [6]) } : {}),
        }),
      );
      await compare(() =>
        tf.fused.matMul({
          a: draw("a", [5, 7]),
          b: draw("b", [7, 6]),
          bias: draw("bias", [6]),
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === "prelu" ? { preluActivationWeights: draw("slope", [6]) } : {}),
        }),
      );
    },
  );

  test("keeps what is no number out of the padding", async () => {
    await compare(() => {
      const x = tf.tensor4d(
        [Number.NaN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6],
        [1, 4, 4, 1],
      );
      const y = tf.conv2d(x, tf.ones<tf.Rank.R4>([2, 2, 1, 1]), 1, "same");
      return tf.where(tf.isNaN(y), tf.zerosLike(y), y);
    });
  });

  test("reads whole numbers that a cast only relabelled", async () => {
    await compare(() => {
      const whole = tf.cast(tf.cast(tf.mul(draw("x", [1, 5, 5, 2]), 5), "int32"), "float32");
      return tf.conv2d(whole.as4D(1, 5, 5, 2), tf.ones<tf.Rank.R4>([3, 3, 2, 4]), 1, "same");
    });
  });

  test("leaves channels first to the stock program", async () => {
    await tf.setBackend("webgpu");
    const y = tf.conv2d(
      tf.ones<tf.Rank.R4>([1, 2, 5, 5]),
      tf.ones<tf.Rank.R4>([3, 3, 2, 4]),
      1,
      "valid",
      "NCHW",
    );
    expect(y.shape).toEqual([1, 4, 3, 3]);
    expect([...(await y.data())]).toEqual(Array.from({ length: 36 }, () => 18));
  });
});

describe.skipIf(!webgpu.ok)(`direct matrix product on WebGPU${skipReason}`, () => {
  test.each([
    [[], 50, 288, 10, []],
    [[], 1, 1, 1, []],
    [[], 1, 300, 7, []],
    [[], 9, 5, 1, []],
    [[3], 4, 6, 5, [3]],
    [[2, 3], 5, 4, 6, [2, 3]],
    [[3], 4, 6, 5, [1]],
    [[], 4, 6, 5, [2]],
    [[2], 4, 6, 5, []],
  ] as const)(
    "agrees with the CPU backend: %j %i × %i by %i, %j",
    async (leftBatch, rows, inner, columns, rightBatch) => {
      for (const transposeA of [false, true])
        for (const transposeB of [false, true])
          await compare(() =>
            tf.matMul(
              draw("a", [...leftBatch, ...(transposeA ? [inner, rows] : [rows, inner])]),
              draw("b", [...rightBatch, ...(transposeB ? [columns, inner] : [inner, columns])]),
              transposeA,
              transposeB,
            ),
          );
    },
  );
});

describe.skipIf(!webgpu.ok)(`other direct kernels on WebGPU${skipReason}`, () => {
  test.each([
    [[3, 8, 8, 5], [2, 2], [2, 2], "valid"],
    [[2, 7, 9, 3], [2, 2], [2, 2], "valid"],
    [[2, 7, 9, 3], [2, 2], [2, 2], "same"],
    [[1, 8, 11, 4], [3, 4], [3, 4], "same"],
    [[1, 10, 10, 2], [3, 3], [3, 3], "valid"],
    [[2, 9, 9, 3], [3, 3], [2, 2], "same"],
    [[2, 9, 9, 3], [2, 2], [3, 3], "valid"],
  ] as const)(
    "the gradient of max pooling agrees with the CPU backend: %j %j %j %s",
    async (shape, size, strides, pad) => {
      await compare(() => {
        // Whole numbers give windows several maxima, of which tfjs's own program takes another than the CPU's.
        const isTiled = size[0] === strides[0];
        const x = isTiled ? draw("x", shape).mul(2).round() : draw("x", shape);
        return tf.grad((input: tf.Tensor) =>
          tf
            .maxPool(
              input.as4D(shape[0], shape[1], shape[2], shape[3]),
              [size[0], size[1]],
              [strides[0], strides[1]],
              pad,
            )
            .mul(draw("weights", [shape[3]]))
            .square()
            .sum(),
        )(x);
      });
    },
  );

  test.each([
    ["add", tf.add],
    ["sub", tf.sub],
    ["mul", tf.mul],
    ["div", tf.div],
    ["maximum", tf.maximum],
    ["minimum", tf.minimum],
    ["squaredDifference", tf.squaredDifference],
  ] as const)("%s spreads a row on either side", async (_, combine) => {
    for (const size of [1, 3, 8, 130]) {
      const matrix = () => tf.mul(draw("matrix", [2, 3, size]), 1);
      const row = () => tf.mul(draw("row", [size]), 1);
      await compare(() => [combine(matrix(), row()), combine(row(), matrix())]);
    }
  });
});
