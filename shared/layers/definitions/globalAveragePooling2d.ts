import { defineGlobalPooling2d } from "./globalPooling.ts";

export const globalAveragePooling2d = defineGlobalPooling2d({
  type: "globalAveragePooling2d",
  title: "GlobalAveragePooling2D",
  summary: "Averages each channel over the whole image.",
  about:
    "Turns feature maps of any size into one vector, with far fewer weights after it than Flatten would leave. It stands before the last Dense of most modern image classifiers and has no weights.",
  page: "global_average_pooling2d",
  keywords: ["gap", "image", "flatten", "variable size", "feature vector"],
});
