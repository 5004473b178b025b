import { defineCropping } from "./edgeFamily.ts";

export const cropping1d = defineCropping(1, {
  type: "cropping1d",
  title: "Cropping1D",
  tfjsFactory: null,
  summary: "Cuts steps off both ends of a sequence.",
  about:
    "Makes a sequence as long as one that lost its ends in convolutions, so that both can be merged; or drops a warm-up phase. It has no weights.",
  page: "cropping1d",
  keywords: ["crop", "cut", "trim", "sequence"],
  initial: 1,
  examples: [
    { params: {}, inputs: [[6, 2]], output: [4, 2], weightCount: 0 },
    { params: { cropping: [0, 3] }, inputs: [[5, 2]], output: [2, 2], weightCount: 0 },
    { params: { cropping: [2, 0] }, inputs: [[null, 2]], output: [null, 2], weightCount: 0 },
  ],
});
