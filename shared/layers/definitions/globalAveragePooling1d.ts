import { defineGlobalPooling1d } from "./globalPooling.ts";

export const globalAveragePooling1d = defineGlobalPooling1d({
  type: "globalAveragePooling1d",
  title: "GlobalAveragePooling1D",
  summary: "Averages each feature over all time steps.",
  about:
    "Turns a sequence of any length into one vector. After an Embedding it makes a good simple text classifier. It has no weights.",
  page: "global_average_pooling1d",
  keywords: ["gap", "mean over time", "sequence", "variable length", "bag of words"],
});
