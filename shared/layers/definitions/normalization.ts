import { ok, type Result } from "../../base/result.ts";
import { onlyInput, parameterIssue, resolveAxis, weight } from "../axes.ts";
import { type CallOption, defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import type { TextParam } from "../params.ts";
import { type Axis, type Shape, shapeOf } from "../shape.ts";

function numbersParam(label: string, help: string) {
  return { kind: "text", default: "", maxLength: 20_000, label, help } as const satisfies TextParam;
}

const specs = {
  axis: {
    kind: "intList",
    default: [-1],
    min: -6,
    maxLength: 6,
    label: "Axis",
    help: "The axes that have a mean and a variance of their own: −1 for one per channel or feature. Empty means one for all values.",
  },
  mean: numbersParam(
    "Mean",
    "One number, or one for each place along the axis, with commas between: 0.485, 0.456, 0.406. Empty keeps it with the weights.",
  ),
  variance: numbersParam(
    "Variance",
    "The squares of the standard deviations, written like the mean. Empty keeps it with the weights.",
  ),
  invert: {
    kind: "bool",
    default: false,
    label: "Invert",
    help: "Turns normalized values back into the original ones.",
  },
} as const;

/** `0.5, 0.25` → [0.5, 0.25]; null where something is no number. */
function parseNumbers(text: string): readonly number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

/** The axes that keep a mean of their own, in order; or why there are none such. */
function keepAxes(axis: readonly number[], input: Shape): Result<readonly Axis[], ShapeIssue> {
  const rank = input.axes.length;
  const indices = axis.map((entry) => resolveAxis(entry, rank));
  if (indices.includes(null) || new Set(indices).size !== axis.length)
    return parameterIssue("axis", `'s axes must each be −1 or 1 to ${rank}, none twice`, [
      { kind: "setParam", param: "axis", value: [-1], title: "Use the last axis" },
    ]);
  const kept = input.axes.filter((_axis, index) => indices.includes(index));
  const unknown = kept.find(({ size }) => size === null);
  if (unknown !== undefined)
    return parameterIssue(
      "axis",
      `'s axis must be one of known size, ${unknown.name} is open`,
      input.axes.at(-1)?.size === null
        ? []
        : [{ kind: "setParam", param: "axis", value: [-1], title: "Use the last axis" }],
    );
  return ok(kept);
}

/** Both or neither, as long as the last axis kept, no negative variance. */
function checkNumbers(
  { mean, variance }: { readonly mean: string; readonly variance: string },
  kept: readonly Axis[],
): Result<null, ShapeIssue> {
  if (mean.trim() === "" && variance.trim() === "") return ok(null);
  const size = kept.at(-1)?.size ?? 1;
  for (const [param, text] of [
    ["mean", mean],
    ["variance", variance],
  ] as const) {
    const clear = [mean, variance].some((entry) => entry.trim() === "")
      ? [
          {
            kind: "setParam",
            param,
            value: param === "mean" ? "0" : "1",
            title: `Set ${param} to ${param === "mean" ? 0 : 1}`,
          } as const,
        ]
      : [];
    const numbers = parseNumbers(text);
    if (numbers === null)
      return parameterIssue(param, `'s ${param} must be numbers with commas between`);
    if (numbers.length === 0)
      return parameterIssue(param, `'s ${param} must be given where the other is`, clear);
    if (numbers.length !== 1 && numbers.length !== size)
      return parameterIssue(
        param,
        `'s ${param} must be one number or ${size}, one for each place along ${kept.at(-1)?.name ?? "the axis"}, got ${numbers.length}`,
      );
    if (param === "variance" && numbers.some((value) => value < 0))
      return parameterIssue(param, "'s variance must be 0 or more: it is a square");
  }
  const counts = [mean, variance].map((text) => parseNumbers(text)?.length);
  return counts[0] === counts[1]
    ? ok(null)
    : parameterIssue("variance", "'s variance must be as many numbers as the mean");
}

/** A number alone, or a list; null where it is a weight. */
function numbersOption(name: string, text: string): CallOption {
  const numbers = parseNumbers(text) ?? [];
  const value = numbers.length === 0 ? null : numbers.length === 1 ? (numbers[0] ?? 0) : numbers;
  return { tfjsName: name, pythonName: name, value, tfjsDefault: null, pythonDefault: null };
}

/** tfjs has no such layer; ours is `engine/layers/normalization.ts`. */
export const normalization = defineLayer({
  type: "normalization",
  title: "Normalization",
  category: "preprocessing",
  summary: "Shifts and scales values to mean 0 and variance 1, by numbers fixed before training.",
  about:
    "Give the mean and variance of the data (for ImageNet's photographs 0.485, 0.456, 0.406 and 0.0524, 0.0502, 0.0506), or leave both empty: then they are weights, 0 and 1 at first, that come with trained weights and are never trained, as in EfficientNet. Not the same as BatchNormalization, which measures every batch. Netloom can scale data already while preparing it: don't do both.",
  formula: "output = (input − mean) / max(√variance, 10⁻⁷); inverted: input · √variance + mean",
  sources: [
    {
      title: "Keras: Normalization layer",
      url: "https://keras.io/api/layers/preprocessing_layers/numerical/normalization/",
    },
  ],
  keywords: ["standardize", "z-score", "mean", "variance", "scale", "preprocessing"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ mean, invert }) => [
    ...(invert ? ["inverted"] : []),
    ...(mean.trim() === "" ? [] : ["fixed"]),
  ],
  masking: () => "passes",
  inferShape(params, inputs) {
    const input = onlyInput(inputs);
    const kept = keepAxes(params.axis, input);
    if (!kept.ok) return kept;
    const numbers = checkNumbers(params, kept.value);
    return numbers.ok ? ok(shapeOf(input.axes)) : numbers;
  },
  weights({ axis, mean }, inputs) {
    if (mean.trim() !== "") return [];
    const kept = keepAxes(axis, onlyInput(inputs));
    const shape = kept.ok ? kept.value.map(({ size }) => size ?? 1) : [];
    return [
      weight("mean", shape, false),
      weight("variance", shape, false),
      weight("count", [], false),
    ];
  },
  lower: (params) =>
    lowerOwn({
      className: "Normalization",
      tfjsFactory: "normalization",
      specs,
      params,
      omit: ["mean", "variance"],
      extra: [numbersOption("mean", params.mean), numbersOption("variance", params.variance)],
    }),
  examples: [
    { params: {}, inputs: [[4, 3, 3]], output: [4, 3, 3], weightCount: 7 },
    {
      params: { mean: "0.485, 0.456, 0.406", variance: "0.0524, 0.0502, 0.0506" },
      inputs: [[null, null, 3]],
      output: [null, null, 3],
      weightCount: 0,
    },
    { params: { axis: [], invert: true }, inputs: [[5]], output: [5], weightCount: 3 },
    {
      params: { mean: "2", variance: "4", invert: true },
      inputs: [[4, 2]],
      output: [4, 2],
      weightCount: 0,
    },
    { params: { axis: [1, -1] }, inputs: [[3, 4, 2]], output: [3, 4, 2], weightCount: 13 },
  ],
});
