/**
 * Convolution in JavaScript: each image's patches become the rows of a matrix, and a matrix product does the rest.
 * Names of sizes: `pixels` of the result, `taps` = filter height × filter width × input channels.
 */
import * as tf from "@tensorflow/tfjs";
import {
  type CpuBackend,
  type CpuKernel,
  type KernelArgs,
  readFloats,
  readImageShape,
  toCpuBackend,
} from "./cpuBackend.ts";
import { multiply, transpose } from "./multiplyMatrices.ts";

type Info = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** `Conv2D`: result [pixels, outChannels] = patches [pixels, taps] · filter [taps, outChannels], image by image. */
export const convolve: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x, filter } = inputs;
  const image = readFloats(backend, x);
  const right = readFloats(backend, filter);
  const info = describe(attrs, x, filter, attrs?.["dilations"]);
  if (!image || !right || !info) return null;
  const { pixels, taps, inputSize } = measure(info);
  const columns = info.outChannels;
  const result = new Float32Array(info.batchSize * pixels * columns);
  const patches = makePatches(info);
  for (let batch = 0; batch < info.batchSize; batch++) {
    multiply({
      left: gatherPatches(info, part(image, batch, inputSize), patches),
      right,
      product: part(result, batch, pixels * columns),
      rows: pixels,
      inner: taps,
      columns,
      transposeA: false,
      transposeB: false,
    });
  }
  return backend.makeTensorInfo(info.outShape, "float32", result);
};

/** `Conv2DBackpropFilter`: the sum over images of patchesᵀ [taps, pixels] · dy [pixels, outChannels]. */
export const convolutionFilterGradient: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { x, dy } = inputs;
  const image = readFloats(backend, x);
  const slope = readFloats(backend, dy);
  const filterShape: unknown = attrs?.["filterShape"];
  if (!Array.isArray(filterShape)) return null;
  const info = describe(attrs, x, { shape: filterShape.map(Number) }, 1);
  if (!image || !slope || !info) return null;
  const { pixels, taps, inputSize } = measure(info);
  const columns = info.outChannels;
  const gradient = new Float32Array(taps * columns);
  const patches = makePatches(info);
  for (let batch = 0; batch < info.batchSize; batch++) {
    multiply({
      left: gatherPatches(info, part(image, batch, inputSize), patches),
      right: part(slope, batch, pixels * columns),
      product: gradient,
      rows: taps,
      inner: pixels,
      columns,
      transposeA: true,
      transposeB: false,
    });
  }
  return backend.makeTensorInfo(info.filterShape, "float32", gradient);
};

/** `Conv2DBackpropInput`: dy [pixels, outChannels] · filterᵀ [outChannels, taps], each patch added where it came from. */
export const convolutionInputGradient: CpuKernel = ({ inputs, attrs, backend: given }) => {
  const backend = toCpuBackend(given);
  const { dy, filter } = inputs;
  const slope = readFloats(backend, dy);
  const weights = readFloats(backend, filter);
  const inputShape: unknown = attrs?.["inputShape"];
  if (!Array.isArray(inputShape)) return null;
  const info = describe(attrs, { shape: inputShape.map(Number) }, filter, 1);
  if (!slope || !weights || !info) return null;
  const { pixels, taps, inputSize } = measure(info);
  const right = transpose(weights, taps, info.outChannels);
  const gradient = new Float32Array(info.batchSize * inputSize);
  const patches = new Float32Array(pixels * taps);
  for (let batch = 0; batch < info.batchSize; batch++) {
    patches.fill(0);
    multiply({
      left: part(slope, batch, pixels * info.outChannels),
      right,
      product: patches,
      rows: pixels,
      inner: info.outChannels,
      columns: taps,
      transposeA: false,
      transposeB: false,
    });
    scatterPatches(info, patches, part(gradient, batch, inputSize));
  }
  return backend.makeTensorInfo(info.inShape, "float32", gradient);
};

const activations: Readonly<Record<string, string>> = {
  relu: "Relu",
  relu6: "Relu6",
  elu: "Elu",
  sigmoid: "Sigmoid",
};

/** `FusedConv2D`, which predictions use: the convolution, then the bias and a kernel for the activation. */
export const convolveFused: CpuKernel = (args) => {
  const { bias, preluActivationWeights } = args.inputs;
  const activation: unknown = args.attrs?.["activation"] ?? "linear";
  if (preluActivationWeights || typeof activation !== "string") return null;
  const kernel =
    activation === "linear" ? null : tf.getKernel(activations[activation] ?? "", "cpu");
  if (activation !== "linear" && !kernel) return null;
  const backend = toCpuBackend(args.backend);
  const offsets = bias ? readFloats(backend, bias) : null;
  if (bias && (!offsets || bias.shape.length !== 1)) return null;
  const convolved = convolve(args);
  if (!convolved) return null;
  if (offsets) addToChannels(backend, convolved, offsets);
  if (!kernel) return convolved;
  const activated = kernel.kernelFunc({ inputs: { x: convolved }, backend: args.backend });
  backend.disposeIntermediateTensorInfo(convolved);
  return Array.isArray(activated) ? (activated[0] ?? null) : activated;
};

/** In place: the tensor was made a moment ago and nobody else knows it. */
function addToChannels(backend: CpuBackend, tensor: tf.TensorInfo, offsets: Float32Array): void {
  const values = readFloats(backend, tensor);
  const channels = tensor.shape.at(-1) ?? 0;
  if (!values) return;
  for (let from = 0; from < values.length; from += channels) {
    for (let channel = 0; channel < channels; channel++) {
      // One bias for all channels is broadcast.
      const offset = offsets[offsets.length === 1 ? 0 : channel] ?? 0;
      values[from + channel] = (values[from + channel] ?? 0) + offset;
    }
  }
}

/** null for channels first and for shapes that do not belong together. */
function describe(
  attrs: KernelArgs["attrs"],
  x: { readonly shape: readonly number[] } | undefined,
  filter: { readonly shape: readonly number[] } | undefined,
  dilations: unknown,
): Info | null {
  const inputShape = readImageShape(x);
  const filterShape = readImageShape(filter);
  if (!attrs || !inputShape || !filterShape || inputShape[3] !== filterShape[2]) return null;
  if (attrs["dataFormat"] !== undefined && attrs["dataFormat"] !== "NHWC") return null;
  // Attributes are typed as anything; tf.conv2d has checked these, and stock kernels trust them as well.
  type Args = Parameters<typeof tf.backend_util.computeConv2DInfo>;
  return tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    attrs["strides"] as Args[2],
    dilations as Args[3],
    attrs["pad"] as Args[4],
    attrs["dimRoundingMode"] as Args[5],
  );
}

function measure(info: Info) {
  return {
    pixels: info.outHeight * info.outWidth,
    taps: info.filterHeight * info.filterWidth * info.inChannels,
    inputSize: info.inHeight * info.inWidth * info.inChannels,
  };
}

function part(values: Float32Array, index: number, size: number): Float32Array {
  return values.subarray(index * size, (index + 1) * size);
}

/** Where every filter point lies on a pixel, the image is its own matrix of patches. */
function isPointwise(info: Info): boolean {
  const { padInfo } = info;
  return (
    info.filterHeight * info.filterWidth * info.strideHeight * info.strideWidth === 1 &&
    padInfo.top + padInfo.left + padInfo.bottom + padInfo.right === 0
  );
}

/** Zeros, which stay where a patch reaches over the border; one matrix serves all images. */
function makePatches(info: Info): Float32Array {
  const { pixels, taps } = measure(info);
  return new Float32Array(isPointwise(info) ? 0 : pixels * taps);
}

/** Copies an image [height, width, channels] to patches [pixels, taps]. */
function gatherPatches(info: Info, image: Float32Array, patches: Float32Array): Float32Array {
  if (isPointwise(info)) return image;
  const { inChannels, inHeight, inWidth, filterHeight, filterWidth } = info;
  const run = filterWidth * inChannels;
  let row = 0;
  for (let y = 0; y < info.outHeight; y++) {
    for (let x = 0; x < info.outWidth; x++) {
      const left = x * info.strideWidth - info.padInfo.left;
      for (let tapY = 0; tapY < filterHeight; tapY++, row += run) {
        const inY = y * info.strideHeight - info.padInfo.top + tapY * info.dilationHeight;
        if (inY < 0 || inY >= inHeight) continue;
        for (let tapX = 0; tapX < filterWidth; tapX++) {
          const inX = left + tapX * info.dilationWidth;
          if (inX < 0 || inX >= inWidth) continue;
          const from = (inY * inWidth + inX) * inChannels;
          const to = row + tapX * inChannels;
          for (let channel = 0; channel < inChannels; channel++) {
            patches[to + channel] = image[from + channel] ?? 0;
          }
        }
      }
    }
  }
  return patches;
}

/** The reverse of gathering: adds patches [pixels, taps] to an image [height, width, channels]. */
function scatterPatches(info: Info, patches: Float32Array, image: Float32Array): void {
  const { inChannels, inHeight, inWidth, filterHeight, filterWidth } = info;
  const run = filterWidth * inChannels;
  let row = 0;
  for (let y = 0; y < info.outHeight; y++) {
    for (let x = 0; x < info.outWidth; x++) {
      const left = x * info.strideWidth - info.padInfo.left;
      for (let tapY = 0; tapY < filterHeight; tapY++, row += run) {
        const inY = y * info.strideHeight - info.padInfo.top + tapY * info.dilationHeight;
        if (inY < 0 || inY >= inHeight) continue;
        for (let tapX = 0; tapX < filterWidth; tapX++) {
          const inX = left + tapX * info.dilationWidth;
          if (inX < 0 || inX >= inWidth) continue;
          const to = (inY * inWidth + inX) * inChannels;
          const from = row + tapX * inChannels;
          for (let channel = 0; channel < inChannels; channel++) {
            image[to + channel] = (image[to + channel] ?? 0) + (patches[from + channel] ?? 0);
          }
        }
      }
    }
  }
}
