import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  dataFormatParam,
  dilationRateParam,
  kernelInitializerParam,
  kernelSizeParam,
  paddingParam,
  stridesParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis } from "../shape.ts";
import {
  checkStridesOrDilation,
  countChannels,
  joinSpatial,
  readChannels,
  readSpatial,
  slideWindow,
} from "../spatial.ts";
import {
  biasParams,
  captionActivation,
  captionDilation,
  captionStrides,
  filtersParam,
  kernelConstraintParam,
  kernelRegularizerParam,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;

const specs = {
  filters: filtersParam,
  kernelSize: kernelSizeParam(2),
  strides: stridesParam(2),
  padding: paddingParam,
  dataFormat: dataFormatParam,
  dilationRate: dilationRateParam(2),
  activation: activationParam(),
  useBias,
  kernelInitializer: kernelInitializerParam(),
  kernelRegularizer: kernelRegularizerParam,
  kernelConstraint: kernelConstraintParam,
  ...otherBiasParams,
} as const;

/**
 * Dilated kernels have no gradient in tfjs ("gradients of dilated convolutions", tfjs-core gradients/Conv2D_grad.ts);
 * `engine/patches.ts` supplies one.
 */
export const conv2d = defineLayer({
  type: "conv2d",
  title: "Conv2D",
  category: "convolution",
  summary: "Slides small learned filters over an image and gives one map per filter.",
  about:
    "Every output value is activation(sum of window × kernel + bias): the same kernel looks at every place, so few weights find a pattern wherever it is. Stack them with growing filters and shrinking size; 3 × 3 with padding same is the usual choice. Weights: kernel height × kernel width × input channels × filters + filters.",
  sources: [
    {
      title: "Keras: Conv2D layer",
      url: "https://keras.io/api/layers/convolution_layers/convolution2d/",
    },
    { title: "LeCun et al. 1998: Gradient-based learning applied to document recognition" },
  ],
  keywords: ["convolution", "cnn", "filter", "image", "feature map"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ filters, kernelSize, strides, padding, dilationRate, activation }) => [
    String(filters),
    formatTuple(kernelSize),
    ...(padding === "same" ? ["same"] : []),
    ...captionStrides(strides),
    ...captionDilation(dilationRate),
    ...captionActivation(activation),
  ],

  inferShape({ filters, kernelSize, strides, padding, dataFormat, dilationRate }, inputs) {
    const conflict = checkStridesOrDilation(strides, dilationRate);
    if (conflict !== null) return err(conflict);
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const channels = readChannels(input.value);
    if (!channels.ok) return channels;
    const spatial = slideWindow(input.value.spatial, {
      size: kernelSize,
      strides,
      padding,
      dilation: dilationRate,
      param: "kernelSize",
    });
    if (!spatial.ok) return spatial;
    return ok(joinSpatial(spatial.value, axis("channels", filters), dataFormat));
  },
  weights(params, inputs) {
    const kernel = [
      ...params.kernelSize,
      countChannels(onlyInput(inputs), params.dataFormat),
      params.filters,
    ];
    return [
      weight("kernel", kernel, params.trainable),
      ...(params.useBias ? [weight("bias", [params.filters], params.trainable)] : []),
    ];
  },
  multiplyAdds: (params, inputs, output) =>
    multiplySizes([
      ...output.axes.map(({ size }) => size),
      ...params.kernelSize,
      countChannels(onlyInput(inputs), params.dataFormat),
    ]),
  lower: (params) => lowerParams({ className: "Conv2D", tfjsFactory: "conv2d", specs, params }),
  examples: [
    {
      params: { filters: 4, kernelSize: [3, 3] },
      inputs: [[8, 7, 3]],
      output: [6, 5, 4],
      weightCount: 112,
    },
    {
      params: { filters: 2, kernelSize: [3, 2], padding: "same", activation: "relu" },
      inputs: [[5, 6, 1]],
      output: [5, 6, 2],
      weightCount: 14,
    },
    {
      params: { filters: 3, kernelSize: [3, 3], strides: [2, 3], useBias: false },
      inputs: [[9, 10, 2]],
      output: [4, 3, 3],
      weightCount: 54,
    },
    {
      params: { filters: 3, kernelSize: [3, 3], strides: [2, 2], padding: "same" },
      inputs: [[7, 8, 2]],
      output: [4, 4, 3],
      weightCount: 57,
    },
    {
      params: { filters: 2, kernelSize: [3, 3], dilationRate: [2, 2] },
      inputs: [[8, 9, 2]],
      output: [4, 5, 2],
      weightCount: 38,
    },
    {
      params: { filters: 2, kernelSize: [3, 2], dilationRate: [2, 3], padding: "same" },
      inputs: [[8, 9, 2]],
      output: [8, 9, 2],
      weightCount: 26,
    },
    {
      params: { filters: 4, dataFormat: "channelsFirst", activation: "tanh" },
      inputs: [[2, 6, 5]],
      output: [4, 4, 3],
      weightCount: 76,
    },
    {
      params: { filters: 3, kernelSize: [1, 1], activation: "softmax" },
      inputs: [[4, 4, 2]],
      output: [4, 4, 3],
      weightCount: 9,
    },
    {
      params: { filters: 4, kernelSize: [5, 5], padding: "same" },
      inputs: [[null, null, 3]],
      output: [null, null, 4],
      weightCount: 304,
    },
    {
      params: {
        filters: 2,
        activation: "elu",
        kernelInitializer: { name: "heUniform", seed: 1 },
        biasInitializer: { name: "constant", value: 0.1 },
        kernelRegularizer: { name: "l2", l2: 0.001 },
        kernelConstraint: { name: "maxNorm", maxValue: 2, axis: 0 },
        trainable: false,
      },
      inputs: [[5, 5, 2]],
      output: [3, 3, 2],
      weightCount: 38,
    },
  ],
});
