import { defineZeroPadding } from "./edgeFamily.ts";

export const zeroPadding1d = defineZeroPadding(1, {
  type: "zeroPadding1d",
  title: "ZeroPadding1D",
  tfjsFactory: null,
  summary: "Adds steps of zeros at both ends of a sequence.",
  about:
    "Use it where padding same isn't what you want: zeros at one end only, or more than the kernel needs. It has no weights.",
  page: "zero_padding1d",
  keywords: ["pad", "sequence", "border", "margin"],
  initial: 1,
  examples: [
    { params: {}, inputs: [[4, 2]], output: [6, 2], weightCount: 0 },
    { params: { padding: [3, 0] }, inputs: [[4, 2]], output: [7, 2], weightCount: 0 },
    {
      params: { padding: [0, 2], dataFormat: "channelsFirst" },
      inputs: [[2, 5]],
      output: [2, 7],
      weightCount: 0,
    },
    { params: { padding: [2, 1] }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
  ],
});
