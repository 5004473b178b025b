import { ok } from "../../base/result.ts";
import {
  knownSize,
  lastAxis,
  multiplySizes,
  needLastSize,
  onlyInput,
  rankIssue,
  replaceLastAxis,
  weight,
} from "../axes.ts";
import {
  biasInitializerParam,
  kernelInitializerParam,
  kernelOptions,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, sizesOf } from "../shape.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  units: {
    kind: "int",
    default: 32,
    min: 1,
    max: 1_000_000,
    isRequired: true,
    label: "Units",
    help: "Number of outputs.",
  },
  pieces: {
    kind: "int",
    default: 2,
    min: 1,
    max: 1000,
    label: "Pieces",
    help: "Weighted sums per unit, of which the largest counts. 2 can become a relu, more bend oftener. Weights grow with it.",
  },
  useBias: useBiasParam,
  kernelInitializer: kernelInitializerParam({ tfjsInitial: "glorotUniform" }),
  biasInitializer: biasInitializerParam,
  ...kernelOptions,
  trainable: trainableParam,
} as const;

export const maxout = defineLayer({
  type: "maxout",
  title: "Maxout",
  category: "core",
  summary:
    "Dense layer whose units give the largest of several weighted sums: a learned activation.",
  about:
    "Each unit computes a few weighted sums and passes on the largest. So the bend of its activation is learned, as relu's or absolute value's or any other convex curve of straight pieces, and nothing ever saturates. Made to go with dropout. Costs as many times the weights of a Dense as it has pieces. Neither Keras nor tfjs has it: exports carry its class with them.",
  formula: "output[u] = max over p of (input · kernel + bias)[u · pieces + p]",
  sources: [
    {
      title: "Goodfellow et al. 2013, Maxout Networks",
      url: "https://arxiv.org/abs/1302.4389",
    },
  ],
  keywords: ["maximum", "learned activation", "piecewise linear"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ units, pieces }) => [String(units), `max of ${pieces}`],
  masking: () => "passes",
  inferShape({ units }, inputs) {
    const input = onlyInput(inputs);
    if (input.axes.length === 0)
      return rankIssue("one axis of features", [
        { kind: "insert", type: "reshape", params: { targetShape: [1] } },
      ]);
    // As Dense: on an image that is nearly always a forgotten Flatten.
    if (input.axes.length >= 3)
      return rankIssue("one axis of features (or time and features)", [
        { kind: "insert", type: "flatten" },
      ]);
    const size = needLastSize(input, "its kernel has one row per feature");
    return size.ok ? ok(replaceLastAxis(input, axis("features", units))) : size;
  },
  weights({ units, pieces, useBias, trainable }, inputs) {
    const sums = units * pieces;
    const kernel = weight("kernel", [knownSize(lastAxis(onlyInput(inputs)).size), sums], trainable);
    return useBias ? [kernel, weight("bias", [sums], trainable)] : [kernel];
  },
  multiplyAdds: ({ units, pieces }, inputs) =>
    multiplySizes([...sizesOf(onlyInput(inputs)), units * pieces]),
  lower: (params) => ({
    ...lowerParams({ className: "Maxout", tfjsFactory: "maxout", specs, params }),
    tfjsSource: "own",
    pythonSource: "own",
  }),
  examples: [
    { params: { units: 3 }, inputs: [[4]], output: [3], weightCount: 30 },
    {
      params: { units: 5, pieces: 4, useBias: false, kernelInitializer: { name: "heNormal" } },
      inputs: [[6, 3]],
      output: [6, 5],
      weightCount: 60,
    },
    {
      params: {
        units: 2,
        pieces: 3,
        kernelRegularizer: { name: "l2", l2: 0.02 },
        activityRegularizer: { name: "l2", l2: 0.01 },
        kernelConstraint: { name: "maxNorm", maxValue: 3 },
        biasInitializer: { name: "constant", value: 0.1 },
        trainable: false,
      },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 24,
    },
    {
      params: { units: 3, ...setWeightOptions("kernel", "bias"), trainable: false },
      inputs: [[4]],
      output: [3],
      weightCount: 30,
    },
  ],
});
