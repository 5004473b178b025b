import { ok } from "../../base/result.ts";
import { onlyInput, parameterIssue } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { shapeOf } from "../shape.ts";

const specs = {
  dims: {
    kind: "intList",
    default: [2, 1],
    min: 1,
    max: 6,
    minLength: 1,
    maxLength: 5,
    isRequired: true,
    label: "Order",
    help: "Which input axis comes first, second, … Axes count from 1; the batch stays where it is. 2, 1 swaps two axes.",
  },
} as const;

export const permute = defineLayer({
  type: "permute",
  title: "Permute",
  category: "reshaping",
  summary: "Puts the axes of a sample in another order.",
  about:
    "2, 1 turns time × features into features × time; 3, 1, 2 puts an image's channels first. Values move with their axes, unlike with Reshape.",
  formula: "output[…, i, …, j, …] = input[…, j, …, i, …], the axes in the order of dims",
  sources: [
    {
      title: "Keras: Permute layer",
      url: "https://keras.io/api/layers/reshaping_layers/permute/",
    },
  ],
  keywords: ["transpose", "swap axes"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ dims }) => [dims.join(", ")],
  inferShape({ dims }, inputs) {
    const { axes, dtype } = onlyInput(inputs);
    const expected = axes.map((_axis, index) => index + 1);
    if ([...dims].sort((left, right) => left - right).join() !== expected.join())
      return parameterIssue(
        "dims",
        `'s order must name each of the axes ${expected.join(", ")} once`,
        [
          {
            kind: "setParam",
            param: "dims",
            value: [...expected].reverse(),
            title: `Set order to ${[...expected].reverse().join(", ")}`,
          },
        ],
      );
    return ok(
      shapeOf(
        dims.flatMap((dim) => axes[dim - 1] ?? []),
        dtype,
      ),
    );
  },
  weights: () => [],
  lower: (params) => lowerParams({ className: "Permute", tfjsFactory: "permute", specs, params }),
  examples: [
    { params: {}, inputs: [[3, 4]], output: [4, 3], weightCount: 0 },
    { params: { dims: [3, 1, 2] }, inputs: [[4, 5, 2]], output: [2, 4, 5], weightCount: 0 },
    { params: { dims: [2, 1] }, inputs: [[null, 4]], output: [4, null], weightCount: 0 },
  ],
});
