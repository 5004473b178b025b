import * as tf from "@tensorflow/tfjs";
import { type CpuKernel, type KernelArgs, readFloats, toCpuBackend } from "./cpuBackend.ts";
import {
  convolutionFilterGradient,
  convolutionInputGradient,
  convolve,
  convolveFused,
} from "./cpuConvolution.ts";
import { pad, slice, split, transposeAxes } from "./cpuMoves.ts";
import { averagePoolGradient, maxPoolGradient } from "./cpuPooling.ts";
import { sumSegments } from "./cpuSegments.ts";
import { multiply } from "./multiplyMatrices.ts";

let isInstalled = false;

const kernels: Readonly<Record<string, CpuKernel<tf.TensorInfo | tf.TensorInfo[]>>> = {
  BatchMatMul: multiplyBatches,
  Conv2D: convolve,
  FusedConv2D: convolveFused,
  Conv2DBackpropFilter: convolutionFilterGradient,
  Conv2DBackpropInput: convolutionInputGradient,
  MaxPoolGrad: maxPoolGradient,
  AvgPoolGrad: averagePoolGradient,
  PadV2: pad,
  Slice: slice,
  SplitV: split,
  Transpose: transposeAxes,
  UnsortedSegmentSum: sumSegments,
};

/**
 * Replaces the kernels of the JavaScript backend that take most of a network's training time there by ones that walk
 * memory in order: many times as fast, sums equal up to rounding. What they can't do is left to the stock ones.
 */
export function installCpuKernels(): void {
  if (isInstalled || !tf.getKernel("BatchMatMul", "cpu")) return;
  isInstalled = true;
  for (const [kernelName, replacement] of Object.entries(kernels)) {
    const stock = tf.getKernel(kernelName, "cpu");
    if (!stock) continue;
    tf.unregisterKernel(kernelName, "cpu");
    tf.registerKernel({
      ...stock,
      kernelFunc: (args) => replacement(args) ?? stock.kernelFunc(args),
    });
  }
}

/** null for what the original has to do: other number types, batches that are broadcast. */
function multiplyBatches({ inputs, attrs, backend }: KernelArgs): tf.TensorInfo | null {
  const { a, b } = inputs;
  if (!a || !b || a.dtype !== "float32" || b.dtype !== "float32") return null;
  const transposeA = attrs?.["transposeA"] === true;
  const transposeB = attrs?.["transposeB"] === true;
  const batches = a.shape.slice(0, -2);
  const isSameBatch =
    a.shape.length === b.shape.length && batches.every((size, index) => size === b.shape[index]);
  if (!isSameBatch) return null;
  const [rowsA = 0, columnsA = 0] = a.shape.slice(-2);
  const [rowsB = 0, columnsB = 0] = b.shape.slice(-2);
  const sizes = {
    rows: transposeA ? columnsA : rowsA,
    inner: transposeA ? rowsA : columnsA,
    columns: transposeB ? rowsB : columnsB,
  };
  if ((transposeB ? columnsB : rowsB) !== sizes.inner) return null;
  const cpu = toCpuBackend(backend);
  const left = readFloats(cpu, a);
  const right = readFloats(cpu, b);
  if (!left || !right) return null;
  const count = batches.reduce((product, size) => product * size, 1);
  const product = new Float32Array(count * sizes.rows * sizes.columns);
  for (let batch = 0; batch < count; batch++) {
    multiply({
      ...sizes,
      transposeA,
      transposeB,
      left: left.subarray(batch * rowsA * columnsA, (batch + 1) * rowsA * columnsA),
      right: right.subarray(batch * rowsB * columnsB, (batch + 1) * rowsB * columnsB),
      product: product.subarray(
        batch * sizes.rows * sizes.columns,
        (batch + 1) * sizes.rows * sizes.columns,
      ),
    });
  }
  return cpu.makeTensorInfo([...batches, sizes.rows, sizes.columns], "float32", product);
}
