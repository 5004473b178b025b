import { defineGlobalPooling } from "./globalPooling.ts";

export const globalAveragePooling3d = defineGlobalPooling(3, {
  type: "globalAveragePooling3d",
  title: "GlobalAveragePooling3D",
  mode: "average",
  summary: "Averages each channel over the whole volume.",
  about:
    "Turns volumes or videos of any size into one vector, with far fewer weights after it than Flatten would leave. It has no weights.",
  page: "global_average_pooling3d",
  keywords: ["gap", "volume", "video", "variable size", "feature vector"],
});
