import type * as tf from "@tensorflow/tfjs";

/** What tfjs's JavaScript backend hands to its kernels. */
export interface CpuBackend {
  readonly data: { get(id: object): { readonly values: unknown } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
  disposeIntermediateTensorInfo(tensor: tf.TensorInfo): void;
}

export type KernelArgs = Parameters<tf.KernelFunc>[0];

/** A kernel of ours: null for what the stock one has to do. */
export type CpuKernel<Result = tf.TensorInfo> = (args: KernelArgs) => Result | null;

/** Kernels registered for "cpu" are only ever given this backend. */
export function toCpuBackend(backend: unknown): CpuBackend {
  return backend as CpuBackend;
}

/** The numbers of a tensor, in memory; null where it holds anything but 32-bit floats. */
export function readFloats(
  backend: CpuBackend,
  tensor: tf.TensorInfo | undefined,
): Float32Array | null {
  if (tensor?.dtype !== "float32") return null;
  const { values } = backend.data.get(tensor.dataId);
  return values instanceof Float32Array ? values : null;
}

/** [batch, height, width, channels]; null for a tensor with another number of axes. */
export function readImageShape(
  tensor: { readonly shape: readonly number[] } | undefined,
): [number, number, number, number] | null {
  if (tensor?.shape.length !== 4) return null;
  const [batch = 0, height = 0, width = 0, channels = 0] = tensor.shape;
  return [batch, height, width, channels];
}
