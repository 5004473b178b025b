import { definePooling } from "./windowPooling.ts";

export const maxPooling1d = definePooling(1, {
  type: "maxPooling1d",
  title: "MaxPooling1D",
  mode: "max",
  summary: "Keeps the largest value of every window along a sequence.",
  about:
    "Shortens the sequence and keeps the strongest response, wherever in the window it was. It has no weights. On equal values the gradient goes to one of them.",
  formula: "output[i, c] = largest input[i · stride + k, c] over the window's places k",
  page: "max_pooling1d",
  papers: [
    {
      title: "Scherer et al. 2010: Evaluation of pooling operations in convolutional architectures",
    },
  ],
  keywords: ["maxpool", "downsample", "subsample", "sequence"],
});
