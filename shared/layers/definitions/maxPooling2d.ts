import { definePooling } from "./windowPooling.ts";

export const maxPooling2d = definePooling(2, {
  type: "maxPooling2d",
  title: "MaxPooling2D",
  mode: "max",
  summary: "Keeps the largest value of every window of an image.",
  about:
    "Halves height and width (with the usual 2 × 2) and keeps the strongest response, so that small shifts no longer matter. It has no weights. On equal values the gradient goes to one of them.",
  formula: "output[i, c] = largest input[i · stride + k, c] over the window's places k",
  page: "max_pooling2d",
  papers: [
    {
      title: "Scherer et al. 2010: Evaluation of pooling operations in convolutional architectures",
    },
  ],
  keywords: ["maxpool", "downsample", "subsample", "image"],
});
