import { err, ok } from "../../base/result.ts";
import { formatTuple, lastAxis, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  dilationRateParam,
  kernelInitializerParam,
  kernelSizeParam,
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
const dataFormat = "channelsLast";

/**
 * `dataFormat` is not offered: tfjs transposes a channels-first input but neither the output back nor the output
 * shape (tfjs-layers layers/convolutional.ts, conv1dWithBias).
 */
const specs = {
  filters: filtersParam,
  kernelSize: kernelSizeParam(1),
  strides: stridesParam(1),
  padding: {
    kind: "enum",
    options: ["valid", "same", "causal"],
    default: "valid",
    label: "Padding",
    help: "Valid uses only full windows, so the sequence gets shorter. Same pads both ends with zeros. Causal pads the start only, so that no step sees the future; TensorFlow.js has no causal padding, so a model with it can't be trained here.",
  },
  dilationRate: dilationRateParam(1),
  activation: activationParam(),
  useBias,
  kernelInitializer: kernelInitializerParam(),
  kernelRegularizer: kernelRegularizerParam,
  kernelConstraint: kernelConstraintParam,
  ...otherBiasParams,
} as const;

export const conv1d = defineLayer({
  type: "conv1d",
  title: "Conv1D",
  category: "convolution",
  summary: "Slides small learned filters along a sequence.",
  about:
    "Every output step is activation(sum of window × kernel + bias) over neighbouring steps of the input. A fast alternative to recurrent layers for signals, sensor data and text; stack it or raise the dilation rate to see further. Weights: kernel size × input features × filters + filters.",
  sources: [
    {
      title: "Keras: Conv1D layer",
      url: "https://keras.io/api/layers/convolution_layers/convolution1d/",
    },
    { title: "Waibel et al. 1989: Phoneme recognition using time-delay neural networks" },
  ],
  keywords: ["convolution", "temporal", "signal", "sequence", "tcn", "time delay"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ filters, kernelSize, strides, padding, dilationRate, activation }) => [
    String(filters),
    `kernel ${formatTuple(kernelSize)}`,
    ...(padding === "valid" ? [] : [padding]),
    ...captionStrides(strides),
    ...captionDilation(dilationRate),
    ...captionActivation(activation),
  ],

  inferShape({ filters, kernelSize, strides, padding, dilationRate }, inputs) {
    if (padding === "causal") {
      return err({
        code: "parameter",
        param: "padding",
        needs: "'s padding must be valid or same: TensorFlow.js has no causal convolution",
        hints: [
          { kind: "setParam", param: "padding", value: "same", title: "Set padding to same" },
        ],
      });
    }
    const conflict = checkStridesOrDilation(strides, dilationRate);
    if (conflict !== null) return err(conflict);
    const input = readSpatial(onlyInput(inputs), { rank: 1, dataFormat });
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
    return ok(
      joinSpatial(spatial.value, axis(lastAxis(onlyInput(inputs)).name, filters), dataFormat),
    );
  },
  weights({ filters, kernelSize, ...params }, inputs) {
    const channels = countChannels(onlyInput(inputs), dataFormat);
    return [
      weight("kernel", [...kernelSize, channels, filters], params.trainable),
      ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
    ];
  },
  multiplyAdds: ({ kernelSize }, inputs, output) =>
    multiplySizes([
      ...output.axes.map(({ size }) => size),
      ...kernelSize,
      countChannels(onlyInput(inputs), dataFormat),
    ]),
  lower: (params) => lowerParams({ className: "Conv1D", tfjsFactory: "conv1d", specs, params }),
  examples: [
    { params: { filters: 4, kernelSize: [3] }, inputs: [[8, 2]], output: [6, 4], weightCount: 28 },
    {
      params: { filters: 3, kernelSize: [4], padding: "same", activation: "relu" },
      inputs: [[7, 1]],
      output: [7, 3],
      weightCount: 15,
    },
    {
      params: { filters: 2, kernelSize: [3], strides: [2], useBias: false },
      inputs: [[9, 3]],
      output: [4, 2],
      weightCount: 18,
    },
    {
      params: { filters: 2, kernelSize: [3], dilationRate: [2], activation: "tanh" },
      inputs: [[10, 2]],
      output: [6, 2],
      weightCount: 14,
    },
    {
      params: { filters: 2, kernelSize: [2], dilationRate: [3], padding: "same" },
      inputs: [[10, 2]],
      output: [10, 2],
      weightCount: 10,
    },
    {
      params: { filters: 5, kernelSize: [3], strides: [2], padding: "same" },
      inputs: [[null, 2]],
      output: [null, 5],
      weightCount: 35,
    },
  ],
});
