import type { JsonValue } from "../../base/json.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { knownSize, onlyInput, parameterIssue, resolveAxis } from "../axes.ts";
import { axisParam } from "../commonParams.ts";
import { defineLayer, type LayerCall, type ShapeIssue } from "../defineLayer.ts";
import { axis as makeAxis, type Shape, shapeOf } from "../shape.ts";

const specs = {
  parts: {
    kind: "int",
    default: 2,
    min: 2,
    max: 64,
    label: "Parts",
    help: "Number of equal parts, and so of outputs. Not used where sizes are given.",
    isShown: ({ sizes }: Readonly<Record<string, JsonValue>>) =>
      !Array.isArray(sizes) || sizes.length === 0,
  },
  sizes: {
    kind: "intList",
    default: [],
    min: 1,
    maxLength: 64,
    label: "Sizes",
    help: "Size of each part, where they differ: together the whole axis. Empty cuts equal parts.",
  },
  axis: {
    ...axisParam(
      "Axis to cut: −1 is the last (features or channels), 1 the first behind the batch.",
    ),
    group: "main",
  },
} as const;

type SplitParams = {
  readonly parts: number;
  readonly sizes: readonly number[];
  readonly axis: number;
};

export const split = defineLayer({
  type: "split",
  title: "Split",
  category: "reshaping",
  summary: "Cuts one axis into parts, each an output of its own.",
  about:
    "The opposite of Concatenate. 64 channels in two parts are twice 32, which can take different paths (as AlexNet did on two graphics cards) and be joined again. Parts are equal unless sizes are given. Neither Keras nor tfjs has it as a layer: exports carry its class with them.",
  formula: "part k = input[…, first of k : last of k + 1, …] along the axis",
  sources: [
    { title: "Keras: ops.split", url: "https://keras.io/api/ops/numpy/#split-function" },
    {
      title: "Krizhevsky et al. 2012, ImageNet Classification with Deep CNNs (two paths)",
      url: "https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks",
    },
  ],
  keywords: ["divide", "parts", "chunk", "groups", "paths"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  outputPorts: ({ parts, sizes }) =>
    Array.from({ length: countParts(parts, sizes) }, (_, index) => `part ${index + 1}`),
  params: specs,
  caption: ({ parts, sizes, axis }) => [
    sizes.length > 0 ? sizes.join(" + ") : `${parts} parts`,
    ...(axis === -1 ? [] : [`axis ${axis}`]),
  ],
  inferShape(params, inputs) {
    const input = onlyInput(inputs);
    const sizes = findSizes(params, input);
    return sizes.ok ? ok(cutPart(params, input, sizes.value[0] ?? 0)) : sizes;
  },
  inferMoreShapes(params, inputs) {
    const input = onlyInput(inputs);
    const sizes = findSizes(params, input);
    return sizes.ok ? sizes.value.slice(1).map((size) => cutPart(params, input, size)) : [];
  },
  weights: () => [],
  lower(params, inputs): LayerCall {
    const sizes = findSizes(params, onlyInput(inputs));
    return {
      className: "Split",
      tfjsFactory: "split",
      tfjsSource: "own",
      pythonSource: "own",
      options: [
        { tfjsName: "sizes", pythonName: "sizes", value: sizes.ok ? sizes.value : [] },
        {
          tfjsName: "axis",
          pythonName: "axis",
          value: params.axis,
          tfjsDefault: -1,
          pythonDefault: -1,
        },
      ],
    };
  },
  examples: [
    { params: {}, inputs: [[6]], output: [3], moreOutputs: [[3]], weightCount: 0 },
    {
      params: { sizes: [1, 3, 2] },
      inputs: [[4, 6]],
      output: [4, 1],
      moreOutputs: [
        [4, 3],
        [4, 2],
      ],
      weightCount: 0,
    },
    {
      params: { parts: 3, axis: 1 },
      inputs: [[6, 2]],
      output: [2, 2],
      moreOutputs: [
        [2, 2],
        [2, 2],
      ],
      weightCount: 0,
    },
    {
      params: {},
      inputs: [[null, 3, 4]],
      output: [null, 3, 2],
      moreOutputs: [[null, 3, 2]],
      weightCount: 0,
    },
  ],
});

const countParts = (parts: number, sizes: readonly number[]) =>
  sizes.length > 0 ? sizes.length : parts;

function findSizes(
  { parts, sizes, axis }: SplitParams,
  input: Shape,
): Result<readonly number[], ShapeIssue> {
  const rank = input.axes.length;
  const cut = resolveAxis(axis, rank);
  const entry = cut === null ? undefined : input.axes[cut];
  if (entry === undefined)
    return rank === 0
      ? err({ code: "rank", needs: "an input with at least one axis", input: 0 })
      : parameterIssue("axis", `'s axis must be −1 or 1 to ${rank}`, [
          { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
        ]);
  if (entry.size === null)
    return err({
      code: "unknown-size",
      needs: `a known size along ${entry.name}, to cut it into parts`,
      input: 0,
    });
  const total = entry.size;
  if (sizes.length === 1)
    return parameterIssue("sizes", "'s sizes must be at least two, or none for equal parts", [
      { kind: "setParam", param: "sizes", value: [], title: "Cut equal parts" },
    ]);
  if (sizes.length > 0) {
    const sum = sizes.reduce((all, size) => all + size, 0);
    return sum === total
      ? ok(sizes)
      : parameterIssue(
          "sizes",
          `'s sizes must add up to the ${total} entries of ${entry.name}, not to ${sum}`,
          [{ kind: "setParam", param: "sizes", value: [], title: "Cut equal parts" }],
        );
  }
  if (total % parts !== 0)
    return parameterIssue(
      "parts",
      `'s parts must divide the ${total} entries of ${entry.name} evenly, which ${parts} do not`,
      listDivisors(total).map((value) => ({
        kind: "setParam",
        param: "parts",
        value,
        title: `Cut ${value} parts`,
      })),
    );
  return ok(Array.from({ length: parts }, () => total / parts));
}

/** The smallest number of equal parts, if there is one. */
function listDivisors(total: number): readonly number[] {
  for (let parts = 2; parts <= Math.min(64, total); parts++)
    if (total % parts === 0) return [parts];
  return [];
}

function cutPart({ axis }: SplitParams, input: Shape, size: number): Shape {
  const cut = knownSize(resolveAxis(axis, input.axes.length));
  return shapeOf(
    input.axes.map((entry, index) => (index === cut ? makeAxis(entry.name, size) : entry)),
    input.dtype,
  );
}
