import { defineSeparable } from "./separableFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const separableConv2d = defineSeparable(2, {
  type: "separableConv2d",
  title: "SeparableConv2D",
  summary: "A depthwise convolution followed by a 1 × 1 convolution that mixes the channels.",
  about:
    "Does nearly what Conv2D does with a fraction of weights and work, by separating where (a filter per channel) from what (a weighted sum of channels). Weights: kernel height × kernel width × input channels × depth multiplier + input channels × depth multiplier × filters + filters.",
  formula:
    "between = depthwise convolution of the input; output[i, f] = activation(Σ over c of between[i, c] · pointwise[c, f] + bias[f])",
  page: "separable_convolution2d",
  papers: [{ title: "Chollet 2017: Xception", url: "https://arxiv.org/abs/1610.02357" }],
  keywords: ["xception", "depthwise separable", "image"],
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
    {
      params: { filters: 3, dataFormat: "channelsFirst", activation: "relu" },
      inputs: [[2, 5, 6]],
      output: [3, 3, 4],
      weightCount: 27,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 3],
        padding: "same",
        pointwiseInitializer: { name: "heNormal", seed: 2 },
        pointwiseConstraint: { name: "nonNeg" },
        depthwiseRegularizer: { name: "l2", l2: 0.01 },
        activityRegularizer: { name: "l1", l1: 0.01 },
      },
      inputs: [[4, 4, 2]],
      output: [4, 4, 2],
      weightCount: 18,
    },
    {
      params: {
        filters: 4,
        kernelSize: [3, 3],
        ...setWeightOptions("depthwise", "pointwise", "bias"),
        trainable: false,
      },
      inputs: [[6, 7, 3]],
      output: [4, 5, 4],
      weightCount: 43,
    },
  ],
});
