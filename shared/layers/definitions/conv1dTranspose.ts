import { defineTransposedConvolution } from "./transposedFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv1dTranspose = defineTransposedConvolution(1, {
  type: "conv1dTranspose",
  title: "Conv1DTranspose",
  summary: "A learned lengthening of a sequence: the convolution run backwards.",
  about:
    "Every step stamps its kernel, weighted, into a longer output; overlaps add up. The way up in decoders of signals and sound. With padding same and stride 2 the sequence becomes twice as long. Weights: kernel size × filters × input features + filters.",
  formula:
    "output[i · stride + k − offset, f] += Σ over c of input[i, c] · kernel[k, f, c], for every place i and kernel point k; then activation(output + bias)",
  page: "convolution1d_transpose",
  papers: [
    {
      title: "Zeiler et al. 2010: Deconvolutional networks",
      url: "https://www.matthewzeiler.com/mattzeiler/deconvolutionalnetworks.pdf",
    },
  ],
  keywords: ["deconvolution", "upsample", "decoder", "signal", "sequence", "audio"],
  examples: [
    { params: { filters: 3 }, inputs: [[5, 2]], output: [7, 3], weightCount: 21 },
    {
      params: { filters: 2, kernelSize: [4], strides: [2], padding: "same", activation: "relu" },
      inputs: [[4, 3]],
      output: [8, 2],
      weightCount: 26,
    },
    {
      params: { filters: 2, kernelSize: [3], strides: [3], padding: "same", outputPadding: [1] },
      inputs: [[4, 2]],
      output: [11, 2],
      weightCount: 14,
    },
    {
      params: { filters: 2, kernelSize: [3], dilationRate: [2], dataFormat: "channelsFirst" },
      inputs: [[2, 5]],
      output: [2, 9],
      weightCount: 14,
    },
    {
      params: { filters: 1, kernelSize: [2], strides: [4], useBias: false },
      inputs: [[null, 2]],
      output: [null, 1],
      weightCount: 4,
    },
    {
      params: {
        filters: 3,
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[5, 2]],
      output: [7, 3],
      weightCount: 21,
    },
  ],
});
