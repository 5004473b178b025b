import { defineGlobalPooling1d } from "./globalPooling.ts";

export const globalMaxPooling1d = defineGlobalPooling1d({
  type: "globalMaxPooling1d",
  title: "GlobalMaxPooling1D",
  summary: "Keeps the largest value of each feature over all time steps.",
  about:
    "Turns a sequence of any length into one vector: for every feature the strongest response, wherever it came. It has no weights.",
  page: "global_max_pooling1d",
  keywords: ["maximum over time", "sequence", "variable length"],
});
