import { err, ok } from "../../base/result.ts";
import { onlyInput, parameterIssue, resolveAxis } from "../axes.ts";
import { axisParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { axis as makeAxis, shapeOf } from "../shape.ts";

const specs = {
  start: {
    kind: "int",
    default: 0,
    min: -1_000_000,
    max: 1_000_000,
    label: "Start",
    help: "First entry, counted from 0. Negative numbers count from the end: −1 is the last.",
  },
  stop: {
    kind: "int",
    default: null,
    nullable: true,
    min: -1_000_000,
    max: 1_000_000,
    label: "Stop",
    help: "The entry behind the last one. Empty goes to the end; negative numbers count from there.",
  },
  axis: {
    ...axisParam(
      "Axis to take entries of: −1 is the last (features or channels), 1 the first behind the batch.",
    ),
    group: "main",
  },
  squeeze: {
    kind: "bool",
    default: false,
    label: "Drop the axis",
    help: "Where a single entry is left, its axis is dropped: the last step of a sequence becomes plain features.",
  },
} as const;

export const slice = defineLayer({
  type: "slice",
  title: "Slice",
  category: "reshaping",
  summary: "Takes a stretch of one axis: some steps, features, rows or channels.",
  about:
    "Works as x[start:stop] in Python, and never touches the batch. The last step of a sequence is axis 1 from −1 with the axis dropped; the first three channels of an image are axis −1 from 0 to 3. Stretches beyond the end are cut short. Split cuts a whole axis into parts at once. Neither Keras nor tfjs has it as a layer: exports carry its class with them.",
  formula: "output = input[…, start:stop, …] along the axis",
  sources: [
    {
      title: "Python: slices of sequences",
      url: "https://docs.python.org/3/library/stdtypes.html#common-sequence-operations",
    },
  ],
  keywords: ["crop", "select", "take", "last step", "index", "part"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ axis, start, stop }) => [
    `${start}:${stop ?? ""}`,
    ...(axis === -1 ? [] : [`axis ${axis}`]),
  ],
  inferShape({ axis, start, stop, squeeze }, inputs) {
    const input = onlyInput(inputs);
    const rank = input.axes.length;
    const cut = resolveAxis(axis, rank);
    const entry = cut === null ? undefined : input.axes[cut];
    if (cut === null || entry === undefined)
      return rank === 0
        ? err({ code: "rank", needs: "an input with at least one axis", input: 0 })
        : parameterIssue("axis", `'s axis must be −1 or 1 to ${rank}`, [
            { kind: "setParam", param: "axis", value: -1, title: "Use the last axis" },
          ]);
    const count = countEntries(entry.size, start, stop);
    if (count !== null && count < 1)
      return parameterIssue(
        "start",
        `'s stretch ${start}:${stop ?? ""} must hold at least one of the ${entry.size ?? "?"} entries of ${entry.name}`,
        [{ kind: "setParam", param: "start", value: 0, title: "Start at 0" }],
      );
    if (squeeze && count !== 1)
      return parameterIssue(
        "squeeze",
        `'s stretch must be one entry to drop the axis, but is ${count ?? "of unknown size"}`,
        [{ kind: "setParam", param: "squeeze", value: false, title: "Keep the axis" }],
      );
    const axes = input.axes.map((other, index) =>
      index === cut ? makeAxis(other.name, count) : other,
    );
    return ok(shapeOf(squeeze ? axes.filter((_other, index) => index !== cut) : axes, input.dtype));
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerOwn({ className: "Slice", tfjsFactory: "slice", specs, params }),
    pythonSource: "own",
  }),
  examples: [
    { params: { start: 1, stop: 3 }, inputs: [[5]], output: [2], weightCount: 0 },
    {
      params: { axis: 1, start: -1, squeeze: true },
      inputs: [[6, 3]],
      output: [3],
      weightCount: 0,
    },
    {
      params: { axis: 1, start: -2 },
      inputs: [[null, 3]],
      output: [2, 3],
      weightCount: 0,
    },
    {
      params: { axis: 2, start: 1, stop: -1 },
      inputs: [[4, 5, 2]],
      output: [4, 3, 2],
      weightCount: 0,
    },
    { params: { axis: 1, stop: 100 }, inputs: [[4, 2]], output: [4, 2], weightCount: 0 },
    {
      params: { axis: 1, start: 2, stop: 4 },
      inputs: [[null, 3]],
      output: [null, 3],
      weightCount: 0,
    },
  ],
});

/** As Python counts `range(size)[start:stop]`; of an unknown size only its end has a known length. */
function countEntries(size: number | null, start: number, stop: number | null): number | null {
  if (size === null) return start < 0 && stop === null ? -start : null;
  const place = (index: number) => Math.min(size, Math.max(0, index < 0 ? size + index : index));
  return place(stop ?? size) - place(start);
}
