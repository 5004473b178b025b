import { definePooling } from "./windowPooling.ts";

export const averagePooling1d = definePooling(1, {
  type: "averagePooling1d",
  title: "AveragePooling1D",
  mode: "average",
  summary: "Averages every window along a sequence.",
  about:
    "Shortens and smooths the sequence. It has no weights. With padding same, only the real values in a window are averaged.",
  formula:
    "output[i, c] = mean of input[i · stride + k, c] over the window's places k that hold values",
  page: "average_pooling1d",
  papers: [{ title: "LeCun et al. 1998: Gradient-based learning applied to document recognition" }],
  keywords: ["avgpool", "mean", "downsample", "smooth", "sequence"],
});
