import { defineConvolution } from "./convolutionFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv1d = defineConvolution(1, {
  type: "conv1d",
  title: "Conv1D",
  summary: "Slides small learned filters along a sequence.",
  about:
    "Every output step looks at neighbouring steps of the input through the same small kernel. A fast alternative to recurrent layers for signals, sensor data and text; stack it or raise the dilation rate to see further. With causal padding no step sees a later one, as forecasting and WaveNet want. Weights: kernel size × input features / groups × filters + filters.",
  formula:
    "output[t, f] = activation(Σ over k, c of input[t · stride + k · dilation, c] · kernel[k, c, f] + bias[f])",
  page: "convolution1d",
  papers: [
    { title: "Waibel et al. 1989: Phoneme recognition using time-delay neural networks" },
    { title: "van den Oord et al. 2016: WaveNet", url: "https://arxiv.org/abs/1609.03499" },
  ],
  keywords: ["temporal", "signal", "sequence", "tcn", "time delay", "causal", "wavenet"],
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
    {
      params: { filters: 3, kernelSize: [3], padding: "causal", activation: "relu" },
      inputs: [[6, 2]],
      output: [6, 3],
      weightCount: 21,
    },
    {
      params: { filters: 2, kernelSize: [2], padding: "causal", dilationRate: [4] },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 14,
    },
    {
      params: { filters: 2, kernelSize: [3], padding: "causal", strides: [2] },
      inputs: [[8, 2]],
      output: [4, 2],
      weightCount: 14,
    },
    {
      params: { filters: 4, kernelSize: [3], groups: 2, padding: "same" },
      inputs: [[6, 6]],
      output: [6, 4],
      weightCount: 40,
    },
    {
      params: { filters: 3, kernelSize: [2], dataFormat: "channelsFirst", activation: "tanh" },
      inputs: [[2, 7]],
      output: [3, 6],
      weightCount: 15,
    },
    {
      params: {
        filters: 4,
        kernelSize: [3],
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[8, 2]],
      output: [6, 4],
      weightCount: 28,
    },
  ],
});
