import { defineZeroPadding } from "./edgeFamily.ts";

export const zeroPadding3d = defineZeroPadding(3, {
  type: "zeroPadding3d",
  title: "ZeroPadding3D",
  tfjsFactory: null,
  summary: "Adds zeros around a volume or video.",
  about:
    "Use it where padding same isn't what you want, for example to pad along time only. It has no weights.",
  page: "zero_padding3d",
  keywords: ["pad", "border", "volume", "video", "margin"],
  initial: 1,
  examples: [
    { params: {}, inputs: [[2, 3, 2, 2]], output: [4, 5, 4, 2], weightCount: 0 },
    {
      params: { padding: [0, 1, 2, 0, 0, 0] },
      inputs: [[2, 2, 3, 1]],
      output: [3, 4, 3, 1],
      weightCount: 0,
    },
    {
      params: { padding: [1, 0, 0, 0, 0, 2], dataFormat: "channelsFirst" },
      inputs: [[2, 2, 3, 2]],
      output: [2, 3, 3, 4],
      weightCount: 0,
    },
    { params: {}, inputs: [[null, 3, 3, 1]], output: [null, 5, 5, 1], weightCount: 0 },
  ],
});
