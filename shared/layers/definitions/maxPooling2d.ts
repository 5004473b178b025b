import { definePooling2d, examples2d } from "./windowPooling.ts";

export const maxPooling2d = definePooling2d({
  type: "maxPooling2d",
  title: "MaxPooling2D",
  tfjsFactory: "maxPooling2d",
  summary: "Keeps the largest value of every window of an image.",
  about:
    "Halves height and width (with the usual 2 × 2) and keeps the strongest response, so that small shifts no longer matter. It has no weights. On equal values the gradient goes to one of them.",
  page: "max_pooling2d",
  keywords: ["maxpool", "downsample", "subsample", "image"],
  examples: examples2d,
});
