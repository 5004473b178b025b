/** Kernels of the JavaScript backend that only move numbers; the stock ones work out every number's place anew. */
import * as tf from "@tensorflow/tfjs";
import { type CpuKernel, readFloats, toCpuBackend } from "./cpuBackend.ts";

const countValues = (shape: readonly number[]) =>
  shape.reduce((product, size) => product * size, 1);

/** How far apart neighbours along each axis lie. */
function measureSteps(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    steps[axis] = (steps[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return steps;
}

interface Place {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** Where the block begins. */
  readonly start: readonly number[];
}

/** Copies a block of `size` from one array into another, a run of neighbours at a time. */
function copyBlock(from: Place, to: Place, size: readonly number[]): void {
  if (countValues(size) === 0) return;
  // Axes that are whole on both sides are one run with the axis before them.
  let runAxis = size.length - 1;
  while (
    runAxis > 0 &&
    size[runAxis] === from.shape[runAxis] &&
    size[runAxis] === to.shape[runAxis]
  )
    runAxis--;
  const run = countValues(size.slice(Math.max(runAxis, 0)));
  const fromSteps = measureSteps(from.shape);
  const toSteps = measureSteps(to.shape);
  const visit = (axis: number, source: number, target: number): void => {
    const first = source + (from.start[axis] ?? 0) * (fromSteps[axis] ?? 1);
    const second = target + (to.start[axis] ?? 0) * (toSteps[axis] ?? 1);
    if (axis >= runAxis) {
      // Short runs are copied faster by hand.
      if (run > 16) to.values.set(from.values.subarray(first, first + run), second);
      else
        for (let index = 0; index < run; index++)
          to.values[second + index] = from.values[first + index] ?? 0;
      return;
    }
    const count = size[axis] ?? 0;
    for (let index = 0; index < count; index++)
      visit(
        axis + 1,
        first + index * (fromSteps[axis] ?? 1),
        second + index * (toSteps[axis] ?? 1),
      );
  };
  visit(0, 0, 0);
}

/** `Slice`: a block of the input. */
export const slice: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x } = inputs;
  const values = readFloats(backend, x);
  if (!x || !values || x.shape.length === 0) return null;
  // What the op was given; tfjs reads −1 as "the rest" and checks both.
  const { begin, size: wanted } = attrs as { begin: number[]; size: number[] };
  const shaped = x as tf.Tensor; // Only its shape is read.
  const [start = [], size = []] = tf.slice_util.parseSliceParams(shaped, begin, wanted);
  tf.slice_util.assertParamsValid(shaped, start, size);
  return backend.makeTensorInfo(size, "float32", takeBlock(values, x.shape, start, size));
};

function takeBlock(
  values: Float32Array,
  shape: readonly number[],
  start: readonly number[],
  size: readonly number[],
): Float32Array {
  const result = new Float32Array(countValues(size));
  const target = { values: result, shape: size, start: size.map(() => 0) };
  copyBlock({ values, shape, start }, target, size);
  return result;
}

/** `SplitV`: blocks one after the other along an axis. */
export const split: CpuKernel<tf.TensorInfo[]> = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x } = inputs;
  const values = readFloats(backend, x);
  if (!x || !values) return null;
  const shape = x.shape;
  // What the op was given.
  const options = attrs as { numOrSizeSplits: number[] | number; axis: number };
  const [axis = 0] = tf.util.parseAxisParam(options.axis, shape);
  let at = 0;
  const lengths = tf.backend_util.prepareSplitSize(x as tf.Tensor, options.numOrSizeSplits, axis);
  return lengths.map((length) => {
    const start = shape.map((_size, index) => (index === axis ? at : 0));
    const size = shape.map((whole, index) => (index === axis ? length : whole));
    at += length;
    return backend.makeTensorInfo(size, "float32", takeBlock(values, shape, start, size));
  });
};

/** `PadV2`: the input as a block among constants. */
export const pad: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x } = inputs;
  const values = readFloats(backend, x);
  const paddings: unknown = attrs?.["paddings"];
  if (!x || !values || x.shape.length === 0 || !Array.isArray(paddings)) return null;
  const ends = paddings.map((entry: unknown) => (Array.isArray(entry) ? entry.map(Number) : []));
  const shape = x.shape.map((size, axis) => size + (ends[axis]?.[0] ?? 0) + (ends[axis]?.[1] ?? 0));
  const result = new Float32Array(countValues(shape)).fill(Number(attrs?.["constantValue"] ?? 0));
  const source = { values, shape: x.shape, start: x.shape.map(() => 0) };
  const target = { values: result, shape, start: ends.map(([before = 0]) => before) };
  copyBlock(source, target, x.shape);
  return backend.makeTensorInfo(shape, "float32", result);
};

/** `Transpose`: reads the input along the axes in their new order. */
export const transposeAxes: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x } = inputs;
  const values = readFloats(backend, x);
  const perm: unknown = attrs?.["perm"];
  if (!x || !values || !Array.isArray(perm) || x.shape.length < 2) return null;
  const order = perm.map(Number);
  const steps = measureSteps(x.shape);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const strides = order.map((axis) => steps[axis] ?? 1);
  const result = new Float32Array(values.length);
  const last = shape.length - 1;
  const count = shape[last] ?? 1;
  const step = strides[last] ?? 1;
  let target = 0;
  const visit = (axis: number, source: number): void => {
    if (axis === last) {
      for (let index = 0; index < count; index++)
        result[target++] = values[source + index * step] ?? 0;
      return;
    }
    const size = shape[axis] ?? 1;
    for (let index = 0; index < size; index++)
      visit(axis + 1, source + index * (strides[axis] ?? 1));
  };
  visit(0, 0);
  return backend.makeTensorInfo(shape, "float32", result);
};
