import { definePooling1d, examples1d } from "./windowPooling.ts";

export const maxPooling1d = definePooling1d({
  type: "maxPooling1d",
  title: "MaxPooling1D",
  tfjsFactory: "maxPooling1d",
  summary: "Keeps the largest value of every window along a sequence.",
  about:
    "Shortens the sequence and keeps the strongest response, wherever in the window it was. It has no weights. On equal values the gradient goes to one of them.",
  page: "max_pooling1d",
  keywords: ["maxpool", "downsample", "subsample", "sequence"],
  examples: examples1d,
});
