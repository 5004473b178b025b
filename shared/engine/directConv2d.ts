/**
 * 2D convolutions without workgroup barriers, for adapters emulated on the processor: there tfjs-webgpu's Conv2DMM
 * program takes ten times as long, because barriers are emulated and its tiles of 32 are mostly padding.
 */
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import {
  addProducts,
  findActivation,
  findWebgpuBackend,
  fourFrom,
  readFour,
  runDirectProgram,
  startSums,
  writeBlock,
} from "./directPrograms.ts";
import type { KernelWrapper } from "./wrapKernel.ts";

type Sizes = tf.backend_util.Conv2DInfo;

/** `Conv2D` and `FusedConv2D`: x [batch, height, width, channels], filter [height, width, channels, filters]. */
export const directConv2d: KernelWrapper = (stock, args) => {
  const { x, filter, bias, preluActivationWeights } = args.inputs;
  const backend = findWebgpuBackend(args.backend, [x, filter, bias]);
  const activation = findActivation(args.attrs?.["activation"]);
  const sizes = readSizes(args.attrs, x?.shape, filter?.shape);
  if (x === undefined || filter === undefined || sizes === null) return stock(args);
  if (backend === null || activation === null || preluActivationWeights !== undefined) {
    return stock(args);
  }
  if (bias !== undefined && bias.shape.join() !== `${sizes.outChannels}`) return stock(args);
  const hasBias = bias !== undefined;
  const pixels = sizes.batchSize * sizes.outHeight * sizes.outWidth;
  const blocks = Math.ceil(sizes.outChannels / 4);
  return runDirectProgram(backend, {
    key: `conv2d_${describe(sizes)}_${hasBias}_${activation}`,
    inputs: { x, weights: filter, ...(bias && { bias }) },
    uniforms: { pixels },
    outputShape: sizes.outShape,
    invocations: Math.ceil(pixels / 4) * blocks,
    body: `
  let block = index / ${blocks};
  let row = block * 4;
  if (row >= uniforms.pixels) { return; }
  let column = (index - block * ${blocks}) * 4;
  let columnAt = ${fourFrom("column", `${sizes.outChannels}`)};
  let pixel = ${fourFrom("row", "uniforms.pixels")};
  let image = pixel / ${sizes.outHeight * sizes.outWidth};
  let rest = pixel - image * ${sizes.outHeight * sizes.outWidth};
  let down = rest / ${sizes.outWidth};
  let top = down * ${sizes.strideHeight} - ${sizes.padInfo.top};
  let side = (rest - down * ${sizes.outWidth}) * ${sizes.strideWidth} - ${sizes.padInfo.left};
  let start = image * ${sizes.inHeight * sizes.inWidth * sizes.inChannels};
${startSums}
  var filterAt = columnAt;
  for (var v = 0; v < ${sizes.filterHeight}; v++) {
    let y = top + v * ${sizes.dilationHeight};
    for (var u = 0; u < ${sizes.filterWidth}; u++) {
      let z = side + u * ${sizes.dilationWidth};
      ${checkInside(sizes, "y", "z", sizes.inHeight, sizes.inWidth)}
      var at = start + (y * ${sizes.inWidth} + z) * ${sizes.inChannels};
      ${isPadded(sizes) ? "at = select(vec4<i32>(0), at, isInside);" : ""}
      for (var channel = 0; channel < ${sizes.inChannels}; channel++) {
        ${readInside("left", "x", "at", isPadded(sizes))}
        let right = ${readFour("weights", "filterAt")};
        ${addProducts}
        at += vec4<i32>(1);
        filterAt += vec4<i32>(${sizes.outChannels});
      }
    }
  }
${writeBlock({ rows: "uniforms.pixels", columns: `${sizes.outChannels}`, offset: "0", bias: hasBias, activation })}`,
  });
};

/** `Conv2DBackpropFilter`: what each slice of the batch says about the filter, then the sum of the slices. */
export const directConv2dFilterGradient: KernelWrapper = (stock, args) => {
  const { x, dy } = args.inputs;
  const backend = findWebgpuBackend(args.backend, [x, dy]);
  const sizes = readSizes(args.attrs, x?.shape, args.attrs?.["filterShape"]);
  if (x === undefined || dy === undefined || sizes === null || backend === null) return stock(args);
  const { outChannels, inChannels, filterWidth } = sizes;
  const taps = sizes.filterHeight * filterWidth * inChannels;
  const blocks = Math.ceil(outChannels / 4);
  const tapBlocks = Math.ceil(taps / 4);
  const slices = Math.min(sizes.batchSize, Math.ceil(SLICED_INVOCATIONS / (blocks * tapBlocks)));
  const sliceSize = Math.ceil(sizes.batchSize / slices);
  const parts = runDirectProgram(backend, {
    key: `conv2dFilter_${describe(sizes)}`,
    inputs: { x, dy },
    uniforms: { images: sizes.batchSize, sliceSize, slices },
    outputShape: [slices, taps, outChannels],
    invocations: slices * blocks * tapBlocks,
    body: `
  let tapBlock = index / ${blocks};
  let slice = tapBlock / ${tapBlocks};
  if (slice >= uniforms.slices) { return; }
  let row = (tapBlock - slice * ${tapBlocks}) * 4;
  let column = (index - tapBlock * ${blocks}) * 4;
  let columnAt = ${fourFrom("column", `${outChannels}`)};
  let tap = ${fourFrom("row", `${taps}`)};
  let tapPixel = tap / ${inChannels};
  let v = tapPixel / ${filterWidth};
  let u = tapPixel - v * ${filterWidth};
  let channel = tap - tapPixel * ${inChannels};
${startSums}
  let end = min(uniforms.images, (slice + 1) * uniforms.sliceSize);
  for (var image = slice * uniforms.sliceSize; image < end; image++) {
    var errorAt = columnAt + image * ${sizes.outHeight * sizes.outWidth * outChannels};
    let start = image * ${sizes.inHeight * sizes.inWidth * inChannels} + channel;
    for (var down = 0; down < ${sizes.outHeight}; down++) {
      let y = v + (down * ${sizes.strideHeight} - ${sizes.padInfo.top});
      for (var along = 0; along < ${sizes.outWidth}; along++) {
        let z = u + (along * ${sizes.strideWidth} - ${sizes.padInfo.left});
        ${checkInside(sizes, "y", "z", sizes.inHeight, sizes.inWidth)}
        var at = start + (y * ${sizes.inWidth} + z) * ${inChannels};
        ${isPadded(sizes) ? "at = select(vec4<i32>(0), at, isInside);" : ""}
        ${readInside("left", "x", "at", isPadded(sizes))}
        let right = ${readFour("dy", "errorAt")};
        ${addProducts}
        errorAt += vec4<i32>(${outChannels});
      }
    }
  }
${writeBlock({
  rows: `${taps}`,
  columns: `${outChannels}`,
  offset: `slice * ${taps * outChannels}`,
  bias: false,
  activation: "value",
})}`,
  });
  const gradient = sumSlices(backend, parts, slices, sizes.filterShape);
  backend.disposeData(parts.dataId);
  return gradient;
};

/** About as many as keep the threads of an emulated adapter busy. */
const SLICED_INVOCATIONS = 256;

function sumSlices(
  backend: WebGPUBackend,
  parts: tf.TensorInfo,
  slices: number,
  shape: readonly number[],
): tf.TensorInfo {
  const size = shape.reduce((all, axis) => all * axis, 1);
  return runDirectProgram(backend, {
    key: "sumSlices",
    inputs: { parts },
    uniforms: { slices, count: size },
    outputShape: shape,
    invocations: size,
    body: `
  if (index >= uniforms.count) { return; }
  var sum = 0.0;
  for (var slice = 0; slice < uniforms.slices; slice++) {
    sum += parts[slice * uniforms.count + index];
  }
  result[index] = sum;`,
  });
}

/** `Conv2DBackpropInput`, which is what a transposed convolution computes, too. */
export const directConv2dInputGradient: KernelWrapper = (stock, args) => {
  const { dy, filter } = args.inputs;
  const backend = findWebgpuBackend(args.backend, [dy, filter]);
  const sizes = readSizes(args.attrs, args.attrs?.["inputShape"], filter?.shape);
  if (dy === undefined || filter === undefined || sizes === null || backend === null) {
    return stock(args);
  }
  const { inChannels, outChannels, inHeight, inWidth, strideHeight, strideWidth } = sizes;
  const pixels = sizes.batchSize * inHeight * inWidth;
  const blocks = Math.ceil(inChannels / 4);
  return runDirectProgram(backend, {
    key: `conv2dInput_${describe(sizes)}`,
    inputs: { dy, weights: filter },
    uniforms: { pixels },
    outputShape: sizes.inShape,
    invocations: Math.ceil(pixels / 4) * blocks,
    body: `
  let block = index / ${blocks};
  let row = block * 4;
  if (row >= uniforms.pixels) { return; }
  let column = (index - block * ${blocks}) * 4;
  let columnAt = ${fourFrom("column", `${inChannels}`)};
  let pixel = ${fourFrom("row", "uniforms.pixels")};
  let image = pixel / ${inHeight * inWidth};
  let rest = pixel - image * ${inHeight * inWidth};
  let down = rest / ${inWidth};
  let top = down + ${sizes.padInfo.top};
  let side = rest - down * ${inWidth} + ${sizes.padInfo.left};
  let start = image * ${sizes.outHeight * sizes.outWidth * outChannels};
${startSums}
  for (var v = 0; v < ${sizes.filterHeight}; v++) {
    let y = (top - v) / ${strideHeight};
    let isRow = (top - v >= vec4<i32>(0)) & (y < vec4<i32>(${sizes.outHeight})) & (y * ${strideHeight} == top - v);
    for (var u = 0; u < ${sizes.filterWidth}; u++) {
      let z = (side - u) / ${strideWidth};
      let isInside = isRow & (side - u >= vec4<i32>(0)) & (z < vec4<i32>(${sizes.outWidth})) & (z * ${strideWidth} == side - u);
      if (!any(isInside)) { continue; }
      var at = select(vec4<i32>(0), start + (y * ${sizes.outWidth} + z) * ${outChannels}, isInside);
      var filterAt = ((v * ${sizes.filterWidth} + u) * ${inChannels} + columnAt) * ${outChannels};
      for (var channel = 0; channel < ${outChannels}; channel++) {
        ${readInside("left", "dy", "at", true)}
        let right = ${readFour("weights", "filterAt")};
        ${addProducts}
        at += vec4<i32>(1);
        filterAt += vec4<i32>(1);
      }
    }
  }
${writeBlock({ rows: "uniforms.pixels", columns: `${inChannels}`, offset: "0", bias: false, activation: "value" })}`,
  });
};

function readSizes(
  attrs: tf.NamedAttrMap | undefined,
  inShape: unknown,
  filterShape: unknown,
): Sizes | null {
  if (!isFourSizes(inShape) || !isFourSizes(filterShape) || attrs === undefined) return null;
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs;
  if (dataFormat !== "NHWC" || inShape[3] !== filterShape[2]) return null;
  const sizes = tf.backend_util.computeConv2DInfo(
    inShape,
    filterShape,
    // What tfjs's own kernels are given, under the names and types of their attributes.
    strides as number | [number, number],
    (dilations ?? 1) as number | [number, number],
    pad as "same" | "valid" | number,
    (dimRoundingMode ?? undefined) as "floor" | "round" | "ceil" | undefined,
  );
  return sizes.outShape.includes(0) ? null : sizes;
}

function isFourSizes(shape: unknown): shape is [number, number, number, number] {
  return Array.isArray(shape) && shape.length === 4;
}

/** Everything the WGSL has in it as numbers; the batch is not, because the last one of an epoch is smaller. */
function describe(sizes: Sizes): string {
  const { padInfo } = sizes;
  return [
    [sizes.inHeight, sizes.inWidth, sizes.inChannels],
    [sizes.filterHeight, sizes.filterWidth, sizes.outChannels],
    [sizes.outHeight, sizes.outWidth, sizes.strideHeight, sizes.strideWidth],
    [sizes.dilationHeight, sizes.dilationWidth, padInfo.top, padInfo.left],
  ]
    .map((part) => part.join("x"))
    .join("_");
}

/** Whether a window reaches beyond the picture on any side. */
function isPadded(sizes: Sizes): boolean {
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth } = sizes;
  const bottom = (outHeight - 1) * strideHeight - padInfo.top + sizes.effectiveFilterHeight;
  const right = (outWidth - 1) * strideWidth - padInfo.left + sizes.effectiveFilterWidth;
  return padInfo.top > 0 || padInfo.left > 0 || bottom > sizes.inHeight || right > sizes.inWidth;
}

function checkInside(sizes: Sizes, y: string, z: string, height: number, width: number): string {
  if (!isPadded(sizes)) return "";
  const zero = "vec4<i32>(0)";
  return `let isInside = (${y} >= ${zero}) & (${y} < vec4<i32>(${height})) & (${z} >= ${zero}) & (${z} < vec4<i32>(${width}));`;
}

/** Zeros where `isInside` is false, whatever lies there. */
function readInside(into: string, name: string, at: string, isMasked: boolean): string {
  const read = readFour(name, at);
  return isMasked
    ? `let ${into} = select(vec4<f32>(0.0), ${read}, isInside);`
    : `let ${into} = ${read};`;
}
