import { checkFloat, onlyInput, parameterIssue, rankIssue, resolveAxis } from "../axes.ts";
import { axisParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";

const specs = {
  // tfjs's own default is axis 1, which is the last one only for plain features.
  axis: {
    ...axisParam("Axis along which the values sum to 1. Only the last one (−1) is implemented."),
    tfjsDefault: 1,
  },
} as const;

export const softmax = defineLayer({
  type: "softmax",
  title: "Softmax",
  category: "activation",
  summary: "Turns scores into probabilities that sum to 1.",
  about:
    "softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) along the last axis. Stands at the end of a classifier, in front of categorical cross-entropy; writing softmax as the last Dense's activation is the same.",
  sources: [
    {
      title: "Keras: Softmax layer",
      url: "https://keras.io/api/layers/activation_layers/softmax/",
    },
  ],
  keywords: ["probabilities", "classes"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: () => [],
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    if (rank === 0) return rankIssue("an axis to take the softmax over");
    // tfjs: "Softmax along a non-last dimension is not yet supported".
    if (resolveAxis(params.axis, rank) !== rank - 1)
      return parameterIssue("axis", "'s axis must be the last one (−1)", [
        { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
      ]);
    return checkFloat(shape);
  },
  weights: () => [],
  lower: (params) => lowerParams({ className: "Softmax", tfjsFactory: "softmax", specs, params }),
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: {}, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
    { params: { axis: 2 }, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
  ],
});
