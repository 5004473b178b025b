import { definePooling } from "./windowPooling.ts";

export const averagePooling3d = definePooling(3, {
  type: "averagePooling3d",
  title: "AveragePooling3D",
  mode: "average",
  summary: "Averages every window of a volume or video.",
  about:
    "Halves depth, height and width (with the usual 2 × 2 × 2) and smooths. It has no weights. With padding same, only the real values in a window are averaged.",
  formula:
    "output[i, c] = mean of input[i · stride + k, c] over the window's places k that hold values",
  page: "average_pooling3d",
  papers: [{ title: "LeCun et al. 1998: Gradient-based learning applied to document recognition" }],
  keywords: ["avgpool", "mean", "downsample", "volume", "video", "scan"],
});
