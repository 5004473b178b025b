import { err, ok } from "../../base/result.ts";
import { onlyInput, parameterIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { countValues, formatSizes, shapeFromSizes } from "../shape.ts";

const specs = {
  targetShape: {
    kind: "intList",
    default: [-1],
    min: -1,
    maxLength: 5,
    isRequired: true,
    label: "Target shape",
    help: "New size of each axis, without the batch. One entry may be −1: it takes what is left over.",
  },
} as const;

export const reshape = defineLayer({
  type: "reshape",
  title: "Reshape",
  category: "reshaping",
  summary: "Gives the values of a sample another shape, in the same order.",
  about:
    "784 features become an image with target shape 28, 28, 1; 60 values a series with 60, 1. The number of values must stay the same. It does not move values: to swap axes use Permute.",
  formula: "output = the values of the input, in the same order, with other axes",
  sources: [
    {
      title: "Keras: Reshape layer",
      url: "https://keras.io/api/layers/reshaping_layers/reshape/",
    },
  ],
  keywords: ["view", "unflatten", "resize"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ targetShape }) => [targetShape.join(" × ").replaceAll("-1", "·")],
  inferShape({ targetShape }, inputs) {
    const shape = onlyInput(inputs);
    if (targetShape.includes(0))
      return parameterIssue("targetShape", "'s target shape must not contain 0");
    if (targetShape.filter((size) => size === -1).length > 1)
      return parameterIssue("targetShape", "'s target shape may contain −1 only once");
    const available = countValues(shape);
    const known = targetShape.reduce(
      (product, size) => (size === -1 ? product : product * size),
      1,
    );
    const isInferred = targetShape.includes(-1);
    if (available === null)
      return ok(
        shapeFromSizes(
          targetShape.map((size) => (size === -1 ? null : size)),
          shape.dtype,
        ),
      );
    if (isInferred ? available % known !== 0 : available !== known)
      return err({
        code: "size",
        param: "targetShape",
        input: 0,
        needs: isInferred
          ? `a number of values divisible by ${known} (${formatSizes(shape)} are ${available})`
          : `${known} values (${formatSizes(shape)} are ${available})`,
        hints: [
          {
            kind: "setParam",
            param: "targetShape",
            value: [available],
            title: `Set target shape to ${available}`,
          },
        ],
      });
    return ok(
      shapeFromSizes(
        targetShape.map((size) => (size === -1 ? available / known : size)),
        shape.dtype,
      ),
    );
  },
  weights: () => [],
  lower(params, inputs) {
    const available = countValues(onlyInput(inputs));
    const call = lowerParams({ className: "Reshape", tfjsFactory: "reshape", specs, params });
    if (!params.targetShape.includes(-1) || available === null) return call;
    // tfjs leaves the size behind −1 open until data arrives, so that a Dense after it can't be built: it gets the number.
    const known = -params.targetShape.reduce((product, size) => product * size, 1);
    const resolved = params.targetShape.map((size) => (size === -1 ? available / known : size));
    return {
      ...call,
      options: [
        { tfjsName: "targetShape", pythonName: null, value: resolved },
        { tfjsName: null, pythonName: "target_shape", value: params.targetShape },
      ],
    };
  },
  examples: [
    { params: { targetShape: [3, 4] }, inputs: [[12]], output: [3, 4], weightCount: 0 },
    { params: { targetShape: [2, -1, 2] }, inputs: [[4, 6]], output: [2, 6, 2], weightCount: 0 },
    { params: { targetShape: [-1] }, inputs: [[4, 6]], output: [24], weightCount: 0 },
  ],
});
