import { defineGlobalPooling } from "./globalPooling.ts";

export const globalAveragePooling2d = defineGlobalPooling(2, {
  type: "globalAveragePooling2d",
  title: "GlobalAveragePooling2D",
  mode: "average",
  summary: "Averages each channel over the whole image.",
  about:
    "Turns feature maps of any size into one vector, with far fewer weights after it than Flatten would leave. It stands before the last Dense of most modern image classifiers; with kept dimensions it begins a squeeze-and-excitation. It has no weights.",
  page: "global_average_pooling2d",
  keywords: ["gap", "image", "flatten", "variable size", "feature vector", "squeeze"],
});
