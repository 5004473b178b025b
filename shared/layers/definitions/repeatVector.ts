import { ok } from "../../base/result.ts";
import { lastAxis, onlyInput, rankIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, shapeOf } from "../shape.ts";

const specs = {
  n: {
    kind: "int",
    default: 3,
    min: 1,
    max: 1_000_000,
    isRequired: true,
    label: "Repetitions",
    help: "How many time steps to make.",
  },
} as const;

export const repeatVector = defineLayer({
  type: "repeatVector",
  title: "RepeatVector",
  category: "reshaping",
  summary: "Repeats a row of features as the steps of a sequence.",
  about:
    "32 features repeated 10 times are a sequence of 10 × 32. Stands between the encoder, which sums a sequence up in one vector, and a recurrent decoder that unrolls it again.",
  formula: "output[t, f] = input[f] for every step t",
  sources: [
    {
      title: "Keras: RepeatVector layer",
      url: "https://keras.io/api/layers/reshaping_layers/repeat_vector/",
    },
  ],
  keywords: ["tile", "sequence", "decoder"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ n }) => [`× ${n}`],
  inferShape({ n }, inputs) {
    const shape = onlyInput(inputs);
    if (shape.axes.length !== 1)
      return rankIssue(
        "one axis of features",
        shape.axes.length > 1 ? [{ kind: "insert", type: "flatten" }] : [],
      );
    return ok(shapeOf([axis("time", n), axis("features", lastAxis(shape).size)], shape.dtype));
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({ className: "RepeatVector", tfjsFactory: "repeatVector", specs, params }),
  examples: [
    { params: { n: 4 }, inputs: [[3]], output: [4, 3], weightCount: 0 },
    { params: { n: 1 }, inputs: [[5]], output: [1, 5], weightCount: 0 },
  ],
});
