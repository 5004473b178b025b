/** Noise and penalties: what acts in training only and lets values through unchanged afterwards. */
import { ok } from "../../base/result.ts";
import { checkFloat, onlyInput } from "../axes.ts";
import { rateParam, seedParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { fitsNoiseShape, noiseShapeParam } from "../noiseShape.ts";

const noiseSpecs = {
  stddev: {
    kind: "float",
    default: 0.1,
    min: 0,
    max: 1,
    isRequired: true,
    label: "Standard deviation",
    help: "Strength of the noise, in the unit of the values. 0.1 suits values around 1.",
  },
  seed: {
    ...seedParam,
    tfjsName: null,
    help: "Makes the exported Keras code draw the same noise each time; tfjs's layer has no seed. Training here derives its own from the seed of the run.",
  },
} as const;

export const gaussianNoise = defineLayer({
  type: "gaussianNoise",
  title: "GaussianNoise",
  category: "regularization",
  summary: "Adds normally distributed noise in training.",
  about:
    "output = input + noise with mean 0 in training, input unchanged otherwise. A mild remedy against overfitting and a way to make denoising autoencoders. Scale the data first, so that the strength means something.",
  sources: [
    {
      title: "Keras: GaussianNoise layer",
      url: "https://keras.io/api/layers/regularization_layers/gaussian_noise/",
    },
  ],
  formula: "output = input + noise, noise normal with mean 0 and this deviation",
  keywords: ["jitter", "denoise", "augmentation"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: noiseSpecs,
  caption: ({ stddev }) => [`σ ${stddev}`],
  masking: () => "passes",
  inferShape(_params, inputs) {
    const checked = checkFloat(onlyInput(inputs));
    return checked.ok ? ok(checked.value) : checked;
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({
      className: "GaussianNoise",
      tfjsFactory: "gaussianNoise",
      specs: noiseSpecs,
      params,
    }),
  examples: [
    { params: { stddev: 0.1 }, inputs: [[8]], output: [8], weightCount: 0 },
    { params: { stddev: 0 }, inputs: [[3, 2]], output: [3, 2], weightCount: 0 },
    { params: { stddev: 0.5, seed: 2 }, inputs: [[4, 4, 1]], output: [4, 4, 1], weightCount: 0 },
  ],
});

const gaussianDropoutSpecs = {
  rate: {
    ...rateParam,
    help: "Strength, as a dropout's rate: the factors' standard deviation is √(rate / (1 − rate)).",
  },
  seed: noiseSpecs.seed,
} as const;

export const gaussianDropout = defineLayer({
  type: "gaussianDropout",
  title: "GaussianDropout",
  category: "regularization",
  summary: "Multiplies by normally distributed noise around 1 in training.",
  about:
    "A softer dropout: every value is disturbed in proportion to its size, none is lost as a whole. Mean stays the same, so nothing has to be scaled afterwards.",
  formula: "output = input · noise, noise normal with mean 1 and deviation √(rate / (1 − rate))",
  sources: [
    {
      title: "Keras: GaussianDropout layer",
      url: "https://keras.io/api/layers/regularization_layers/gaussian_dropout/",
    },
    {
      title:
        "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting",
      url: "https://jmlr.org/papers/v15/srivastava14a.html",
    },
  ],
  keywords: ["dropout", "noise", "multiplicative", "overfitting"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: gaussianDropoutSpecs,
  caption: ({ rate }) => [String(rate)],
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower: (params) =>
    lowerParams({
      className: "GaussianDropout",
      tfjsFactory: "gaussianDropout",
      specs: gaussianDropoutSpecs,
      params,
    }),
  examples: [
    { params: { rate: 0.3 }, inputs: [[8]], output: [8], weightCount: 0 },
    { params: { rate: 0.1, seed: 4 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
    { params: { rate: 0 }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
  ],
});

const alphaSpecs = { rate: rateParam, noiseShape: noiseShapeParam, seed: seedParam } as const;

export const alphaDropout = defineLayer({
  type: "alphaDropout",
  title: "AlphaDropout",
  category: "regularization",
  summary: "Dropout that keeps mean and variance, for networks of selu units.",
  about:
    "Dropped values become selu's lower limit instead of zero, and all are shifted and scaled so that mean and variance stay: the self-normalizing property of selu (with LeCun normal kernels) survives.",
  formula: "output = a · (input where kept, −1.758 elsewhere) + b",
  sources: [
    {
      title: "Keras: AlphaDropout layer",
      url: "https://keras.io/api/layers/regularization_layers/alpha_dropout/",
    },
    {
      title: "Klambauer et al. 2017, Self-normalizing neural networks",
      url: "https://arxiv.org/abs/1706.02515",
    },
  ],
  keywords: ["dropout", "selu", "self-normalizing", "overfitting"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: alphaSpecs,
  caption: ({ rate }) => [String(rate)],
  masking: () => "passes",
  inferShape({ noiseShape }, inputs) {
    const shape = onlyInput(inputs);
    const fits = fitsNoiseShape(noiseShape, shape);
    return fits.ok ? checkFloat(shape) : fits;
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({
      className: "AlphaDropout",
      tfjsFactory: "alphaDropout",
      specs: alphaSpecs,
      params,
      omit: params.noiseShape.length === 0 ? ["noiseShape"] : [],
    }),
    // tfjs's own has no seed, fails for empty entries of the noise shape and leaves it out of model files.
    tfjsSource: "own",
  }),
  examples: [
    { params: { rate: 0.2 }, inputs: [[8]], output: [8], weightCount: 0 },
    { params: { rate: 0.1, seed: 4 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
    {
      params: { rate: 0.5, noiseShape: [null, 1, null] },
      inputs: [[6, 3]],
      output: [6, 3],
      weightCount: 0,
    },
  ],
});

const factor = (name: string) =>
  ({
    kind: "float",
    default: 0,
    min: 0,
    label: `${name} factor`,
    help: `How much the ${name === "L1" ? "sizes" : "squares"} of the values add to the loss. 0.0001 to 0.01 is usual.`,
  }) as const;
const activitySpecs = { l1: factor("L1"), l2: factor("L2") } as const;

export const activityRegularization = defineLayer({
  type: "activityRegularization",
  title: "ActivityRegularization",
  category: "regularization",
  summary: "Adds the size of what passes through to the loss, so that training keeps it small.",
  about:
    "Values pass unchanged. L1 makes codes sparse: most values near zero, as in a sparse autoencoder. The penalty is per sample, so that it does not depend on the size of batches. It does for any layer what Keras's option activity_regularizer does.",
  formula: "output = input, loss += l1 · Σ|input| + l2 · Σ input², per sample",
  sources: [
    {
      title: "Keras: ActivityRegularization layer",
      url: "https://keras.io/api/layers/regularization_layers/activity_regularization/",
    },
  ],
  keywords: ["sparse", "penalty", "autoencoder", "activity regularizer"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: activitySpecs,
  caption: ({ l1, l2 }) => [...(l1 === 0 ? [] : [`L1 ${l1}`]), ...(l2 === 0 ? [] : [`L2 ${l2}`])],
  masking: () => "passes",
  inferShape: (_params, inputs) => checkFloat(onlyInput(inputs)),
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({
      className: "ActivityRegularization",
      tfjsFactory: "activityRegularization",
      specs: activitySpecs,
      params,
    }),
    tfjsSource: "own",
  }),
  examples: [
    { params: { l1: 0.01 }, inputs: [[8]], output: [8], weightCount: 0 },
    { params: { l2: 0.001 }, inputs: [[4, 4, 2]], output: [4, 4, 2], weightCount: 0 },
    { params: { l1: 0.1, l2: 0.1 }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
  ],
});
