/** Dense and the convolutions of tfjs and of our own, as calls of the kernels in `convolutionKernels.ts`. */
import * as tf from "@tensorflow/tfjs";
import { applyActivation, chooseFusedActivation } from "./activationKernels.ts";
import { runConvolution, runTransposed } from "./convolutionKernels.ts";
import { type ConvolutionSizes, flattenSizes, matrixSizes } from "./convolutionSizes.ts";
import type { FusedLayer } from "./fusedLayers.ts";
import { countAll } from "./kernels.ts";
import { readActivation, readList, readText, readWeight } from "./layerFields.ts";

export const fusedDense: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const kernel = readWeight(layer, "kernel");
  const activation = readActivation(layer, "activation");
  if (x === undefined || kernel === null || activation === null || x.size === 0) return null;
  const [inner = 1, units = 1] = kernel.shape;
  const sizes = matrixSizes(x.size / inner, inner, units);
  return finish(activation, (fused) =>
    runConvolution(
      { x, filter: kernel, bias: readWeight(layer, "bias") },
      { sizes, shape: [...x.shape.slice(0, -1), units], activation: fused },
    ),
  );
};

/** Conv1D, Conv2D, DepthwiseConv2D and our `Convolution` and `DepthwiseConvolution` over sequences and images. */
export const fusedConvolution: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const form = readForm(layer);
  if (x === undefined || form === null || x.size === 0 || x.rank !== form.rank + 2) return null;
  const { kernel, rank, isDepthwise, padding } = form;
  const [images = 1, height = 1] = x.shape;
  const width = rank === 2 ? (x.shape[2] ?? 1) : 1;
  const channels = x.shape.at(-1) ?? 1;
  const two = (values: readonly number[]) =>
    [values[0] ?? 1, rank === 2 ? (values[1] ?? values[0] ?? 1) : 1] as const;
  const [filterHeight, filterWidth] = two(kernel.shape.slice(0, rank));
  const [strideHeight, strideWidth] = two(form.strides);
  const [dilationHeight, dilationWidth] = two(form.dilations);
  const [top, outHeight] = slide(height, filterHeight, {
    stride: strideHeight,
    dilation: dilationHeight,
    padding,
  });
  const [left, outWidth] = slide(width, filterWidth, {
    stride: strideWidth,
    dilation: dilationWidth,
    padding,
  });
  const outChannels = isDepthwise
    ? channels * (kernel.shape.at(-1) ?? 1)
    : (kernel.shape.at(-1) ?? 1);
  const groups = isDepthwise ? channels : channels / (kernel.shape.at(-2) ?? channels);
  const sizes = flattenSizes({
    images,
    inHeight: height,
    inWidth: width,
    inChannels: channels,
    outHeight,
    outWidth,
    outChannels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    top,
    left,
    groups,
  });
  const shape =
    rank === 2 ? [images, outHeight, outWidth, outChannels] : [images, outHeight, outChannels];
  if (countAll(shape) <= 0) return null;
  return finish(form.activation, (fused) =>
    runConvolution({ x, filter: kernel, bias: form.bias }, { sizes, shape, activation: fused }),
  );
};

type Activation = NonNullable<ReturnType<typeof readActivation>>;

function finish(activation: Activation, run: (fused: string) => tf.Tensor): tf.Tensor {
  const fused = chooseFusedActivation(activation.getClassName());
  return tf.tidy(() => {
    const result = run(fused);
    return fused === activation.getClassName() ? result : applyActivation(activation, result);
  });
}

type Padding = "valid" | "same" | "causal";

/** Zeros in front and the number of windows along one axis. */
function slide(
  size: number,
  filter: number,
  by: { readonly stride: number; readonly dilation: number; readonly padding: Padding },
): readonly [before: number, count: number] {
  const { stride, dilation, padding } = by;
  const reach = (filter - 1) * dilation + 1;
  if (padding === "valid") return [0, Math.floor((size - reach) / stride) + 1];
  const count = Math.ceil(size / stride);
  if (padding === "causal") return [reach - 1, count];
  return [Math.floor(Math.max(0, (count - 1) * stride + reach - size) / 2), count];
}

interface ConvolutionForm {
  readonly rank: 1 | 2;
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor | null;
  readonly activation: Activation;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: Padding;
  readonly isDepthwise: boolean;
}

/** Null for what the kernels do not know: volumes, channels first, a pointwise product behind. */
function readForm(layer: tf.layers.Layer): ConvolutionForm | null {
  const kernel = readWeight(layer, "kernel") ?? readWeight(layer, "depthwiseKernel");
  const isDepthwise = readWeight(layer, "depthwiseKernel") !== null;
  const dataFormat = readText(layer, "dataFormat");
  const padding = readText(layer, "padding");
  if (kernel === null || dataFormat === "channelsFirst") return null;
  if (padding !== "valid" && padding !== "same" && padding !== "causal") return null;
  if (readWeight(layer, "pointwiseKernel") !== null) return null;
  const rank = kernel.rank - 2;
  const activation =
    readActivation(layer, "activation") ??
    readActivation(layer, "reader") ??
    readActivation(layer, "depthwiseReader");
  if ((rank !== 1 && rank !== 2) || activation === null) return null;
  // Causal padding is for sequences alone.
  if (padding === "causal" && rank === 2) return null;
  return {
    rank,
    kernel,
    bias: readWeight(layer, "bias"),
    activation,
    strides: readList(layer, "strides"),
    dilations: readList(layer, "dilationRate"),
    padding,
    isDepthwise,
  };
}

/** Conv2DTranspose of tfjs, and our own over sequences and images. */
export const fusedTransposed: FusedLayer = ({ layer, inputs }) => {
  const [x] = inputs;
  const kernel = readWeight(layer, "kernel");
  const activation = readActivation(layer, "activation") ?? readActivation(layer, "reader");
  if (x === undefined || kernel === null || activation === null || x.size === 0) return null;
  const rank = kernel.rank - 2;
  if ((rank !== 1 && rank !== 2) || readText(layer, "dataFormat") === "channelsFirst") return null;
  const place = measureTransposed(layer, x.shape, kernel.shape);
  if (place === null) return null;
  const [images = 1] = x.shape;
  const filters = kernel.shape.at(-2) ?? 1;
  const channels = kernel.shape.at(-1) ?? 1;
  const [vertical, horizontal = pointAxis] = place;
  if (vertical === undefined) return null;
  const sizes: ConvolutionSizes = flattenSizes({
    images,
    inHeight: vertical.size,
    inWidth: horizontal.size,
    inChannels: filters,
    outHeight: x.shape[1] ?? 1,
    outWidth: rank === 2 ? (x.shape[2] ?? 1) : 1,
    outChannels: channels,
    filterHeight: vertical.filter,
    filterWidth: horizontal.filter,
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    dilationHeight: vertical.dilation,
    dilationWidth: horizontal.dilation,
    top: vertical.before,
    left: horizontal.before,
    groups: 1,
  });
  const shape = [images, ...place.map(({ size }) => size), filters];
  return finish(activation, (fused) =>
    runTransposed(
      { x, filter: kernel, bias: readWeight(layer, "bias") },
      { sizes, shape, activation: fused },
    ),
  );
};

interface TransposedAxis {
  readonly size: number;
  readonly before: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
}

const pointAxis: TransposedAxis = { size: 1, before: 0, filter: 1, stride: 1, dilation: 1 };

/** Our own class tells its sizes and what it cuts off; tfjs's is a convolution of its output with padding as named. */
function measureTransposed(
  layer: tf.layers.Layer,
  inputShape: readonly number[],
  kernelShape: readonly number[],
): readonly TransposedAxis[] | null {
  const rank = kernelShape.length - 2;
  const output = layer.computeOutputShape([...inputShape]);
  const strides = readList(layer, "strides");
  const dilations = readList(layer, "dilationRate");
  const padding = readText(layer, "padding");
  const cut: unknown = Reflect.get(layer, "cropBefore");
  const axes: TransposedAxis[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const size = output[axis + 1];
    if (typeof size !== "number" || size <= 0) return null;
    const filter = kernelShape[axis] ?? 1;
    const stride = strides[axis] ?? 1;
    const dilation = dilations[axis] ?? 1;
    const reach = (filter - 1) * dilation + 1;
    const count = inputShape[axis + 1] ?? 1;
    const before =
      typeof cut === "function"
        ? Number(Reflect.apply(cut, layer, [axis]))
        : padding === "same"
          ? Math.floor(Math.max(0, (count - 1) * stride + reach - size) / 2)
          : 0;
    axes.push({ size, before, filter, stride, dilation });
  }
  return axes;
}
