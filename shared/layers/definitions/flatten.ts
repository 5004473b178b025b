import { err, ok } from "../../base/result.ts";
import { onlyInput, rankIssue } from "../axes.ts";
import { dataFormatParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, countValues, shapeOf } from "../shape.ts";

const specs = {
  dataFormat: {
    ...dataFormatParam,
    help: "Only for images with channels first: puts the channels last before flattening, so that the order is the same as with channels last.",
  },
} as const;

export const flatten = defineLayer({
  type: "flatten",
  title: "Flatten",
  category: "reshaping",
  summary: "Lays all values of a sample out in one row of features.",
  about:
    "28 × 28 × 1 becomes 784 features. Stands between convolutions and the first Dense. A global average pooling in its place gives far fewer features and so far fewer weights.",
  formula: "output[i] = the i-th value of the input, the last axis running fastest",
  sources: [
    {
      title: "Keras: Flatten layer",
      url: "https://keras.io/api/layers/reshaping_layers/flatten/",
    },
  ],
  keywords: ["vector", "reshape", "unroll"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: () => [],
  inferShape(_params, inputs) {
    const shape = onlyInput(inputs);
    // tfjs refuses what is flat already; Keras passes it through.
    if (shape.axes.length < 2)
      return rankIssue("two axes or more; these values are flat already, so it can go");
    const features = countValues(shape);
    if (features === null)
      return err({
        code: "unknown-size",
        needs: `a known size along ${shape.axes.find(({ size }) => size === null)?.name ?? "every axis"}, to know how many features there are`,
        input: 0,
        hints:
          shape.axes.length === 3
            ? [{ kind: "insert", type: "globalAveragePooling2d" }]
            : shape.axes.length === 2
              ? [{ kind: "insert", type: "globalAveragePooling1d" }]
              : [],
      });
    return ok(shapeOf([axis("features", features)], shape.dtype));
  },
  weights: () => [],
  lower: (params) => lowerParams({ className: "Flatten", tfjsFactory: "flatten", specs, params }),
  examples: [
    { params: {}, inputs: [[4, 5, 2]], output: [40], weightCount: 0 },
    { params: {}, inputs: [[6, 3]], output: [18], weightCount: 0 },
    {
      params: { dataFormat: "channelsFirst" },
      inputs: [[2, 3, 4]],
      output: [24],
      weightCount: 0,
    },
  ],
});
