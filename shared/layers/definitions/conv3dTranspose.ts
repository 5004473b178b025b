import { defineTransposedConvolution } from "./transposedFamily.ts";
import { setWeightOptions } from "../weightOptions.ts";

export const conv3dTranspose = defineTransposedConvolution(3, {
  type: "conv3dTranspose",
  title: "Conv3DTranspose",
  summary: "A learned enlargement of a volume or video.",
  about:
    "Conv2DTranspose with one axis more: every value stamps its kernel into the larger volume. The way up in networks that segment scans. Weights: kernel depth × height × width × filters × input channels + filters.",
  formula:
    "output[i · stride + k − offset, f] += Σ over c of input[i, c] · kernel[k, f, c], for every place i and kernel point k; then activation(output + bias)",
  page: "convolution3d_transpose",
  papers: [
    {
      title: "Çiçek et al. 2016: 3D U-Net",
      url: "https://arxiv.org/abs/1606.06650",
    },
  ],
  keywords: ["deconvolution", "upsample", "decoder", "volume", "video", "segmentation"],
  examples: [
    {
      params: { filters: 2, kernelSize: [2, 3, 2] },
      inputs: [[2, 3, 3, 2]],
      output: [3, 5, 4, 2],
      weightCount: 50,
    },
    {
      params: { filters: 2, strides: [2, 1, 2], padding: "same", activation: "relu" },
      inputs: [[2, 3, 2, 1]],
      output: [4, 3, 4, 2],
      weightCount: 56,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 2, 2],
        strides: [2, 2, 3],
        outputPadding: [1, 0, 2],
        useBias: false,
      },
      inputs: [[2, 2, 2, 2]],
      output: [5, 4, 7, 2],
      weightCount: 32,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 2, 2],
        dilationRate: [2, 1, 2],
        dataFormat: "channelsFirst",
      },
      inputs: [[1, 2, 3, 2]],
      output: [2, 4, 4, 4],
      weightCount: 18,
    },
    {
      params: { filters: 1, kernelSize: [1, 2, 2], strides: [1, 2, 2] },
      inputs: [[null, 2, 3, 2]],
      output: [null, 4, 6, 1],
      weightCount: 9,
    },
    {
      params: {
        filters: 2,
        kernelSize: [2, 3, 2],
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l1", l1: 0.01 },
        trainable: false,
      },
      inputs: [[2, 3, 3, 2]],
      output: [3, 5, 4, 2],
      weightCount: 50,
    },
  ],
});
