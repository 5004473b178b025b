import { defineConvolution } from "./convolutionFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv3d = defineConvolution(3, {
  type: "conv3d",
  title: "Conv3D",
  summary: "Slides small learned filters through a volume or a video.",
  about:
    "Like Conv2D with one axis more: depth for scans, time for videos. Costly, because the work grows with the cube of the kernel's side; keep kernels and filters small. Weights: kernel depth × height × width × input channels / groups × filters + filters.",
  formula:
    "output[z, y, x, f] = activation(Σ over the window and c of input[…, c] · kernel[…, c, f] + bias[f])",
  page: "convolution3d",
  papers: [
    {
      title: "Tran et al. 2015: Learning spatiotemporal features with 3D convolutional networks",
      url: "https://arxiv.org/abs/1412.0767",
    },
  ],
  keywords: ["volume", "video", "scan", "voxel", "medical"],
  examples: [
    {
      params: { filters: 3, kernelSize: [2, 3, 2] },
      inputs: [[4, 5, 4, 2]],
      output: [3, 3, 3, 3],
      weightCount: 75,
    },
    {
      params: { filters: 2, strides: [2, 1, 2], padding: "same", activation: "relu" },
      inputs: [[4, 3, 5, 2]],
      output: [2, 3, 3, 2],
      weightCount: 110,
    },
    {
      params: { filters: 2, kernelSize: [2, 2, 2], dilationRate: [2, 1, 2], useBias: false },
      inputs: [[4, 4, 5, 2]],
      output: [2, 3, 3, 2],
      weightCount: 32,
    },
    {
      params: { filters: 4, kernelSize: [2, 2, 1], groups: 2, padding: "same", activation: "tanh" },
      inputs: [[3, 3, 4, 2]],
      output: [3, 3, 4, 4],
      weightCount: 20,
    },
    {
      params: { filters: 2, kernelSize: [2, 2, 2], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 4, 4]],
      output: [2, 2, 3, 3],
      weightCount: 34,
    },
    {
      params: { filters: 2, kernelSize: [1, 2, 2] },
      inputs: [[null, 4, 4, 1]],
      output: [null, 3, 3, 2],
      weightCount: 10,
    },
    {
      params: {
        filters: 3,
        kernelSize: [2, 3, 2],
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[4, 5, 4, 2]],
      output: [3, 3, 3, 3],
      weightCount: 75,
    },
  ],
});
