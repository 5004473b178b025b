import { defineDepthwise } from "./depthwiseFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const depthwiseConv2d = defineDepthwise(2, {
  type: "depthwiseConv2d",
  title: "DepthwiseConv2D",
  summary: "Filters every channel of an image on its own, without mixing channels.",
  about:
    "Each input channel gets its own depth multiplier filters, so it costs far less than Conv2D. Follow it by a 1 × 1 Conv2D to mix the channels (together they are SeparableConv2D). Weights: kernel height × kernel width × input channels × depth multiplier, and one bias per output channel.",
  formula:
    "output[i, c · multiplier + m] = activation(Σ over k of input[i · stride + k · dilation, c] · kernel[k, c, m] + bias)",
  page: "depthwise_convolution2d",
  papers: [{ title: "Howard et al. 2017: MobileNets", url: "https://arxiv.org/abs/1704.04861" }],
  keywords: ["mobilenet", "per channel", "image"],
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
    {
      params: { kernelSize: [3, 2], dilationRate: [2, 1], padding: "same", depthMultiplier: 2 },
      inputs: [[6, 5, 2]],
      output: [6, 5, 4],
      weightCount: 28,
    },
    {
      params: {
        kernelSize: [2, 2],
        dilationRate: [2, 3],
        dataFormat: "channelsFirst",
        activation: "relu",
      },
      inputs: [[2, 5, 6]],
      output: [2, 3, 3],
      weightCount: 10,
    },
    {
      params: {
        kernelSize: [2, 2],
        depthwiseInitializer: { name: "heUniform", seed: 4 },
        depthwiseRegularizer: { name: "l1", l1: 0.01 },
        activityRegularizer: { name: "l1", l1: 0.01 },
        depthwiseConstraint: { name: "maxNorm", maxValue: 2, axis: 0 },
      },
      inputs: [[4, 4, 3]],
      output: [3, 3, 3],
      weightCount: 15,
    },
    {
      params: { kernelSize: [3, 3], ...setWeightOptions("depthwise", "bias"), trainable: false },
      inputs: [[6, 7, 3]],
      output: [4, 5, 3],
      weightCount: 30,
    },
  ],
});
