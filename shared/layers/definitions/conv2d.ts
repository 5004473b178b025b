import { defineConvolution } from "./convolutionFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv2d = defineConvolution(2, {
  type: "conv2d",
  title: "Conv2D",
  summary: "Slides small learned filters over an image and gives one map per filter.",
  about:
    "The same kernel looks at every place, so few weights find a pattern wherever it is. Stack them with growing filters and shrinking size; 3 × 3 with padding same is the usual choice. Weights: kernel height × kernel width × input channels / groups × filters + filters.",
  formula:
    "output[y, x, f] = activation(Σ over i, j, c of input[y · stride + i · dilation, x · stride + j · dilation, c] · kernel[i, j, c, f] + bias[f])",
  page: "convolution2d",
  papers: [
    { title: "LeCun et al. 1998: Gradient-based learning applied to document recognition" },
    {
      title:
        "Krizhevsky et al. 2012: ImageNet classification with deep convolutional networks (groups)",
    },
    {
      title: "Yu & Koltun 2015: Multi-scale context aggregation by dilated convolutions",
      url: "https://arxiv.org/abs/1511.07122",
    },
  ],
  keywords: ["cnn", "filter", "image", "feature map", "grouped", "dilated", "atrous", "kernel"],
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
    {
      params: { filters: 4, kernelSize: [3, 3], groups: 2 },
      inputs: [[6, 5, 4]],
      output: [4, 3, 4],
      weightCount: 76,
    },
    {
      params: {
        filters: 6,
        kernelSize: [3, 3],
        groups: 3,
        strides: [2, 2],
        padding: "same",
        useBias: false,
        activation: "relu",
      },
      inputs: [[5, 7, 3]],
      output: [3, 4, 6],
      weightCount: 54,
    },
    {
      params: {
        filters: 4,
        groups: 2,
        kernelSize: [2, 3],
        dilationRate: [2, 1],
        padding: "same",
        dataFormat: "channelsFirst",
        kernelInitializer: { name: "heNormal", seed: 3 },
        biasRegularizer: { name: "l1", l1: 0.01 },
        activityRegularizer: { name: "l2", l2: 0.01 },
      },
      inputs: [[2, 5, 6]],
      output: [4, 5, 6],
      weightCount: 28,
    },
    {
      params: {
        filters: 4,
        kernelSize: [3, 3],
        ...setWeightOptions("kernel", "bias"),
        trainable: false,
      },
      inputs: [[8, 7, 3]],
      output: [6, 5, 4],
      weightCount: 112,
    },
  ],
});
