/**
 * Gradients of pooling in JavaScript. The stock ones read each number through a buffer's `get` with its indices in an
 * array, which takes most of a small convolutional network's step.
 */
import * as tf from "@tensorflow/tfjs";
import {
  type CpuKernel,
  type KernelArgs,
  readFloats,
  readImageShape,
  toCpuBackend,
} from "./cpuBackend.ts";

type Info = ReturnType<typeof tf.backend_util.computePool2DInfo>;

/** `MaxPoolGrad`: each slope goes to the first largest number of its window. */
export const maxPoolGradient: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { dy, input } = inputs;
  const slope = readFloats(backend, dy);
  const values = readFloats(backend, input);
  const info = describe(attrs, input, attrs?.["dimRoundingMode"]);
  if (!slope || !values || !info) return null;
  const gradient = new Float32Array(values.length);
  const { inWidth, inChannels } = info;
  eachWindow(info, (at, bounds) => {
    for (let channel = 0; channel < inChannels; channel++) {
      let largest = -Infinity;
      let place = -1;
      for (let y = bounds.top; y < bounds.bottom; y++) {
        const row = (bounds.image + y * inWidth) * inChannels + channel;
        for (let x = bounds.left; x < bounds.right; x++) {
          const value = values[row + x * inChannels] ?? 0;
          if (value > largest) {
            largest = value;
            place = row + x * inChannels;
          }
        }
      }
      // Windows of nothing but NaN have no largest number.
      if (place >= 0) gradient[place] = (gradient[place] ?? 0) + (slope[at + channel] ?? 0);
    }
  });
  return backend.makeTensorInfo(info.inShape, "float32", gradient);
};

/** `AvgPoolGrad`: each slope, divided by the full window's size as the stock kernel does, goes to the whole window. */
export const averagePoolGradient: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { dy, input } = inputs;
  const slope = readFloats(backend, dy);
  // The stock kernel ignores a rounding mode here.
  const info = describe(attrs, input, undefined);
  if (!slope || !info) return null;
  const { inWidth, inChannels } = info;
  const gradient = new Float32Array(info.inShape.reduce((product, size) => product * size, 1));
  const scale = 1 / (info.filterHeight * info.filterWidth);
  eachWindow(info, (at, bounds) => {
    for (let y = bounds.top; y < bounds.bottom; y++) {
      for (let x = bounds.left; x < bounds.right; x++) {
        const to = (bounds.image + y * inWidth + x) * inChannels;
        for (let channel = 0; channel < inChannels; channel++) {
          gradient[to + channel] =
            (gradient[to + channel] ?? 0) + scale * (slope[at + channel] ?? 0);
        }
      }
    }
  });
  return backend.makeTensorInfo(info.inShape, "float32", gradient);
};

interface Bounds {
  /** Pixels before this image. */
  image: number;
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Visits each window, cut to the image, with the place of its first channel in the pooled result. */
function eachWindow(info: Info, visit: (at: number, bounds: Bounds) => void): void {
  const { inHeight, inWidth } = info;
  const bounds: Bounds = { image: 0, top: 0, bottom: 0, left: 0, right: 0 };
  let at = 0;
  for (let batch = 0; batch < info.batchSize; batch++) {
    bounds.image = batch * inHeight * inWidth;
    for (let y = 0; y < info.outHeight; y++) {
      const top = y * info.strideHeight - info.padInfo.top;
      bounds.top = Math.max(0, top);
      bounds.bottom = Math.min(inHeight, top + info.filterHeight);
      for (let x = 0; x < info.outWidth; x++) {
        const left = x * info.strideWidth - info.padInfo.left;
        bounds.left = Math.max(0, left);
        bounds.right = Math.min(inWidth, left + info.filterWidth);
        visit(at, bounds);
        at += info.inChannels;
      }
    }
  }
}

function describe(
  attrs: KernelArgs["attrs"],
  input: tf.TensorInfo | undefined,
  roundingMode: unknown,
): Info | null {
  const shape = readImageShape(input);
  if (!attrs || !shape) return null;
  // Attributes are typed as anything; tf.pool has checked these, and stock kernels trust them as well.
  type Args = Parameters<typeof tf.backend_util.computePool2DInfo>;
  return tf.backend_util.computePool2DInfo(
    shape,
    attrs["filterSize"] as Args[1],
    attrs["strides"] as Args[2],
    1,
    attrs["pad"] as Args[4],
    roundingMode as Args[5],
  );
}
