import { err, ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, parameterIssue, weight } from "../axes.ts";
import {
  activationParam,
  constraintParam,
  dataFormatParam,
  dilationRateParam,
  initializerParam,
  kernelSizeParam,
  paddingParam,
  regularizerParam,
  stridesParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { NamedConfig } from "../params.ts";
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
  checkEqualStrides,
  depthMultiplierParam,
  depthwiseConstraintParam,
  depthwiseRegularizerParam,
  filtersParam,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;
const dataFormat = "channelsLast";

const specs = {
  filters: filtersParam,
  kernelSize: kernelSizeParam(2),
  strides: stridesParam(2),
  padding: paddingParam,
  dataFormat: dataFormatParam,
  dilationRate: dilationRateParam(2),
  depthMultiplier: depthMultiplierParam,
  activation: activationParam(),
  useBias,
  depthwiseInitializer: initializerParam({
    label: "Depthwise initializer",
    initial: "glorotUniform",
  }),
  pointwiseInitializer: initializerParam({
    label: "Pointwise initializer",
    initial: "glorotUniform",
    help: "How the 1 × 1 weights are drawn. TensorFlow.js draws them as the depthwise initializer says, so both must be the same here.",
  }),
  depthwiseRegularizer: depthwiseRegularizerParam,
  pointwiseRegularizer: regularizerParam("Pointwise regularizer"),
  depthwiseConstraint: depthwiseConstraintParam,
  pointwiseConstraint: constraintParam("Pointwise constraint"),
  ...otherBiasParams,
} as const;

/**
 * Two faults of tfjs-layers layers/convolutional.ts, SeparableConv: the constructor gives `depthwiseInitializer` to
 * the pointwise kernel too, and with channels first the bias is added along the wrong axis. Both are refused here.
 */
export const separableConv2d = defineLayer({
  type: "separableConv2d",
  title: "SeparableConv2D",
  category: "convolution",
  summary: "A depthwise convolution followed by a 1 × 1 convolution that mixes the channels.",
  about:
    "Does nearly what Conv2D does with a fraction of weights and work, by separating where (a filter per channel) from what (a weighted sum of channels). Weights: kernel height × kernel width × input channels × depth multiplier + input channels × depth multiplier × filters + filters.",
  sources: [
    {
      title: "Keras: SeparableConv2D layer",
      url: "https://keras.io/api/layers/convolution_layers/separable_convolution2d/",
    },
    { title: "Chollet 2017: Xception", url: "https://arxiv.org/abs/1610.02357" },
  ],
  keywords: ["convolution", "xception", "depthwise separable", "image"],
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

  inferShape({ filters, kernelSize, strides, padding, dilationRate, ...params }, inputs) {
    if (params.dataFormat !== dataFormat) {
      return parameterIssue(
        "dataFormat",
        "'s data format must be channelsLast: TensorFlow.js adds the bias along the wrong axis otherwise",
        [
          {
            kind: "setParam",
            param: "dataFormat",
            value: dataFormat,
            title: "Set the data format to channelsLast",
          },
        ],
      );
    }
    if (!areSameConfigs(params.depthwiseInitializer, params.pointwiseInitializer)) {
      return parameterIssue(
        "pointwiseInitializer",
        "'s pointwise initializer must be the same as its depthwise initializer: TensorFlow.js uses that for both",
        [
          {
            kind: "setParam",
            param: "pointwiseInitializer",
            value: params.depthwiseInitializer,
            title: "Use the depthwise initializer for both",
          },
        ],
      );
    }
    const conflict = checkEqualStrides(strides) ?? checkStridesOrDilation(strides, dilationRate);
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
  weights({ filters, kernelSize, depthMultiplier, ...params }, inputs) {
    const channels = countChannels(onlyInput(inputs), dataFormat);
    const pointwise = [1, 1, channels * depthMultiplier, filters];
    return [
      weight("depthwise_kernel", [...kernelSize, channels, depthMultiplier], params.trainable),
      weight("pointwise_kernel", pointwise, params.trainable),
      ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
    ];
  },
  multiplyAdds({ filters, kernelSize, depthMultiplier }, inputs, output) {
    const between = countChannels(onlyInput(inputs), dataFormat) * depthMultiplier;
    const places = multiplySizes(output.axes.slice(0, 2).map(({ size }) => size));
    const window = kernelSize.reduce((product, size) => product * size, 1);
    return places === null ? null : places * between * (window + filters);
  },
  lower: (params) =>
    lowerParams({ className: "SeparableConv2D", tfjsFactory: "separableConv2d", specs, params }),
  examples: [
    {
      params: { filters: 4, kernelSize: [3, 3] },
      inputs: [[6, 7, 3]],
      output: [4, 5, 4],
      weightCount: 43,
    },
    {
      params: { filters: 3, kernelSize: [3, 3], padding: "same", depthMultiplier: 2 },
      inputs: [[5, 6, 2]],
      output: [5, 6, 3],
      weightCount: 51,
    },
    {
      params: { filters: 2, strides: [2, 2], padding: "same", activation: "relu", useBias: false },
      inputs: [[7, 6, 3]],
      output: [4, 3, 2],
      weightCount: 33,
    },
    {
      params: { filters: 2, kernelSize: [3, 3], dilationRate: [2, 2], activation: "tanh" },
      inputs: [[8, 7, 2]],
      output: [4, 3, 2],
      weightCount: 24,
    },
    {
      params: {
        filters: 2,
        depthwiseInitializer: { name: "heNormal", seed: 2 },
        pointwiseInitializer: { name: "heNormal", seed: 2 },
      },
      inputs: [[null, 8, 2]],
      output: [null, 6, 2],
      weightCount: 24,
    },
  ],
});

function areSameConfigs(left: NamedConfig, right: NamedConfig): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => (left[key] ?? null) === (right[key] ?? null));
}
