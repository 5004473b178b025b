import { err, ok } from "../../base/result.ts";
import { onlyInput, parameterIssue, resolveAxis } from "../axes.ts";
import { axisParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { isAnyMasked, lowerMasked } from "../mergeMasks.ts";
import { axis as makeAxis, type Shape, shapeOf } from "../shape.ts";

const specs = {
  axis: {
    ...axisParam(
      "Axis along which the inputs are joined: −1 is the last (features or channels), 1 the first behind the batch.",
    ),
    group: "main",
  },
} as const;

export const concatenate = defineLayer({
  type: "concatenate",
  title: "Concatenate",
  category: "merge",
  summary: "Joins its inputs along one axis.",
  about:
    "16 and 8 features become 24. Brings several inputs together, or the early and late feature maps of a U-Net. All other axes must agree.",
  sources: [
    {
      title: "Keras: Concatenate layer",
      url: "https://keras.io/api/layers/merging_layers/concatenate/",
    },
  ],
  keywords: ["concat", "join", "stack", "skip", "two inputs"],
  inputs: { min: 2, max: null },
  outputs: 1,
  params: specs,
  caption: ({ axis }) => (axis === -1 ? [] : [`axis ${axis}`]),
  formula: "output = [first | second | …] along the axis",
  // As Keras: along time the masks are joined too; else a step stays where any input has it.
  masking: ({ axis }, inputs) =>
    axis === 1 || axis === -2 || inputs.every(({ isMasked }) => isMasked) ? "passes" : "ends",
  inferShape({ axis }, inputs) {
    const first = onlyInput(inputs);
    const rank = first.axes.length;
    const joined = resolveAxis(axis, rank);
    if (joined === null)
      return rank === 0
        ? err({ code: "rank", needs: "inputs with at least one axis", input: 0 })
        : parameterIssue("axis", `'s axis must be −1 or 1 to ${rank}`, [
            { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
          ]);
    for (const [index, other] of inputs.entries()) {
      // tfjs wants the other axes to be the same, unknown ones included.
      const fits =
        other.axes.length === rank &&
        other.axes.every(
          (entry, position) => position === joined || entry.size === first.axes[position]?.size,
        );
      if (!fits) return err({ ...mergeIssue(first, joined), input: index });
      if (other.dtype !== first.dtype)
        return err({
          code: "dtype",
          needs: `inputs of one data type (${first.dtype})`,
          input: index,
        });
    }
    const masked = inputs.findIndex(({ isMasked }) => isMasked);
    if (masked >= 0 && rank !== 2)
      return err({
        code: "axis",
        needs: "sequences of two axes, time × features, where steps are masked",
        input: masked,
      });
    const sizes = inputs.map((other) => other.axes[joined]?.size ?? null);
    const total = sizes.reduce<number | null>(
      (sum, size) => (sum === null || size === null ? null : sum + size),
      0,
    );
    return ok(
      shapeOf(
        first.axes.map((entry, position) =>
          position === joined ? makeAxis(entry.name, total) : entry,
        ),
        first.dtype,
      ),
    );
  },
  weights: () => [],
  lower(params, inputs) {
    const rank = onlyInput(inputs).axes.length;
    // tfjs takes every negative axis for the last one.
    const axis = params.axis < -1 ? rank + 1 + params.axis : params.axis;
    const call = lowerParams({
      className: "Concatenate",
      tfjsFactory: "concatenate",
      specs,
      params: { axis },
    });
    return isAnyMasked(inputs)
      ? lowerMasked(call.className, "concatenate", inputs, call.options)
      : call;
  },
  examples: [
    { params: {}, inputs: [[8], [8]], output: [16], weightCount: 0 },
    {
      params: {},
      inputs: [
        [4, 4, 2],
        [4, 4, 3],
        [4, 4, 1],
      ],
      output: [4, 4, 6],
      weightCount: 0,
    },
    {
      params: { axis: 1 },
      inputs: [
        [2, 3],
        [5, 3],
      ],
      output: [7, 3],
      weightCount: 0,
    },
    {
      params: { axis: -2 },
      inputs: [
        [2, 3],
        [5, 3],
      ],
      output: [7, 3],
      weightCount: 0,
    },
  ],
});

function mergeIssue(first: Shape, joined: number) {
  const name = first.axes[joined]?.name ?? "the joined axis";
  return {
    code: "merge",
    needs: `inputs that agree in every axis but ${name}`,
  } as const;
}
