import { defineSeparable } from "./separableFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const separableConv1d = defineSeparable(1, {
  type: "separableConv1d",
  title: "SeparableConv1D",
  summary: "A depthwise convolution along time followed by one that mixes the features.",
  about:
    "Does nearly what Conv1D does with a fraction of weights and work, by separating when (a filter per feature) from what (a weighted sum of features). Weights: kernel size × input features × depth multiplier + input features × depth multiplier × filters + filters.",
  formula:
    "between = depthwise convolution of the input; output[i, f] = activation(Σ over c of between[i, c] · pointwise[c, f] + bias[f])",
  page: "separable_convolution1d",
  papers: [{ title: "Chollet 2017: Xception", url: "https://arxiv.org/abs/1610.02357" }],
  keywords: ["depthwise separable", "sequence", "signal", "text"],
  examples: [
    { params: { filters: 3 }, inputs: [[6, 2]], output: [4, 3], weightCount: 15 },
    {
      params: { filters: 2, kernelSize: [2], strides: [2], padding: "same", depthMultiplier: 2 },
      inputs: [[5, 3]],
      output: [3, 2],
      weightCount: 26,
    },
    {
      params: {
        filters: 4,
        dilationRate: [2],
        padding: "same",
        activation: "relu",
        useBias: false,
      },
      inputs: [[7, 2]],
      output: [7, 4],
      weightCount: 14,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2],
        dataFormat: "channelsFirst",
        pointwiseInitializer: { name: "heNormal", seed: 2 },
        pointwiseRegularizer: { name: "l2", l2: 0.01 },
        activityRegularizer: { name: "l1", l1: 0.01 },
      },
      inputs: [[3, 5]],
      output: [2, 4],
      weightCount: 14,
    },
    {
      params: { filters: 2, padding: "same" },
      inputs: [[null, 2]],
      output: [null, 2],
      weightCount: 12,
    },
    {
      params: {
        filters: 3,
        ...setWeightOptions("depthwise", "pointwise", "bias"),
        trainable: false,
      },
      inputs: [[6, 2]],
      output: [4, 3],
      weightCount: 15,
    },
  ],
});
