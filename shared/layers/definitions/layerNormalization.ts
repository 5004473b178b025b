import { err, ok } from "../../base/result.ts";
import {
  checkFloat,
  knownSize,
  onlyInput,
  parameterIssue,
  rankIssue,
  resolveAxis,
} from "../axes.ts";
import { epsilonParam, trainableParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams, printSingleAxis } from "../lowerParams.ts";
import {
  betaInitializerParam,
  centerParam,
  gammaInitializerParam,
  scaleOffsetOptions,
  scaleOffsetWeights,
  scaleParam,
} from "../normalizationParams.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  axis: {
    kind: "intList",
    default: [-1],
    min: -6,
    max: 6,
    minLength: 1,
    maxLength: 5,
    group: "advanced",
    label: "Axis",
    help: "Axes whose values are brought to mean 0 and variance 1 together: −1 is the last. 1 is the first behind the batch.",
  },
  epsilon: epsilonParam,
  center: centerParam,
  scale: scaleParam,
  betaInitializer: betaInitializerParam,
  gammaInitializer: gammaInitializerParam,
  ...scaleOffsetOptions,
  trainable: trainableParam,
} as const;

export const layerNormalization = defineLayer({
  type: "layerNormalization",
  title: "LayerNormalization",
  category: "normalization",
  summary: "Brings the features of each sample to mean 0 and variance 1.",
  about:
    "Mean and variance are taken over the features of one sample (at one time step). Works the same in training and afterwards and with any batch size; usual in recurrent networks and transformers.",
  formula: "output = gamma · (x − mean) / √(variance + epsilon) + beta",
  sources: [
    {
      title: "Keras: LayerNormalization layer",
      url: "https://keras.io/api/layers/normalization_layers/layer_normalization/",
    },
    { title: "Ba et al. 2016, Layer normalization", url: "https://arxiv.org/abs/1607.06450" },
  ],
  keywords: ["layer norm", "ln", "normalize", "transformer"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ axis, scale, center }) => [
    ...(axis.length === 1 && axis[0] === -1 ? [] : [`axis ${axis.join(", ")}`]),
    ...(scale ? [] : ["no scale"]),
    ...(center ? [] : ["no center"]),
  ],
  masking: () => "passes",
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    const rank = shape.axes.length;
    if (rank < 1 || rank > 5) return rankIssue("one to five axes");
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    const resolved = params.axis.map((axis) => resolveAxis(axis, rank));
    if (resolved.includes(null) || new Set(resolved).size < resolved.length)
      return parameterIssue("axis", `'s axes must each be −1 or 1 to ${rank}, none twice`, [
        { kind: "setParam", param: "axis", value: [-1], title: "Use the last axis" },
      ]);
    const unknown = resolved.find((index) => shape.axes[index ?? 0]?.size === null);
    if (unknown !== undefined)
      return err({
        code: "unknown-size",
        needs: `a known size along ${shape.axes[unknown ?? 0]?.name ?? "its axes"}`,
        input: 0,
      });
    return ok(shape);
  },
  weights(params, inputs) {
    const { axes } = onlyInput(inputs);
    const indices = params.axis.map((axis) => resolveAxis(axis, axes.length) ?? 0);
    // In ascending order, however they are written, as in Keras.
    const sizes = indices.toSorted((a, b) => a - b).map((index) => knownSize(axes[index]?.size));
    return scaleOffsetWeights(params, sizes);
  },
  lower(params, inputs) {
    const rank = onlyInput(inputs).axes.length;
    // Neither Keras nor tfjs sorts out negative ones among several.
    const axis =
      params.axis.length === 1
        ? params.axis
        : params.axis.map((entry) => (resolveAxis(entry, rank) ?? 0) + 1).toSorted((a, b) => a - b);
    const call = lowerParams({
      className: "LayerNormalization",
      tfjsFactory: "layerNormalization",
      specs,
      params: { ...params, axis },
    });
    // tfjs's own throws above four axes and has no constraints; without gamma or beta it has no gradient.
    const isStock =
      rank <= 3 &&
      params.center &&
      params.scale &&
      params.betaConstraint === null &&
      params.gammaConstraint === null;
    return { ...printSingleAxis(call), ...(isStock ? {} : { tfjsSource: "own" }) };
  },
  examples: [
    { params: {}, inputs: [[4]], output: [4], weightCount: 8 },
    { params: { scale: false }, inputs: [[null, 3]], output: [null, 3], weightCount: 3 },
    { params: { axis: [1, 2], epsilon: 0.01 }, inputs: [[5, 3]], output: [5, 3], weightCount: 30 },
    { params: { axis: [2] }, inputs: [[3, 4, 2]], output: [3, 4, 2], weightCount: 8 },
    {
      params: { center: false, scale: false },
      inputs: [[4, 4, 2]],
      output: [4, 4, 2],
      weightCount: 0,
    },
    {
      params: { axis: [-1, 2], gammaConstraint: { name: "nonNeg" } },
      inputs: [[2, 3, 2, 2]],
      output: [2, 3, 2, 2],
      weightCount: 12,
    },
    {
      params: { ...setWeightOptions("gamma", "beta"), trainable: false },
      inputs: [[4]],
      output: [4],
      weightCount: 8,
    },
  ],
});
