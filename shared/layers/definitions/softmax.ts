import { err, ok } from "../../base/result.ts";
import { checkFloat, onlyInput, parameterIssue, rankIssue, resolveAxis } from "../axes.ts";
import { axisParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { lowerParams } from "../lowerParams.ts";
import { shapeOf, sizesOf } from "../shape.ts";

const specs = {
  axis: {
    ...axisParam(
      "Axis along which the values sum to 1: −1 is the last, 1 the first behind the batch.",
    ),
    // Which is the last one only for plain features.
    tfjsDefault: 1,
  },
} as const;

export const softmax = defineLayer({
  type: "softmax",
  title: "Softmax",
  category: "activation",
  summary: "Turns scores into probabilities that sum to 1.",
  about:
    "Stands at the end of a classifier, in front of categorical cross-entropy; writing softmax as the last Dense's activation is the same. Over the steps of a sequence it gives the weights of an attention. A second input, 1 or 0, tells which values take part.",
  formula: "softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)",
  sources: [
    {
      title: "Keras: Softmax layer",
      url: "https://keras.io/api/layers/activation_layers/softmax/",
    },
  ],
  keywords: ["probabilities", "classes", "attention weights"],
  inputs: { min: 1, max: 2 },
  inputPorts: () => ["scores", "mask"],
  outputs: 1,
  params: specs,
  caption: ({ axis }) => (axis === -1 ? [] : [`axis ${axis}`]),
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    if (rank === 0) return rankIssue("an axis to take the softmax over");
    if (rank > 5) return rankIssue("one to five axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    if (resolveAxis(params.axis, rank) === null)
      return parameterIssue("axis", `'s axis must be −1 or 1 to ${rank}`, [
        { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
      ]);
    const mask = inputs[1];
    const isRight =
      mask === undefined ||
      (mask.axes.length === rank &&
        mask.axes.every(({ size }, index) => size === 1 || size === shape.axes[index]?.size));
    if (!isRight)
      return err({
        code: "merge",
        needs: `a mask of ${sizesOf(shape)
          .map((size) => size ?? "?")
          .join(" × ")} (an axis of size 1 fits any)`,
        input: 1,
      });
    return ok(shapeOf(shape.axes));
  },
  weights: () => [],
  lower(params, inputs) {
    const rank = onlyInput(inputs).axes.length;
    const request = { className: "Softmax", tfjsFactory: "softmax", specs, params };
    const hasMask = inputs.length > 1;
    // tfjs's own takes one input and the last axis: "Softmax along a non-last dimension is not yet supported".
    if (!hasMask && resolveAxis(params.axis, rank) === rank - 1) return lowerParams(request);
    return {
      ...lowerOwn(request),
      ...(hasMask ? { pythonArguments: [null, "mask"] } : {}),
    };
  },
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: {}, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
    { params: { axis: 2 }, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
    { params: { axis: 1 }, inputs: [[null, 4]], output: [null, 4], weightCount: 0 },
    { params: { axis: -3 }, inputs: [[3, 2, 4]], output: [3, 2, 4], weightCount: 0 },
    {
      params: {},
      inputs: [
        [3, 4],
        [3, 4],
      ],
      output: [3, 4],
      weightCount: 0,
    },
  ],
});
