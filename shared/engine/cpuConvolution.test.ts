/** The JavaScript backend's own kernels for convolution and pooling against the stock ones. */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { type CpuKernel, type KernelArgs } from "./cpuBackend.ts";
import {
  convolutionFilterGradient,
  convolutionInputGradient,
  convolve,
  convolveFused,
} from "./cpuConvolution.ts";
import { averagePoolGradient, maxPoolGradient } from "./cpuPooling.ts";
import { selectBackend } from "./selectBackend.ts";

const own = {
  Conv2D: convolve,
  FusedConv2D: convolveFused,
  Conv2DBackpropFilter: convolutionFilterGradient,
  Conv2DBackpropInput: convolutionInputGradient,
  MaxPoolGrad: maxPoolGradient,
  AvgPoolGrad: averagePoolGradient,
} satisfies Record<string, CpuKernel>;
type Name = keyof typeof own;

/** Read before a backend is selected, which puts ours in their place. */
const stock = new Map(Object.keys(own).map((name) => [name, tf.getKernel(name, "cpu").kernelFunc]));

beforeAll(async () => {
  await selectBackend("cpu");
});
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const random = createRandom("convolution");
function draw(shape: readonly number[]): tf.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const next = () => (random.next() < 0.3 ? 0 : random.nextNormal());
  return tf.tensor(Float32Array.from({ length: count }, next), [...shape], "float32");
}

interface Answer {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

function run(kernel: tf.KernelFunc | CpuKernel | undefined, args: Omit<KernelArgs, "backend">) {
  const info = kernel?.({ ...args, backend: tf.backend() });
  if (!info || Array.isArray(info)) return null;
  const tensor = tf.engine().makeTensorFromTensorInfo(info);
  const answer: Answer = { shape: tensor.shape, values: [...tensor.dataSync()] };
  return answer;
}

function expectAgreement(name: Name, inputs: Record<string, tf.Tensor>, attrs: object): Answer {
  // Attributes are whatever the kernel documents; tfjs types them as JSON.
  const args = { inputs, attrs: attrs as tf.NamedAttrMap };
  const expected = run(stock.get(name), args);
  const actual = run(own[name], args);
  if (!expected || !actual) throw new Error(`${name} left the work to the stock kernel.`);
  expect(actual.shape).toEqual(expected.shape);
  const worst = actual.values.reduce((most, value, index) => {
    const wanted = expected.values[index] ?? NaN;
    const difference = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    // NaN counts as the worst, unless both are.
    if (Number.isNaN(value) && Number.isNaN(wanted)) return most;
    return difference <= most ? most : difference;
  }, 0);
  expect(worst).toBeLessThan(1e-5);
  return actual;
}

type PerAxis = number | readonly [number, number];
type Padding = "same" | "valid" | number | readonly (readonly [number, number])[];
type Convolution = readonly [
  image: readonly [batch: number, height: number, width: number, channels: number],
  filter: readonly [height: number, width: number, filters: number],
  strides: PerAxis,
  padding: Padding,
  dilations: PerAxis,
];

const explicit: Padding = [
  [0, 0],
  [1, 2],
  [0, 3],
  [0, 0],
];

const convolutions: readonly Convolution[] = [
  [[1, 1, 1, 1], [1, 1, 1], 1, "valid", 1],
  [[2, 7, 6, 3], [1, 1, 5], 1, "valid", 1],
  [[2, 7, 6, 3], [1, 1, 5], [2, 2], "same", 1],
  [[2, 7, 6, 3], [1, 1, 5], 1, 2, 1],
  [[3, 9, 8, 1], [3, 3, 4], [1, 1], "valid", [1, 1]],
  [[2, 9, 8, 4], [3, 3, 6], [1, 1], "same", [1, 1]],
  [[2, 9, 8, 2], [3, 2, 5], [2, 3], "same", 1],
  [[2, 8, 11, 2], [4, 5, 3], [3, 2], "valid", 1],
  [[2, 6, 6, 2], [2, 2, 3], [1, 2], "same", 1],
  [[2, 9, 8, 3], [5, 5, 2], [1, 1], 2, 1],
  [[2, 7, 5, 3], [3, 3, 2], [2, 1], explicit, 1],
  [[2, 7, 5, 3], [2, 2, 2], [4, 3], "valid", 1],
  [[2, 3, 3, 2], [3, 3, 4], 1, "valid", 1],
  [[2, 2, 2, 2], [5, 5, 3], 1, "same", 1],
  [[2, 1, 12, 3], [1, 4, 5], [1, 2], "same", 1],
  [[2, 10, 11, 2], [3, 3, 4], 1, "same", [2, 3]],
  [[2, 10, 11, 2], [3, 2, 4], 1, "valid", [3, 1]],
  [[2, 10, 11, 2], [2, 3, 4], 1, explicit, [1, 2]],
];

function prepare([image, [height, width, filters], strides, pad]: Convolution) {
  const filterShape = [height, width, image[3], filters];
  const attrs = { strides, pad, dataFormat: "NHWC" };
  return { x: draw(image), filter: draw(filterShape), filterShape, attrs };
}

test.each(convolutions)("a convolution of %j by %j, %j, %j, %j equals the stock one", (...row) => {
  const { x, filter, attrs } = prepare(row);
  expectAgreement("Conv2D", { x, filter }, { ...attrs, dilations: row[4] });
});

test.each(convolutions.filter((row) => row[4] === 1 || row[3] === "same"))(
  "the gradients of a convolution of %j by %j, %j, %j equal the stock ones",
  (...row) => {
    const { x, filter, filterShape, attrs } = prepare(row);
    const { shape } = expectAgreement("Conv2D", { x, filter }, { ...attrs, dilations: 1 });
    const dy = draw(shape);
    expectAgreement("Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape });
    expectAgreement("Conv2DBackpropInput", { dy, filter }, { ...attrs, inputShape: x.shape });
  },
);

test.each(
  ["linear", "relu", "relu6", "elu", "sigmoid"].flatMap((activation) => [
    [activation, [5]] as const,
    [activation, [1]] as const,
    [activation, null] as const,
  ]),
)("a fused convolution with %s and a bias of %j equals the stock one", (activation, bias) => {
  const inputs = { x: draw([2, 6, 5, 3]), filter: draw([3, 3, 3, 5]) };
  const attrs = { strides: 1, pad: "same", dataFormat: "NHWC", dilations: 1, activation };
  expectAgreement("FusedConv2D", bias ? { ...inputs, bias: draw(bias) } : inputs, attrs);
});

const pools = [
  [[2, 8, 6, 3], [2, 2], [2, 2], "valid", undefined],
  [[2, 9, 7, 3], [2, 2], [2, 2], "same", undefined],
  [[2, 9, 7, 4], [3, 2], [1, 2], "same", undefined],
  [[2, 9, 7, 2], [3, 3], [2, 1], "valid", undefined],
  [[2, 9, 7, 2], [2, 2], [3, 4], "valid", undefined],
  [[1, 5, 5, 1], [5, 5], [5, 5], "valid", undefined],
  [[2, 4, 4, 2], [1, 1], [1, 1], "valid", undefined],
  [[2, 9, 7, 2], 3, 2, 1, "floor"],
  [[2, 1, 9, 2], [1, 3], [1, 2], "same", undefined],
] as const;

test.each(pools)(
  "the gradients of pooling %j by %j, %j, %j equal the stock ones",
  (shape, filterSize, strides, pad, dimRoundingMode) => {
    // Many equal numbers in a window: the first one gets the slope.
    const input = tf.round(draw(shape));
    const attrs = { filterSize, strides, pad, dimRoundingMode };
    const info = tf.backend_util.computePool2DInfo(
      [...shape],
      typeof filterSize === "number" ? filterSize : [...filterSize],
      typeof strides === "number" ? strides : [...strides],
      1,
      pad,
      dimRoundingMode,
    );
    const dy = draw(info.outShape);
    const output = draw(info.outShape);
    expectAgreement("MaxPoolGrad", { dy, input, output }, attrs);
    expectAgreement("AvgPoolGrad", { dy, input }, attrs);
  },
);

test("pooling a window of nothing but NaN gives no slope, as the stock kernel does", () => {
  const input = tf.tensor4d([NaN, NaN, NaN, NaN, 1, NaN, 3, 2], [2, 2, 2, 1]);
  const dy = draw([2, 1, 1, 1]);
  const attrs = { filterSize: [2, 2], strides: [2, 2], pad: "valid" };
  expectAgreement("MaxPoolGrad", { dy, input, output: dy }, attrs);
});

test("selecting the backend puts these kernels in the stock ones' place", () => {
  for (const [name, kernel] of stock) {
    expect(tf.getKernel(name, "cpu").kernelFunc, name).not.toBe(kernel);
  }
});

test("channels first and whole numbers are left to the stock kernels", () => {
  const attrs = { strides: 1, pad: "valid", dilations: 1 };
  const first = { x: draw([1, 2, 4, 4]), filter: draw([2, 2, 2, 3]) };
  expect(run(convolve, { inputs: first, attrs: { ...attrs, dataFormat: "NCHW" } })).toBeNull();
  const x = tf.ones([1, 4, 4, 2], "int32");
  const filter = tf.ones([2, 2, 2, 3], "int32");
  const inputs = { x, filter };
  expect(run(convolve, { inputs, attrs: { ...attrs, dataFormat: "NHWC" } })).toBeNull();
});
