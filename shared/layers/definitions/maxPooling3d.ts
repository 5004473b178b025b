import { definePooling } from "./windowPooling.ts";

export const maxPooling3d = definePooling(3, {
  type: "maxPooling3d",
  title: "MaxPooling3D",
  mode: "max",
  summary: "Keeps the largest value of every window of a volume or video.",
  about:
    "Halves depth, height and width (with the usual 2 × 2 × 2) and keeps the strongest response. For videos a pool size of 1 along time keeps every frame. It has no weights.",
  formula: "output[i, c] = largest input[i · stride + k, c] over the window's places k",
  page: "max_pooling3d",
  papers: [
    {
      title: "Scherer et al. 2010: Evaluation of pooling operations in convolutional architectures",
    },
  ],
  keywords: ["maxpool", "downsample", "volume", "video", "scan"],
});
