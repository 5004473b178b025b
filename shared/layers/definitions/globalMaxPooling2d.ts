import { defineGlobalPooling } from "./globalPooling.ts";

export const globalMaxPooling2d = defineGlobalPooling(2, {
  type: "globalMaxPooling2d",
  title: "GlobalMaxPooling2D",
  mode: "max",
  summary: "Keeps the largest value of each channel over the whole image.",
  about:
    "Turns feature maps of any size into one vector: for every channel the strongest response, wherever it was. It has no weights.",
  page: "global_max_pooling2d",
  keywords: ["image", "variable size", "feature vector"],
});
