import { defineDepthwise } from "./depthwiseFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const depthwiseConv1d = defineDepthwise(1, {
  type: "depthwiseConv1d",
  title: "DepthwiseConv1D",
  summary: "Filters every feature of a sequence on its own, without mixing features.",
  about:
    "Each input feature gets its own depth multiplier filters along time, so it costs far less than Conv1D: good for smoothing or differencing many sensors at once. Follow it by a Conv1D of kernel size 1 to mix the features. Weights: kernel size × input features × depth multiplier, and one bias per output feature.",
  formula:
    "output[i, c · multiplier + m] = activation(Σ over k of input[i · stride + k · dilation, c] · kernel[k, c, m] + bias)",
  page: "depthwise_convolution1d",
  papers: [{ title: "Howard et al. 2017: MobileNets", url: "https://arxiv.org/abs/1704.04861" }],
  keywords: ["per channel", "sequence", "signal", "sensor"],
  examples: [
    { params: { kernelSize: [3] }, inputs: [[6, 2]], output: [4, 2], weightCount: 8 },
    {
      params: { kernelSize: [4], strides: [2], padding: "same", depthMultiplier: 2 },
      inputs: [[7, 3]],
      output: [4, 6],
      weightCount: 30,
    },
    {
      params: { kernelSize: [3], dilationRate: [2], useBias: false, activation: "tanh" },
      inputs: [[8, 2]],
      output: [4, 2],
      weightCount: 6,
    },
    {
      params: { kernelSize: [2], dataFormat: "channelsFirst", padding: "same" },
      inputs: [[3, 5]],
      output: [3, 5],
      weightCount: 9,
    },
    {
      params: { kernelSize: [3], depthwiseRegularizer: { name: "l2", l2: 0.01 } },
      inputs: [[null, 2]],
      output: [null, 2],
      weightCount: 8,
    },
    {
      params: {
        kernelSize: [3],
        ...setWeightOptions("depthwise", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[6, 2]],
      output: [4, 2],
      weightCount: 8,
    },
  ],
});
