import { defineGlobalPooling } from "./globalPooling.ts";

export const globalAveragePooling1d = defineGlobalPooling(1, {
  type: "globalAveragePooling1d",
  title: "GlobalAveragePooling1D",
  mode: "average",
  summary: "Averages each feature over all time steps.",
  about:
    "Turns a sequence of any length into one vector. After an Embedding it makes a good simple text classifier; steps that the Embedding masks are left out of the mean. It has no weights.",
  page: "global_average_pooling1d",
  keywords: ["gap", "mean over time", "sequence", "variable length", "bag of words", "mask"],
});
