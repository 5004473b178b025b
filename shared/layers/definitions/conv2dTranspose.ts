import { ok } from "../../base/result.ts";
import { formatTuple, multiplySizes, onlyInput, weight } from "../axes.ts";
import {
  activationParam,
  dataFormatParam,
  kernelInitializerParam,
  kernelSizeParam,
  paddingParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis } from "../shape.ts";
import { countChannels, joinSpatial, readChannels, readSpatial } from "../spatial.ts";
import {
  biasParams,
  captionActivation,
  captionStrides,
  filtersParam,
  kernelConstraintParam,
  kernelRegularizerParam,
} from "./convolution.ts";

const { useBias, ...otherBiasParams } = biasParams;

/** Not offered, because tfjs lacks them: Keras's `output_padding` and `dilation_rate`. */
const specs = {
  filters: filtersParam,
  kernelSize: kernelSizeParam(2),
  strides: {
    kind: "intTuple",
    length: 2,
    default: [1, 1],
    min: 1,
    label: "Strides",
    help: "How much larger the output is along each axis. 2 doubles the size.",
  },
  padding: {
    ...paddingParam,
    help: "Same makes the output exactly strides times as large. Valid adds what the kernel reaches beyond that.",
  },
  dataFormat: dataFormatParam,
  activation: activationParam(),
  useBias,
  kernelInitializer: kernelInitializerParam(),
  kernelRegularizer: kernelRegularizerParam,
  kernelConstraint: kernelConstraintParam,
  ...otherBiasParams,
} as const;

export const conv2dTranspose = defineLayer({
  type: "conv2dTranspose",
  title: "Conv2DTranspose",
  category: "convolution",
  summary: "A learned enlargement: the convolution run backwards, as in decoders and generators.",
  about:
    "Every input value stamps its kernel, weighted, into the larger output; overlaps add up. A kernel size that strides divide evenly (4 with 2) avoids checkerboard patterns; UpSampling2D followed by Conv2D avoids them too. Weights: kernel height × kernel width × filters × input channels + filters.",
  sources: [
    {
      title: "Keras: Conv2DTranspose layer",
      url: "https://keras.io/api/layers/convolution_layers/convolution2d_transpose/",
    },
    {
      title: "Zeiler et al. 2010: Deconvolutional networks",
      url: "https://www.matthewzeiler.com/mattzeiler/deconvolutionalnetworks.pdf",
    },
  ],
  keywords: ["deconvolution", "upsample", "decoder", "generator", "autoencoder", "image"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ filters, kernelSize, strides, padding, activation }) => [
    String(filters),
    formatTuple(kernelSize),
    ...(padding === "same" ? ["same"] : []),
    ...captionStrides(strides),
    ...captionActivation(activation),
  ],

  inferShape({ filters, kernelSize, strides, padding, dataFormat }, inputs) {
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat });
    if (!input.ok) return input;
    const channels = readChannels(input.value);
    if (!channels.ok) return channels;
    const spatial = input.value.spatial.map(({ name, size }, index) => {
      const stride = strides[index] ?? 1;
      const beyond = padding === "same" ? 0 : Math.max((kernelSize[index] ?? 1) - stride, 0);
      return axis(name, size === null ? null : size * stride + beyond);
    });
    return ok(joinSpatial(spatial, axis("channels", filters), dataFormat));
  },
  weights({ filters, kernelSize, dataFormat, ...params }, inputs) {
    const channels = countChannels(onlyInput(inputs), dataFormat);
    return [
      weight("kernel", [...kernelSize, filters, channels], params.trainable),
      ...(params.useBias ? [weight("bias", [filters], params.trainable)] : []),
    ];
  },
  multiplyAdds: ({ filters, kernelSize }, inputs) =>
    multiplySizes([...onlyInput(inputs).axes.map(({ size }) => size), ...kernelSize, filters]),
  lower: (params) =>
    lowerParams({ className: "Conv2DTranspose", tfjsFactory: "conv2dTranspose", specs, params }),
  examples: [
    {
      params: { filters: 3, kernelSize: [3, 3] },
      inputs: [[4, 5, 2]],
      output: [6, 7, 3],
      weightCount: 57,
    },
    {
      params: { filters: 2, kernelSize: [4, 4], strides: [2, 2], padding: "same" },
      inputs: [[3, 4, 2]],
      output: [6, 8, 2],
      weightCount: 66,
    },
    {
      params: { filters: 2, kernelSize: [3, 3], strides: [2, 3], activation: "relu" },
      inputs: [[3, 4, 1]],
      output: [7, 12, 2],
      weightCount: 20,
    },
    {
      params: { filters: 1, kernelSize: [2, 2], strides: [3, 3], useBias: false },
      inputs: [[3, 3, 2]],
      output: [9, 9, 1],
      weightCount: 8,
    },
    {
      params: {
        filters: 2,
        kernelSize: [3, 3],
        strides: [2, 2],
        padding: "same",
        dataFormat: "channelsFirst",
        activation: "sigmoid",
      },
      inputs: [[3, 3, 4]],
      output: [2, 6, 8],
      weightCount: 56,
    },
    {
      params: { filters: 2, kernelSize: [3, 3], strides: [2, 2], padding: "same" },
      inputs: [[null, null, 2]],
      output: [null, null, 2],
      weightCount: 38,
    },
  ],
});
