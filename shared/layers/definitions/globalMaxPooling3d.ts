import { defineGlobalPooling } from "./globalPooling.ts";

export const globalMaxPooling3d = defineGlobalPooling(3, {
  type: "globalMaxPooling3d",
  title: "GlobalMaxPooling3D",
  mode: "max",
  summary: "Keeps the largest value of each channel over the whole volume.",
  about:
    "Turns volumes or videos of any size into one vector: for every channel the strongest response, wherever it was. It has no weights.",
  page: "global_max_pooling3d",
  keywords: ["volume", "video", "variable size", "feature vector"],
});
