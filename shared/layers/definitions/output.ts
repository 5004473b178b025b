import { ok } from "../../base/result.ts";
import { lossNames } from "../../training/losses.ts";
import { metricNames } from "../../training/metrics.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";

export const output = defineLayer({
  type: "output",
  title: "Output",
  category: "io",
  summary: "Where results leave: names the target they are compared with and the loss.",
  about:
    "An output computes nothing. It says which target of the data the incoming values are compared with, by which loss, and what else is measured. With several outputs the total loss is the sum of their losses times their weights. Class numbers in the data are turned into one-hot vectors where the loss wants them.",
  sources: [
    { title: "Keras: losses", url: "https://keras.io/api/losses/" },
    { title: "Keras: metrics", url: "https://keras.io/api/metrics/" },
  ],
  keywords: ["loss", "target", "label", "result", "prediction"],
  inputs: { min: 1, max: 1 },
  outputs: 0,
  params: {
    target: {
      kind: "text",
      default: "",
      maxLength: 100,
      label: "Target",
      help: "Which target of the data the result is compared with. Empty takes the first that isn't used yet.",
    },
    loss: {
      kind: "enum",
      options: lossNames,
      default: "categoricalCrossentropy",
      label: "Loss",
      help: "What training makes small. Cross-entropies suit classes (categorical after softmax, binary after sigmoid), the errors suit numbers.",
    },
    lossWeight: {
      kind: "float",
      default: 1,
      min: 0,
      label: "Loss weight",
      group: "advanced",
      help: "Share of this loss in the total when there are several outputs.",
    },
    metrics: {
      kind: "enumList",
      options: metricNames,
      default: [],
      label: "Metrics",
      help: "Measured beside the loss, without influence on training.",
    },
  },
  caption: ({ target, loss }) => [...(target === "" ? [] : [target]), loss],
  inferShape: (_params, inputs) => ok(onlyInput(inputs)),
  weights: () => [],
  lower: () => null,
  examples: [
    { params: {}, inputs: [[10]], output: [10], weightCount: 0 },
    {
      params: {
        loss: "meanSquaredError",
        metrics: ["meanAbsoluteError"],
        target: "y",
        lossWeight: 0.3,
      },
      inputs: [[1]],
      output: [1],
      weightCount: 0,
    },
  ],
});
