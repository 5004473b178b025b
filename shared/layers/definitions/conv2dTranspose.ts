import { defineTransposedConvolution } from "./transposedFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv2dTranspose = defineTransposedConvolution(2, {
  type: "conv2dTranspose",
  title: "Conv2DTranspose",
  summary: "A learned enlargement: the convolution run backwards, as in decoders and generators.",
  about:
    "Every input value stamps its kernel, weighted, into the larger output; overlaps add up. A kernel size that strides divide evenly (4 with 2) avoids checkerboard patterns; UpSampling2D followed by Conv2D avoids them too. Weights: kernel height × kernel width × filters × input channels + filters.",
  formula:
    "output[i · stride + k − offset, f] += Σ over c of input[i, c] · kernel[k, f, c], for every place i and kernel point k; then activation(output + bias)",
  page: "convolution2d_transpose",
  papers: [
    {
      title: "Zeiler et al. 2010: Deconvolutional networks",
      url: "https://www.matthewzeiler.com/mattzeiler/deconvolutionalnetworks.pdf",
    },
  ],
  keywords: ["deconvolution", "upsample", "decoder", "generator", "autoencoder", "image"],
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
    {
      params: { filters: 2, strides: [2, 3], padding: "same", outputPadding: [1, 0] },
      inputs: [[3, 4, 2]],
      output: [6, 10, 2],
      weightCount: 38,
    },
    {
      params: { filters: 2, kernelSize: [2, 2], strides: [3, 2], outputPadding: [2, 1] },
      inputs: [[3, 3, 1]],
      output: [10, 7, 2],
      weightCount: 10,
    },
    {
      params: { filters: 2, kernelSize: [3, 2], dilationRate: [1, 3], padding: "same" },
      inputs: [[4, 5, 2]],
      output: [4, 5, 2],
      weightCount: 26,
    },
    {
      params: {
        filters: 3,
        kernelSize: [2, 2],
        dilationRate: [2, 2],
        dataFormat: "channelsFirst",
        activation: "tanh",
      },
      inputs: [[2, 3, 4]],
      output: [3, 5, 6],
      weightCount: 27,
    },
    {
      params: {
        filters: 3,
        kernelSize: [3, 3],
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[4, 5, 2]],
      output: [6, 7, 3],
      weightCount: 57,
    },
  ],
});
