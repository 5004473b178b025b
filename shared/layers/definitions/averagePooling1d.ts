import { definePooling1d, examples1d } from "./windowPooling.ts";

export const averagePooling1d = definePooling1d({
  type: "averagePooling1d",
  title: "AveragePooling1D",
  tfjsFactory: "averagePooling1d",
  summary: "Averages every window along a sequence.",
  about:
    "Shortens and smooths the sequence. It has no weights. With padding same, only the real values in a window are averaged.",
  page: "average_pooling1d",
  keywords: ["avgpool", "mean", "downsample", "smooth", "sequence"],
  examples: examples1d,
});
