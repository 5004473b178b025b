import * as tf from "@tensorflow/tfjs";

type KernelFunc = tf.KernelConfig["kernelFunc"];
type KernelArgs = Parameters<KernelFunc>[0];

/** Stands in for a kernel and may call what was there before. */
export type KernelWrapper = (stock: KernelFunc, args: KernelArgs) => ReturnType<KernelFunc>;

/** Puts a wrapper around a kernel of the WebGPU backend; nothing happens where it has no such kernel. */
export function wrapKernel(kernelName: string, wrapper: KernelWrapper): void {
  const stock = tf.getKernel(kernelName, "webgpu");
  if (stock === undefined || stock === null) return;
  tf.unregisterKernel(kernelName, "webgpu");
  tf.registerKernel({ ...stock, kernelFunc: (args) => wrapper(stock.kernelFunc, args) });
}
