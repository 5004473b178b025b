import * as tf from "@tensorflow/tfjs";
import { findWebgpuBackend, runDirectProgram } from "./directPrograms.ts";
import type { KernelWrapper } from "./wrapKernel.ts";

/**
 * `MaxPoolGrad` where windows lie side by side: one invocation per window finds its first maximum and writes what the
 * window's inputs get. tfjs-webgpu finds the maxima in one program and searches every window for them in another.
 */
export const directMaxPoolGradient: KernelWrapper = (stock, args) => {
  const { dy, input } = args.inputs;
  const backend = findWebgpuBackend(args.backend, [dy, input]);
  const sizes = readSizes(args.attrs, input?.shape);
  if (dy === undefined || input === undefined || backend === null || sizes === null) {
    return stock(args);
  }
  const { inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = sizes;
  const { filterHeight, filterWidth } = sizes;
  // Inputs beyond the last window belong to windows that count for nothing, and get zeros.
  const gridHeight = Math.max(outHeight, Math.ceil((inHeight + padInfo.top) / filterHeight));
  const gridWidth = Math.max(outWidth, Math.ceil((inWidth + padInfo.left) / filterWidth));
  return runDirectProgram(backend, {
    key: `maxPoolGradient_${[inHeight, inWidth, inChannels, outHeight, outWidth].join("x")}_${[filterHeight, filterWidth, padInfo.top, padInfo.left].join("x")}`,
    inputs: { dy, x: input },
    uniforms: { images: sizes.batchSize },
    outputShape: sizes.inShape,
    invocations: sizes.batchSize * gridHeight * gridWidth * inChannels,
    body: `
  let cell = index / ${inChannels};
  let channel = index - cell * ${inChannels};
  let line = cell / ${gridWidth};
  let along = cell - line * ${gridWidth};
  let image = line / ${gridHeight};
  if (image >= uniforms.images) { return; }
  let down = line - image * ${gridHeight};
  let top = max(0, down * ${filterHeight} - ${padInfo.top});
  let bottom = min(${inHeight}, (down + 1) * ${filterHeight} - ${padInfo.top});
  let left = max(0, along * ${filterWidth} - ${padInfo.left});
  let right = min(${inWidth}, (along + 1) * ${filterWidth} - ${padInfo.left});
  let start = image * ${inHeight * inWidth * inChannels} + channel;
  let isCounted = down < ${outHeight} && along < ${outWidth};
  var best = -1;
  var most = 0.0;
  for (var y = top; y < bottom; y++) {
    for (var z = left; z < right; z++) {
      let at = start + (y * ${inWidth} + z) * ${inChannels};
      let value = f32(x[at]);
      if (isCounted && (best < 0 || value > most)) {
        best = at;
        most = value;
      }
      result[at] = 0.0;
    }
  }
  if (best >= 0) {
    result[best] = f32(dy[((image * ${outHeight} + down) * ${outWidth} + along) * ${inChannels} + channel]);
  }`,
  });
};

/** Null where windows overlap or leave gaps. */
function readSizes(
  attrs: tf.NamedAttrMap | undefined,
  inShape: readonly number[] | undefined,
): tf.backend_util.Conv2DInfo | null {
  const [batch, height, width, channels] = inShape ?? [];
  if (attrs === undefined || batch === undefined || height === undefined) return null;
  if (width === undefined || channels === undefined) return null;
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const sizes = tf.backend_util.computePool2DInfo(
    [batch, height, width, channels],
    // What tfjs's own kernel is given, under the names and types of its attributes.
    filterSize as number | [number, number],
    strides as number | [number, number],
    1,
    pad as "same" | "valid" | number,
    (dimRoundingMode ?? undefined) as "floor" | "round" | "ceil" | undefined,
  );
  const isTiled =
    sizes.strideHeight === sizes.filterHeight && sizes.strideWidth === sizes.filterWidth;
  return isTiled && !sizes.outShape.includes(0) ? sizes : null;
}
