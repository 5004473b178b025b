import { defineGlobalPooling } from "./globalPooling.ts";

export const globalMaxPooling1d = defineGlobalPooling(1, {
  type: "globalMaxPooling1d",
  title: "GlobalMaxPooling1D",
  mode: "max",
  summary: "Keeps the largest value of each feature over all time steps.",
  about:
    "Turns a sequence of any length into one vector: for every feature the strongest response, wherever it came. It has no weights.",
  page: "global_max_pooling1d",
  keywords: ["maximum over time", "sequence", "variable length"],
});
