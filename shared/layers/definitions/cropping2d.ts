import { defineCropping } from "./edgeFamily.ts";

export const cropping2d = defineCropping(2, {
  type: "cropping2d",
  title: "Cropping2D",
  tfjsFactory: "cropping2D",
  summary: "Cuts rows and columns off the edges of an image.",
  about:
    "Makes feature maps as large as those that lost their edges in convolutions, so that both can be merged, as in the first U-Net. It has no weights.",
  page: "cropping2d",
  keywords: ["crop", "cut", "trim", "image", "u-net"],
  initial: 0,
  examples: [
    { params: {}, inputs: [[3, 4, 2]], output: [3, 4, 2], weightCount: 0 },
    { params: { cropping: [1, 0, 2, 1] }, inputs: [[5, 6, 2]], output: [4, 3, 2], weightCount: 0 },
    {
      params: { cropping: [0, 2, 1, 1], dataFormat: "channelsFirst" },
      inputs: [[3, 4, 5]],
      output: [3, 2, 3],
      weightCount: 0,
    },
    {
      params: { cropping: [2, 1, 0, 1] },
      inputs: [[null, 6, 1]],
      output: [null, 5, 1],
      weightCount: 0,
    },
  ],
});
