import { definePooling2d, examples2d } from "./windowPooling.ts";

export const averagePooling2d = definePooling2d({
  type: "averagePooling2d",
  title: "AveragePooling2D",
  tfjsFactory: "averagePooling2d",
  summary: "Averages every window of an image.",
  about:
    "Halves height and width (with the usual 2 × 2) and smooths. It has no weights. With padding same, only the real values in a window are averaged.",
  page: "average_pooling2d",
  keywords: ["avgpool", "mean", "downsample", "subsample", "image"],
  examples: examples2d,
});
