import * as tf from "@tensorflow/tfjs";
import { multiply } from "./multiplyMatrices.ts";

/** What tfjs's JavaScript backend hands to its kernels. */
interface CpuBackend {
  readonly data: { get(id: object): { readonly values: unknown } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

let isInstalled = false;

/**
 * Replaces the JavaScript backend's matrix product, which takes most of a Dense network's training time there, by one
 * that walks memory in order: three to five times as fast, sums equal up to rounding.
 */
export function installCpuKernels(): void {
  if (isInstalled || !tf.getKernel("BatchMatMul", "cpu")) return;
  isInstalled = true;
  const original = tf.getKernel("BatchMatMul", "cpu");
  tf.unregisterKernel("BatchMatMul", "cpu");
  tf.registerKernel({
    kernelName: "BatchMatMul",
    backendName: "cpu",
    kernelFunc: (args) => multiplyBatches(args) ?? original.kernelFunc(args),
  });
}

type KernelArgs = Parameters<tf.KernelFunc>[0];

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
  // Kernels registered for "cpu" are only ever given this backend.
  const cpu = backend as CpuBackend;
  const left = cpu.data.get(a.dataId).values;
  const right = cpu.data.get(b.dataId).values;
  if (!(left instanceof Float32Array) || !(right instanceof Float32Array)) return null;
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
