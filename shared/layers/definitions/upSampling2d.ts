import { defineUpSampling } from "./upSamplingFamily.ts";

export const upSampling2d = defineUpSampling(2, {
  type: "upSampling2d",
  title: "UpSampling2D",
  summary: "Enlarges an image by repeating or blending its rows and columns.",
  about:
    "The plain way up in decoders and U-Nets: enlarge, then let a Conv2D smooth and refine. It has no weights and makes no checkerboard patterns.",
  page: "up_sampling2d",
  keywords: ["resize", "image", "nearest", "bilinear", "interpolation", "u-net"],
  examples: [
    { params: {}, inputs: [[3, 4, 2]], output: [6, 8, 2], weightCount: 0 },
    { params: { size: [3, 2] }, inputs: [[2, 3, 1]], output: [6, 6, 1], weightCount: 0 },
    {
      params: { size: [1, 4], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 2]],
      output: [2, 3, 8],
      weightCount: 0,
    },
    { params: {}, inputs: [[null, null, 3]], output: [null, null, 3], weightCount: 0 },
    {
      params: { interpolation: "bilinear" },
      inputs: [[3, 4, 2]],
      output: [6, 8, 2],
      weightCount: 0,
    },
    {
      params: { size: [2, 3], interpolation: "bilinear", dataFormat: "channelsFirst" },
      inputs: [[2, 4, 3]],
      output: [2, 8, 9],
      weightCount: 0,
    },
    {
      params: { interpolation: "bicubic" },
      inputs: [[null, 5, 1]],
      output: [null, 10, 1],
      weightCount: 0,
    },
    {
      params: { interpolation: "lanczos3", size: [2, 1] },
      inputs: [[8, 3, 1]],
      output: [16, 3, 1],
      weightCount: 0,
    },
  ],
});
