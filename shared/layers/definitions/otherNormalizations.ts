/** GroupNormalization, RMSNormalization and UnitNormalization, which tfjs lacks. */
import { err, ok, type Result } from "../../base/result.ts";
import {
  checkFloat,
  knownSize,
  onlyInput,
  parameterIssue,
  rankIssue,
  resolveAxis,
  weight,
} from "../axes.ts";
import { axisParam, epsilonParam, trainableParam } from "../commonParams.ts";
import { setWeightOptions } from "../weightOptions.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerParams, printSingleAxis } from "../lowerParams.ts";
import {
  betaInitializerParam,
  centerParam,
  gammaInitializerParam,
  scaleOffsetOptions,
  scaleOffsetWeights,
  scaleParam,
} from "../normalizationParams.ts";
import type { Shape } from "../shape.ts";

const groupSpecs = {
  groups: {
    kind: "int",
    default: 32,
    min: -1,
    label: "Groups",
    help: "Into how many groups the channels are divided. −1 gives each channel its own (instance normalization), 1 takes all together.",
  },
  axis: axisParam("Axis of the channels: −1 is the last, 1 the first behind the batch."),
  epsilon: epsilonParam,
  center: centerParam,
  scale: scaleParam,
  betaInitializer: betaInitializerParam,
  gammaInitializer: gammaInitializerParam,
  ...scaleOffsetOptions,
  trainable: trainableParam,
} as const;

export const groupNormalization = defineLayer({
  type: "groupNormalization",
  title: "GroupNormalization",
  category: "normalization",
  summary: "Brings groups of channels of each sample to mean 0 and variance 1.",
  about:
    "Stands between layer normalization (one group) and instance normalization (as many groups as channels). Does not depend on the batch, so it suits convolutional networks that must train with batches of a few large images.",
  formula:
    "output = gamma · (x − mean) / √(variance + epsilon) + beta, mean and variance per sample and group",
  sources: [
    {
      title: "Keras: GroupNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/group_normalization/",
    },
    { title: "Wu & He 2018, Group normalization", url: "https://arxiv.org/abs/1803.08494" },
  ],
  keywords: ["group norm", "instance norm", "normalize"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: groupSpecs,
  caption: ({ groups }) => [groups === -1 ? "instance" : `${groups} groups`],
  inferShape({ groups, axis }, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    if (rank < 1 || rank > 4) return rankIssue("one to four axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    const index = resolveAxis(axis, rank);
    if (index === null) return wrongAxis(rank, -1);
    const { name, size } = shape.axes[index] ?? { name: "channels", size: null };
    if (size === null) return unknownAxis(name);
    if (groups === 0 || groups > size || (groups > 0 && size % groups !== 0)) {
      const value = greatestDivisor(size, groups);
      return parameterIssue("groups", `'s groups must be −1 or divide the ${size} ${name}`, [
        { kind: "setParam", param: "groups", value, title: `Use ${value} groups` },
      ]);
    }
    return ok(shape);
  },
  weights(params, inputs) {
    const { axes } = onlyInput(inputs);
    const size = knownSize(axes[resolveAxis(params.axis, axes.length) ?? 0]?.size);
    return scaleOffsetWeights(params, [size]);
  },
  lower: (params) => ({
    ...lowerParams({
      className: "GroupNormalization",
      tfjsFactory: "groupNormalization",
      specs: groupSpecs,
      params,
    }),
    tfjsSource: "own",
  }),
  examples: [
    { params: { groups: 2 }, inputs: [[4, 4, 6]], output: [4, 4, 6], weightCount: 12 },
    {
      params: { groups: 2, ...setWeightOptions("gamma", "beta"), trainable: false },
      inputs: [[4, 4, 6]],
      output: [4, 4, 6],
      weightCount: 12,
    },
    { params: { groups: -1, center: false }, inputs: [[5, 3]], output: [5, 3], weightCount: 3 },
    {
      params: { groups: 2, axis: 1, scale: false, epsilon: 0.01 },
      inputs: [[4, 3, 3]],
      output: [4, 3, 3],
      weightCount: 4,
    },
    { params: { groups: 1 }, inputs: [[6]], output: [6], weightCount: 12 },
    {
      params: { groups: 3, gammaRegularizer: { name: "l2" } },
      inputs: [[2, 3, 2, 6]],
      output: [2, 3, 2, 6],
      weightCount: 12,
    },
    { params: { groups: 2 }, inputs: [[null, 4]], output: [null, 4], weightCount: 8 },
  ],
});

/** The largest number of groups up to the wanted one that leaves nothing over. */
function greatestDivisor(size: number, wanted: number): number {
  for (let groups = Math.min(size, Math.max(1, wanted)); groups > 1; groups--)
    if (size % groups === 0) return groups;
  return 1;
}

const axisListParam = {
  kind: "intList",
  default: [-1],
  min: -6,
  max: 6,
  minLength: 1,
  maxLength: 5,
  group: "advanced",
  label: "Axis",
  help: "Axes whose values are taken together: −1 is the last, 1 the first behind the batch.",
} as const;

const rmsSpecs = {
  axis: axisListParam,
  epsilon: { ...epsilonParam, default: 1e-6 },
  trainable: trainableParam,
} as const;

export const rmsNormalization = defineLayer({
  type: "rmsNormalization",
  title: "RMSNormalization",
  category: "normalization",
  summary: "Divides the features of each sample by their root mean square.",
  about:
    "A layer normalization that leaves the mean alone and has no offset: cheaper, and about as good. Usual in recent language models.",
  formula: "output = scale · x / √(mean(x²) + epsilon)",
  sources: [
    {
      title: "Keras: RMSNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/rms_normalization/",
    },
    {
      title: "Zhang & Sennrich 2019, Root mean square layer normalization",
      url: "https://arxiv.org/abs/1910.07467",
    },
  ],
  keywords: ["rms norm", "normalize", "transformer", "llama"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: rmsSpecs,
  caption: ({ axis }) => captionAxes(axis),
  inferShape: ({ axis }, inputs) => checkAxes(axis, inputs),
  weights({ axis, trainable }, inputs) {
    const { axes } = onlyInput(inputs);
    const sizes = sortAxes(axis, axes.length).map((index) => knownSize(axes[index]?.size));
    return [weight("scale", sizes, trainable)];
  },
  lower: (params, inputs) => ({
    ...printSingleAxis(
      lowerParams({
        className: "RMSNormalization",
        tfjsFactory: "rmsNormalization",
        specs: rmsSpecs,
        params: { ...params, axis: kerasAxes(params.axis, inputs) },
      }),
    ),
    tfjsSource: "own",
  }),
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 5 },
    { params: { epsilon: 0.01 }, inputs: [[null, 4]], output: [null, 4], weightCount: 4 },
    { params: { axis: [1, -1] }, inputs: [[3, 4]], output: [3, 4], weightCount: 12 },
    { params: { trainable: false }, inputs: [[2, 2, 3]], output: [2, 2, 3], weightCount: 3 },
  ],
});

const unitSpecs = { axis: axisListParam } as const;

export const unitNormalization = defineLayer({
  type: "unitNormalization",
  title: "UnitNormalization",
  category: "normalization",
  summary: "Brings the features of each sample to length 1.",
  about:
    "Keeps the direction and drops the length, so that the scalar product of two results is their cosine similarity. Stands at the end of embeddings, as in a Siamese network.",
  formula: "output = x / √(Σ x²)",
  sources: [
    {
      title: "Keras: UnitNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/unit_normalization/",
    },
  ],
  keywords: ["l2 normalize", "cosine", "length", "embedding"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: unitSpecs,
  caption: ({ axis }) => captionAxes(axis),
  masking: () => "passes",
  inferShape({ axis }, inputs) {
    const checked = checkAxes(axis, inputs);
    return checked.ok || checked.error.code !== "unknown-size" ? checked : ok(onlyInput(inputs));
  },
  weights: () => [],
  lower: (params, inputs) => ({
    ...printSingleAxis(
      lowerParams({
        className: "UnitNormalization",
        tfjsFactory: "unitNormalization",
        specs: unitSpecs,
        params: { axis: kerasAxes(params.axis, inputs) },
      }),
    ),
    tfjsSource: "own",
  }),
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { axis: [1] }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
    { params: { axis: [1, 2] }, inputs: [[3, 2, 4]], output: [3, 2, 4], weightCount: 0 },
  ],
});

function captionAxes(axis: readonly number[]): readonly string[] {
  return axis.length === 1 && axis[0] === -1 ? [] : [`axis ${axis.join(", ")}`];
}

function sortAxes(axis: readonly number[], rank: number): readonly number[] {
  return axis.map((entry) => resolveAxis(entry, rank) ?? 0).toSorted((a, b) => a - b);
}

/** Several are counted from the front and in order, which all targets agree on. */
function kerasAxes(axis: readonly number[], inputs: readonly Shape[]): readonly number[] {
  const rank = onlyInput(inputs).axes.length;
  return axis.length === 1 ? axis : sortAxes(axis, rank).map((index) => index + 1);
}

function checkAxes(axis: readonly number[], inputs: readonly Shape[]): Result<Shape, ShapeIssue> {
  const shape = onlyInput(inputs);
  const rank = shape.axes.length;
  if (rank < 1 || rank > 5) return rankIssue("one to five axes");
  const checked = checkFloat(shape);
  if (!checked.ok) return checked;
  const resolved = axis.map((entry) => resolveAxis(entry, rank));
  if (resolved.includes(null) || new Set(resolved).size < resolved.length)
    return wrongAxis(rank, [-1]);
  const unknown = resolved.find((index) => shape.axes[index ?? 0]?.size === null);
  return unknown === undefined
    ? ok(shape)
    : unknownAxis(shape.axes[unknown ?? 0]?.name ?? "its axes");
}

function wrongAxis(rank: number, value: number | number[]): Result<never, ShapeIssue> {
  const needs = Array.isArray(value)
    ? `'s axes must each be −1 or 1 to ${rank}, none twice`
    : `'s axis must be −1 or 1 to ${rank}`;
  return parameterIssue("axis", needs, [
    { kind: "setParam", param: "axis", value, title: "Use the last axis" },
  ]);
}

function unknownAxis(name: string): Result<never, ShapeIssue> {
  return err({ code: "unknown-size", needs: `a known size along ${name}`, input: 0 });
}
