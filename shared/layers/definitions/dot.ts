import { err, ok } from "../../base/result.ts";
import { multiplySizes, parameterIssue, resolveAxis } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, type Shape, shapeOf, sizesOf } from "../shape.ts";

const specs = {
  axes: {
    kind: "intTuple",
    length: 2,
    default: [-1, -1],
    min: -4,
    max: 4,
    isRequired: true,
    label: "Axes",
    help: "Which axis of the first and of the second input to sum over: 1 is the first behind the batch, −1 the last. Both must have the same size.",
  },
  normalize: {
    kind: "bool",
    default: false,
    label: "Normalize",
    help: "Brings both inputs to length 1 along those axes first: of two rows of features the result is then their cosine similarity.",
  },
} as const;

/** Two inputs; analysis has counted them. */
function bothInputs(inputs: readonly Shape[]): readonly [Shape, Shape] {
  const [left, right] = inputs;
  if (left === undefined || right === undefined) throw new Error("Dot needs two inputs.");
  return [left, right];
}

/** Indices of the summed axes, or null where one input has no such axis. */
function resolveAxes(axes: readonly number[], left: Shape, right: Shape) {
  const [leftAxis = -1, rightAxis = -1] = axes;
  const first = resolveAxis(leftAxis, left.axes.length);
  const second = resolveAxis(rightAxis, right.axes.length);
  return first === null || second === null ? null : ([first, second] as const);
}

export const dot = defineLayer({
  type: "dot",
  title: "Dot",
  category: "merge",
  summary: "Takes the scalar product of two inputs along one axis of each.",
  about:
    "Two rows of 8 features give one number; two sequences summed over features give a table of similarities between their steps (the core of attention). The output has what is left of the first input's axes, then what is left of the second's.",
  formula:
    "output[i, j] = Σ over k of first[i, k] · second[j, k], k running along the axes given; normalized: each divided by its length",
  sources: [{ title: "Keras: Dot layer", url: "https://keras.io/api/layers/merging_layers/dot/" }],
  keywords: ["inner product", "similarity", "cosine", "matmul", "attention"],
  inputs: { min: 2, max: 2 },
  outputs: 1,
  params: specs,
  caption: ({ axes, normalize }) => [
    `axes ${axes.join(", ")}`,
    ...(normalize ? ["normalized"] : []),
  ],
  inferShape({ axes }, inputs) {
    const [left, right] = bothInputs(inputs);
    for (const [index, shape] of [left, right].entries())
      if (shape.axes.length < 1 || shape.axes.length > 4)
        return err({
          code: "rank",
          needs: "one to four axes per input",
          input: index,
          hints: shape.axes.length > 4 ? [{ kind: "insert", type: "flatten", input: index }] : [],
        });
    if (left.dtype !== "float32" || right.dtype !== "float32")
      return err({
        code: "dtype",
        needs: "decimal numbers (float32)",
        input: left.dtype === "float32" ? 1 : 0,
      });
    const resolved = resolveAxes(axes, left, right);
    if (resolved === null)
      return parameterIssue(
        "axes",
        "'s axes must each be −1 or an axis of that input, counted from 1",
        [{ kind: "setParam", param: "axes", value: [-1, -1], title: "Use the last axes" }],
      );
    const summed = [left.axes[resolved[0]], right.axes[resolved[1]]];
    if (summed[0]?.size !== summed[1]?.size)
      return err({
        code: "merge",
        param: "axes",
        input: 1,
        needs: "the same size along the summed axes",
      });
    const rest = [
      ...left.axes.filter((_axis, index) => index !== resolved[0]),
      ...right.axes.filter((_axis, index) => index !== resolved[1]),
    ];
    return ok(shapeOf(rest.length === 0 ? [axis("features", 1)] : rest));
  },
  weights: () => [],
  multiplyAdds({ axes }, inputs, output) {
    const [left, right] = bothInputs(inputs);
    const resolved = resolveAxes(axes, left, right);
    const length = resolved === null ? null : (left.axes[resolved[0]]?.size ?? null);
    return multiplySizes([...sizesOf(output), length]);
  },
  lower(params, inputs) {
    const resolved = resolveAxes(params.axes, ...bothInputs(inputs));
    // Counted from the front, because tfjs does not resolve negative axes of a pair when it checks shapes.
    const [first, second] = [(resolved?.[0] ?? 0) + 1, (resolved?.[1] ?? 0) + 1];
    const call = lowerParams({
      className: "Dot",
      tfjsFactory: "dot",
      specs,
      params: { ...params, axes: [first, second] },
    });
    // tfjs: "Dot layer does not support tensors of 4D or higher rank yet".
    const isStock = inputs.every((shape) => shape.axes.length <= 2);
    const options = call.options.map((option) =>
      option.tfjsName === "axes" && first === second ? { ...option, value: first } : option,
    );
    return { ...call, options, ...(isStock ? {} : { tfjsSource: "own" }) };
  },
  examples: [
    { params: {}, inputs: [[8], [8]], output: [1], weightCount: 0 },
    { params: { normalize: true }, inputs: [[5], [5]], output: [1], weightCount: 0 },
    {
      params: { axes: [2, 2] },
      inputs: [
        [4, 3],
        [6, 3],
      ],
      output: [4, 6],
      weightCount: 0,
    },
    {
      params: { axes: [2, 1] },
      inputs: [
        [4, 3],
        [3, 5],
      ],
      output: [4, 5],
      weightCount: 0,
    },
    { params: { axes: [-1, -1] }, inputs: [[4, 3], [3]], output: [4], weightCount: 0 },
    { params: { axes: [1, 1] }, inputs: [[3], [3, 2]], output: [2], weightCount: 0 },
    {
      params: { axes: [3, 1], normalize: true },
      inputs: [
        [2, 3, 4],
        [4, 5],
      ],
      output: [2, 3, 5],
      weightCount: 0,
    },
    { params: {}, inputs: [[2, 3, 4], [4]], output: [2, 3], weightCount: 0 },
  ],
});
