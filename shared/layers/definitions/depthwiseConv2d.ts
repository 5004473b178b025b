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
import { countChannels, joinSpatial, readChannels, readSpatial, slideWindow } from "../spatial.ts";
import {
  biasParams,
  captionActivation,
  captionStrides,
  checkEqualStrides,
  depthMultiplierParam,
  depthwiseConstraintParam,
  depthwiseRegularizerParam,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;

const specs = {
  kernelSize: kernelSizeParam(2),
  strides: stridesParam(2),
  padding: paddingParam,
  depthMultiplier: depthMultiplierParam,
  dataFormat: dataFormatParam,
  dilationRate: dilationRateParam(2),
  activation: activationParam(),
  useBias,
  depthwiseInitializer: kernelInitializerParam({ label: "Depthwise initializer" }),
  depthwiseRegularizer: depthwiseRegularizerParam,
  depthwiseConstraint: depthwiseConstraintParam,
  ...otherBiasParams,
} as const;

/**
 * tfjs-layers layers/convolutional_depthwise.ts takes `dilationRate` and then ignores it, in the values and in the
 * shape ("TODO: Add support for dilation"): refused here. Its `getConfig` writes the regularizer in the place of
 * `depthwiseConstraint`, so a constraint does not survive a saved topology; predictions are not concerned.
 */
export const depthwiseConv2d = defineLayer({
  type: "depthwiseConv2d",
  title: "DepthwiseConv2D",
  category: "convolution",
  summary: "Filters every channel of an image on its own, without mixing channels.",
  about:
    "Each input channel gets its own depth multiplier filters, so it costs far less than Conv2D. Follow it by a 1 × 1 Conv2D to mix the channels (together they are SeparableConv2D). Weights: kernel height × kernel width × input channels × depth multiplier, and one bias per output channel.",
  sources: [
    {
      title: "Keras: DepthwiseConv2D layer",
      url: "https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/",
    },
    { title: "Howard et al. 2017: MobileNets", url: "https://arxiv.org/abs/1704.04861" },
  ],
  keywords: ["convolution", "mobilenet", "per channel", "image"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ kernelSize, depthMultiplier, strides, padding, activation }) => [
    formatTuple(kernelSize),
    ...(depthMultiplier === 1 ? [] : [`× ${depthMultiplier}`]),
    ...(padding === "same" ? ["same"] : []),
    ...captionStrides(strides),
    ...captionActivation(activation),
  ],

  inferShape({ kernelSize, strides, padding, depthMultiplier, dataFormat, ...params }, inputs) {
    if (params.dilationRate.some((rate) => rate !== 1)) {
      return err({
        code: "parameter",
        param: "dilationRate",
        needs: "'s dilation rate must be 1: TensorFlow.js ignores it in this layer",
        hints: [
          {
            kind: "setParam",
            param: "dilationRate",
            value: [1, 1],
            title: "Set the dilation rate to 1",
          },
        ],
      });
    }
    const uneven = checkEqualStrides(strides);
    if (uneven !== null) return err(uneven);
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const channels = readChannels(input.value);
    if (!channels.ok) return channels;
    const window = { size: kernelSize, strides, padding, param: "kernelSize" } as const;
    const spatial = slideWindow(input.value.spatial, window);
    if (!spatial.ok) return spatial;
    const outputChannels = axis("channels", channels.value * depthMultiplier);
    return ok(joinSpatial(spatial.value, outputChannels, dataFormat));
  },
  weights({ kernelSize, depthMultiplier, dataFormat, ...params }, inputs) {
    const channels = countChannels(onlyInput(inputs), dataFormat);
    const kernel = [...kernelSize, channels, depthMultiplier];
    return [
      weight("depthwise_kernel", kernel, params.trainable),
      ...(params.useBias ? [weight("bias", [channels * depthMultiplier], params.trainable)] : []),
    ];
  },
  multiplyAdds: ({ kernelSize }, _inputs, output) =>
    multiplySizes([...output.axes.map(({ size }) => size), ...kernelSize]),
  lower: (params) =>
    lowerParams({ className: "DepthwiseConv2D", tfjsFactory: "depthwiseConv2d", specs, params }),
  examples: [
    {
      params: { kernelSize: [3, 3] },
      inputs: [[6, 7, 3]],
      output: [4, 5, 3],
      weightCount: 30,
    },
    {
      params: { kernelSize: [3, 2], padding: "same", depthMultiplier: 2, activation: "relu" },
      inputs: [[5, 6, 2]],
      output: [5, 6, 4],
      weightCount: 28,
    },
    {
      params: { kernelSize: [3, 3], strides: [2, 2], padding: "same", useBias: false },
      inputs: [[7, 6, 4]],
      output: [4, 3, 4],
      weightCount: 36,
    },
    {
      params: { kernelSize: [2, 2], strides: [2, 2], dataFormat: "channelsFirst" },
      inputs: [[3, 6, 5]],
      output: [3, 3, 2],
      weightCount: 15,
    },
    {
      params: { kernelSize: [3, 3], padding: "same", activation: "relu6" },
      inputs: [[null, null, 2]],
      output: [null, null, 2],
      weightCount: 20,
    },
  ],
});
