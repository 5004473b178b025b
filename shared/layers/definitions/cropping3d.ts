import { defineCropping } from "./edgeFamily.ts";

export const cropping3d = defineCropping(3, {
  type: "cropping3d",
  title: "Cropping3D",
  tfjsFactory: null,
  summary: "Cuts the edges off a volume or video.",
  about:
    "Makes volumes as large as those that lost their edges in convolutions, so that both can be merged. It has no weights.",
  page: "cropping3d",
  keywords: ["crop", "cut", "trim", "volume", "video"],
  initial: 1,
  examples: [
    { params: {}, inputs: [[4, 3, 5, 2]], output: [2, 1, 3, 2], weightCount: 0 },
    {
      params: { cropping: [0, 1, 1, 0, 0, 2] },
      inputs: [[3, 3, 4, 1]],
      output: [2, 2, 2, 1],
      weightCount: 0,
    },
    {
      params: { cropping: [1, 0, 0, 1, 0, 0], dataFormat: "channelsFirst" },
      inputs: [[2, 3, 3, 2]],
      output: [2, 2, 2, 2],
      weightCount: 0,
    },
    { params: {}, inputs: [[null, 4, 4, 1]], output: [null, 2, 2, 1], weightCount: 0 },
  ],
});
