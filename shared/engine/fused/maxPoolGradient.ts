import * as tf from "@tensorflow/tfjs";
import type { KernelWrapper } from "../wrapKernel.ts";
// It registers the kernel that is run here.
import "./pooling.ts";

/**
 * `MaxPoolGrad` where a layer is not fused, such as one inside of TimeDistributed or with channels first: to the first of
 * equal values, as in TensorFlow. tfjs-backend-webgpu gives it to the last (src/pool_webgpu.ts takes a position where the
 * value is as large as the largest so far).
 */
export const giveToFirstMaximum: KernelWrapper = (_stock, { inputs, backend, attrs }) => {
  const { dy, input: x, output: y } = inputs;
  if (dy === undefined || x === undefined || y === undefined || attrs === undefined)
    throw new Error("MaxPoolGrad lacks a tensor.");
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number], // tfjs's op has seen to it.
    // What tfjs's own kernel is given, under the names and types of its attributes.
    filterSize as number | [number, number],
    strides as number | [number, number],
    1,
    pad as "same" | "valid" | number,
    (dimRoundingMode ?? undefined) as "floor" | "round" | "ceil" | undefined,
  );
  const sizes = {
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    windowHeight: info.filterHeight,
    windowWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
  return tf
    .getKernel("NetloomPoolBack", "webgpu")
    .kernelFunc({ inputs: { dy, x, y }, backend, attrs: { mode: "max", sizes, shape: x.shape } });
};
