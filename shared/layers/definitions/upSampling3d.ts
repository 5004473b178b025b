import { defineUpSampling } from "./upSamplingFamily.ts";

export const upSampling3d = defineUpSampling(3, {
  type: "upSampling3d",
  title: "UpSampling3D",
  summary: "Enlarges a volume or video by repeating its values.",
  about:
    "The plain way up in networks that segment scans: enlarge, then let a Conv3D smooth and refine. It has no weights.",
  page: "up_sampling3d",
  keywords: ["volume", "video", "repeat"],
  examples: [
    { params: {}, inputs: [[2, 1, 3, 2]], output: [4, 2, 6, 2], weightCount: 0 },
    { params: { size: [1, 3, 2] }, inputs: [[2, 2, 2, 1]], output: [2, 6, 4, 1], weightCount: 0 },
    {
      params: { size: [2, 1, 1], dataFormat: "channelsFirst" },
      inputs: [[2, 2, 3, 2]],
      output: [2, 4, 3, 2],
      weightCount: 0,
    },
    { params: {}, inputs: [[null, 2, 2, 1]], output: [null, 4, 4, 1], weightCount: 0 },
  ],
});
