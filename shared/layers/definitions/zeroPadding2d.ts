import { defineZeroPadding } from "./edgeFamily.ts";

export const zeroPadding2d = defineZeroPadding(2, {
  type: "zeroPadding2d",
  title: "ZeroPadding2D",
  tfjsFactory: "zeroPadding2d",
  summary: "Adds rows and columns of zeros around an image.",
  about:
    "Use it where padding same isn't what you want: uneven borders, or the explicit padding of ResNet and of models that come from PyTorch. It has no weights.",
  page: "zero_padding2d",
  keywords: ["pad", "border", "image", "margin"],
  initial: 1,
  examples: [
    { params: {}, inputs: [[3, 4, 2]], output: [5, 6, 2], weightCount: 0 },
    { params: { padding: [0, 1, 2, 3] }, inputs: [[3, 4, 1]], output: [4, 9, 1], weightCount: 0 },
    {
      params: { padding: [1, 2, 0, 1], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 4]],
      output: [2, 6, 5],
      weightCount: 0,
    },
    {
      params: { padding: [3, 3, 3, 3] },
      inputs: [[null, null, 3]],
      output: [null, null, 3],
      weightCount: 0,
    },
  ],
});
