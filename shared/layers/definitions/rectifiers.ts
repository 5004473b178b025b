/** ReLU and its relatives: shape in, shape out. */
import { err, ok } from "../../base/result.ts";
import { checkFloat, knownSize, onlyInput, parameterIssue, weight } from "../axes.ts";
import {
  constraintParam,
  initializerParam,
  regularizerParam,
  trainableParam,
} from "../commonParams.ts";
import { setWeightOptions } from "../weightOptions.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { Shape } from "../shape.ts";

const reluSpecs = {
  maxValue: {
    kind: "float",
    default: null,
    nullable: true,
    min: 0,
    label: "Largest value",
    help: "Values above are cut off: 6 gives ReLU6. Empty means no limit.",
  },
  negativeSlope: {
    kind: "float",
    default: 0,
    min: 0,
    label: "Negative slope",
    help: "Factor for what lies below the threshold. 0 sets it to zero.",
  },
  threshold: {
    kind: "float",
    default: 0,
    min: 0,
    group: "advanced",
    label: "Threshold",
    help: "Values up to here count as negative.",
  },
} as const;

export const relu = defineLayer({
  type: "relu",
  title: "ReLU",
  category: "activation",
  summary: "Sets negative values to zero.",
  about:
    "The usual activation of hidden layers: cheap, and its gradient does not fade for positive values. Units that are negative for all data stop learning; a small slope for negative values (or LeakyReLU) avoids that.",
  formula: "f(x) = min(x, maxValue) for x > threshold, negativeSlope · (x − threshold) below",
  sources: [
    {
      title: "Keras: ReLU layer",
      url: "https://keras.io/api/layers/activation_layers/relu/",
    },
    { title: "Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines" },
  ],
  keywords: ["rectified linear", "rectifier", "relu6"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: reluSpecs,
  caption: ({ maxValue, negativeSlope, threshold }) => [
    ...(maxValue === null ? [] : [`≤ ${maxValue}`]),
    ...(negativeSlope === 0 ? [] : [`slope ${negativeSlope}`]),
    ...(threshold === 0 ? [] : [`> ${threshold}`]),
  ],
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower(params) {
    const call = lowerParams({
      className: "ReLU",
      tfjsFactory: "reLU",
      specs: reluSpecs,
      params,
    });
    // tfjs's own has the largest value only.
    const isStock = params.negativeSlope === 0 && params.threshold === 0;
    return isStock ? call : { ...call, tfjsSource: "own" };
  },
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { maxValue: 0.5 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
    { params: { negativeSlope: 0.2, maxValue: 1 }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { threshold: 0.5 }, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
    {
      params: { threshold: 1, negativeSlope: 0.1, maxValue: 2 },
      inputs: [[3, 4]],
      output: [3, 4],
      weightCount: 0,
    },
  ],
});

const thresholdSpecs = {
  theta: {
    kind: "float",
    default: 1,
    min: 0,
    label: "Theta",
    help: "Values up to here become zero.",
  },
} as const;

export const thresholdedRelu = defineLayer({
  type: "thresholdedRelu",
  title: "ThresholdedReLU",
  category: "activation",
  summary: "Sets values up to a threshold to zero.",
  about:
    "Keeps strong answers only, which makes representations sparse; used in autoencoders without bias. Keras 3 writes it as ReLU with a threshold. It jumps at the threshold, so units that fall below it get no gradient any more.",
  formula: "f(x) = x for x > theta, else 0",
  sources: [
    {
      title: "Keras: ReLU layer (threshold)",
      url: "https://keras.io/api/layers/activation_layers/relu/",
    },
    {
      title: "Konda et al. 2015, Zero-bias autoencoders and the benefits of co-adapting features",
      url: "https://arxiv.org/abs/1402.3337",
    },
  ],
  keywords: ["threshold", "rectifier", "sparse"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: thresholdSpecs,
  caption: ({ theta }) => [`> ${theta}`],
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower: ({ theta }) => ({
    className: "ReLU",
    tfjsFactory: "reLU",
    // tfjs's ThresholdedReLU has no gradient.
    tfjsSource: "own",
    options: [
      {
        tfjsName: "threshold",
        pythonName: "threshold",
        value: theta,
        tfjsDefault: 0,
        pythonDefault: 0,
      },
    ],
  }),
  examples: [
    { params: {}, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { theta: 0.25 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
    { params: { theta: 0 }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
  ],
});

const leakySpecs = {
  negativeSlope: {
    kind: "float",
    default: 0.3,
    min: 0,
    tfjsName: "alpha",
    label: "Negative slope",
    help: "Factor for negative values. 0 would be ReLU; 0.01 to 0.3 is usual.",
  },
} as const;

export const leakyRelu = defineLayer({
  type: "leakyRelu",
  title: "LeakyReLU",
  category: "activation",
  summary: "Like ReLU, but negative values keep a small slope.",
  about:
    "Units never go silent for good, because there is always a gradient. Much used in the discriminators of generative networks.",
  sources: [
    {
      title: "Keras: LeakyReLU layer",
      url: "https://keras.io/api/layers/activation_layers/leaky_relu/",
    },
    {
      title: "Maas et al. 2013, Rectifier nonlinearities improve neural network acoustic models",
    },
  ],
  formula: "f(x) = x for x ≥ 0, slope · x below",
  keywords: ["leaky", "rectifier"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: leakySpecs,
  caption: ({ negativeSlope }) => [String(negativeSlope)],
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower(params, inputs) {
    const call = lowerParams({
      className: "LeakyReLU",
      tfjsFactory: "leakyReLU",
      specs: leakySpecs,
      params,
    });
    if (onlyInput(inputs).isMasked !== true) return call;
    // tfjs's own throws for masked steps; our ReLU does the same sum.
    const { negativeSlope } = params;
    const options = [
      { tfjsName: "negativeSlope", pythonName: "negative_slope", value: negativeSlope },
    ];
    return { ...call, tfjsFactory: "reLU", tfjsSource: "own", options };
  },
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { negativeSlope: 0.01 }, inputs: [[3, 2]], output: [3, 2], weightCount: 0 },
    { params: { negativeSlope: 0.2 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
  ],
});

const preluSpecs = {
  alphaInitializer: initializerParam({ label: "Alpha initializer", initial: "zeros" }),
  alphaRegularizer: regularizerParam("Alpha regularizer"),
  alphaConstraint: constraintParam("Alpha constraint"),
  sharedAxes: {
    kind: "intList",
    default: [],
    min: 1,
    max: 6,
    maxLength: 4,
    label: "Shared axes",
    help: "Axes along which one slope is shared. For images 1, 2 gives one slope per channel; the batch would be 0.",
  },
  trainable: trainableParam,
} as const;

/** Sizes of alpha: 1 along shared axes. Null where a size would have to be known. */
function alphaShape(sharedAxes: readonly number[], shape: Shape): readonly (number | null)[] {
  return shape.axes.map(({ size }, index) => (sharedAxes.includes(index + 1) ? 1 : size));
}

export const prelu = defineLayer({
  type: "prelu",
  title: "PReLU",
  category: "activation",
  summary: "Like LeakyReLU, but the slope for negative values is learned.",
  about:
    "There is one alpha per value unless axes are shared. On images share height and width (1, 2); otherwise there are as many slopes as pixels times channels.",
  sources: [
    {
      title: "Keras: PReLU layer",
      url: "https://keras.io/api/layers/activation_layers/prelu/",
    },
    {
      title: "He et al. 2015, Delving deep into rectifiers",
      url: "https://arxiv.org/abs/1502.01852",
    },
  ],
  formula: "f(x) = x for x ≥ 0, alpha · x below",
  keywords: ["parametric", "rectifier"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: preluSpecs,
  caption: ({ sharedAxes }) => (sharedAxes.length > 0 ? [`shared ${sharedAxes.join(", ")}`] : []),
  masking: () => "passes",
  inferShape({ sharedAxes }, inputs) {
    const shape = onlyInput(inputs);
    const checked = checkFloat(shape);
    if (!checked.ok) return checked;
    const outside = sharedAxes.find((axis) => axis > shape.axes.length);
    if (outside !== undefined)
      return parameterIssue("sharedAxes", `'s shared axes must be 1 to ${shape.axes.length}`);
    const unknown = alphaShape(sharedAxes, shape).indexOf(null);
    if (unknown >= 0)
      return err({
        code: "unknown-size",
        needs: `a known size along ${shape.axes[unknown]?.name ?? "every axis"}, or that axis shared`,
        input: 0,
        hints: [
          {
            kind: "setParam",
            param: "sharedAxes",
            value: [...sharedAxes, unknown + 1],
            title: `Share axis ${unknown + 1}`,
          },
        ],
      });
    return ok(shape);
  },
  weights({ sharedAxes, trainable }, inputs) {
    const sizes = alphaShape(sharedAxes, onlyInput(inputs)).map(knownSize);
    return [weight("alpha", sizes, trainable)];
  },
  lower: (params) =>
    lowerParams({ className: "PReLU", tfjsFactory: "prelu", specs: preluSpecs, params }),
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 5 },
    {
      params: { sharedAxes: [1, 2], alphaInitializer: { name: "constant", value: 0.25 } },
      inputs: [[4, 4, 3]],
      output: [4, 4, 3],
      weightCount: 3,
    },
    {
      params: { ...setWeightOptions("alpha"), trainable: false },
      inputs: [[5]],
      output: [5],
      weightCount: 5,
    },
    {
      params: { sharedAxes: [1], alphaRegularizer: { name: "l1" } },
      inputs: [[null, 3]],
      output: [null, 3],
      weightCount: 3,
    },
  ],
});

const eluSpecs = {
  alpha: {
    kind: "float",
    default: 1,
    min: 0,
    label: "Alpha",
    help: "Negative values bend towards minus this. 1 is usual.",
  },
} as const;

export const elu = defineLayer({
  type: "elu",
  title: "ELU",
  category: "activation",
  summary: "Like ReLU, but negative values bend smoothly towards −alpha.",
  about:
    "Means stay nearer to zero than with ReLU and units don't fall silent, at the price of an exponential.",
  formula: "f(x) = x for x ≥ 0, alpha · (exp(x) − 1) below",
  sources: [
    { title: "Keras: ELU layer", url: "https://keras.io/api/layers/activation_layers/elu/" },
    {
      title: "Clevert et al. 2016, Fast and accurate deep network learning by ELUs",
      url: "https://arxiv.org/abs/1511.07289",
    },
  ],
  keywords: ["exponential linear"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: eluSpecs,
  caption: ({ alpha }) => (alpha === 1 ? [] : [String(alpha)]),
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower(params, inputs) {
    const call = lowerParams({ className: "ELU", tfjsFactory: "elu", specs: eluSpecs, params });
    // tfjs's own throws for any other alpha, and for masked steps.
    const isStock = params.alpha === 1 && onlyInput(inputs).isMasked !== true;
    return isStock ? call : { ...call, tfjsSource: "own" };
  },
  examples: [
    { params: {}, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { alpha: 0.5 }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: {}, inputs: [[2, 3, 2]], output: [2, 3, 2], weightCount: 0 },
    { params: { alpha: 2 }, inputs: [[null, 4]], output: [null, 4], weightCount: 0 },
  ],
});
