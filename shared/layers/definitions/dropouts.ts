/** Layers that disturb values in training and let them through unchanged afterwards. */
import { checkFloat, onlyInput, rankIssue } from "../axes.ts";
import { dataFormatParam, rateParam, seedParam } from "../commonParams.ts";
import { defineLayer, type CallOption } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { fitsNoiseShape, noiseShapeParam } from "../noiseShape.ts";

const dropoutSource = {
  title:
    "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from overfitting",
  url: "https://jmlr.org/papers/v15/srivastava14a.html",
};
const spatialSource = {
  title: "Tompson et al. 2015, Efficient object localization using convolutional networks",
  url: "https://arxiv.org/abs/1411.4280",
};

const dropoutSpecs = {
  rate: rateParam,
  noiseShape: noiseShapeParam,
  seed: seedParam,
} as const;

export const dropout = defineLayer({
  type: "dropout",
  title: "Dropout",
  category: "regularization",
  summary:
    "Sets random values to zero in training, so that the network does not rely on single ones.",
  about:
    "In training each value is dropped with the given rate and the others are scaled by 1 / (1 − rate); outside training nothing happens. A remedy against overfitting: use it behind large Dense layers. Training loss is then higher than validation loss without anything being wrong.",
  sources: [
    {
      title: "Keras: Dropout layer",
      url: "https://keras.io/api/layers/regularization_layers/dropout/",
    },
    dropoutSource,
  ],
  formula: "output = input · keep / (1 − rate), keep 0 or 1 for each value",
  keywords: ["overfitting", "regularize"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: dropoutSpecs,
  caption: ({ rate }) => [String(rate)],
  masking: () => "passes",
  inferShape({ noiseShape }, inputs) {
    const shape = onlyInput(inputs);
    const fits = fitsNoiseShape(noiseShape, shape);
    return fits.ok ? checkFloat(shape) : fits;
  },
  weights: () => [],
  lower(params) {
    const isPlain = params.noiseShape.length === 0;
    return lowerParams({
      className: "Dropout",
      tfjsFactory: "dropout",
      specs: dropoutSpecs,
      params,
      omit: isPlain ? ["noiseShape"] : [],
    });
  },
  examples: [
    { params: { rate: 0.5 }, inputs: [[8]], output: [8], weightCount: 0 },
    {
      params: { rate: 0.2, noiseShape: [null, 1, null], seed: 7 },
      inputs: [[6, 3]],
      output: [6, 3],
      weightCount: 0,
    },
    { params: { rate: 0 }, inputs: [[null, 4]], output: [null, 4], weightCount: 0 },
  ],
});

/** What makes tfjs's Dropout drop whole channels: 1 along every axis that shares the decision. */
function noiseShapeOption(noiseShape: readonly (number | null)[]): CallOption {
  return { tfjsName: "noiseShape", pythonName: null, value: noiseShape };
}

const spatial1dSpecs = { rate: rateParam, seed: seedParam } as const;

export const spatialDropout1d = defineLayer({
  type: "spatialDropout1d",
  title: "SpatialDropout1D",
  category: "regularization",
  summary: "Drops whole features of a sequence: at all time steps at once.",
  about:
    "Neighbouring steps are often so alike that dropping single values removes nothing; this drops a feature over the whole sequence. Use it behind Embedding and 1D convolutions.",
  sources: [
    {
      title: "Keras: SpatialDropout1D layer",
      url: "https://keras.io/api/layers/regularization_layers/spatial_dropout1d/",
    },
    spatialSource,
  ],
  formula: "output = input · keep / (1 − rate), keep drawn for each feature",
  keywords: ["dropout", "sequence", "overfitting"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: spatial1dSpecs,
  caption: ({ rate }) => [String(rate)],
  masking: () => "passes",
  inferShape(_params, inputs) {
    const shape = onlyInput(inputs);
    if (shape.axes.length !== 2) return rankIssue("a sequence with two axes, time × features");
    return checkFloat(shape);
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({
      className: "SpatialDropout1D",
      // tfjs has the 1D class only; one way for both keeps their random numbers under the run's seed.
      tfjsClassName: "Dropout",
      tfjsFactory: "dropout",
      specs: spatial1dSpecs,
      params,
      extra: [noiseShapeOption([null, 1, null])],
    }),
  examples: [
    { params: { rate: 0.3 }, inputs: [[6, 3]], output: [6, 3], weightCount: 0 },
    { params: { rate: 0.1, seed: 5 }, inputs: [[null, 3]], output: [null, 3], weightCount: 0 },
    { params: { rate: 0 }, inputs: [[4, 2]], output: [4, 2], weightCount: 0 },
  ],
});

// tfjs's Dropout has no data format: the noise shape says it.
const spatial2dSpecs = {
  rate: rateParam,
  dataFormat: { ...dataFormatParam, tfjsName: null },
  seed: seedParam,
} as const;

export const spatialDropout2d = defineLayer({
  type: "spatialDropout2d",
  title: "SpatialDropout2D",
  category: "regularization",
  summary: "Drops whole channels of an image or feature map.",
  about:
    "Neighbouring pixels of a feature map carry nearly the same, so dropping single ones removes little; this drops a channel as a whole. Use it between convolutions, with a rate of 0.1 to 0.3.",
  sources: [
    {
      title: "Keras: SpatialDropout2D layer",
      url: "https://keras.io/api/layers/regularization_layers/spatial_dropout2d/",
    },
    spatialSource,
  ],
  formula: "output = input · keep / (1 − rate), keep drawn for each channel",
  keywords: ["dropout", "channels", "overfitting"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: spatial2dSpecs,
  caption: ({ rate }) => [String(rate)],
  inferShape(_params, inputs) {
    const shape = onlyInput(inputs);
    if (shape.axes.length !== 3)
      return rankIssue("an image with three axes, height × width × channels");
    return checkFloat(shape);
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({
      className: "SpatialDropout2D",
      tfjsClassName: "Dropout",
      tfjsFactory: "dropout",
      specs: spatial2dSpecs,
      params,
      extra: [
        noiseShapeOption(
          params.dataFormat === "channelsFirst" ? [null, null, 1, 1] : [null, 1, 1, null],
        ),
      ],
    }),
  examples: [
    { params: { rate: 0.3 }, inputs: [[4, 4, 3]], output: [4, 4, 3], weightCount: 0 },
    { params: { rate: 0.5, seed: 1 }, inputs: [[3, 3, 5]], output: [3, 3, 5], weightCount: 0 },
    {
      params: { rate: 0.2, dataFormat: "channelsFirst" },
      inputs: [[3, 4, 4]],
      output: [3, 4, 4],
      weightCount: 0,
    },
  ],
});

const spatial3dSpecs = {
  rate: rateParam,
  dataFormat: { ...dataFormatParam, tfjsName: null },
  seed: seedParam,
} as const;

export const spatialDropout3d = defineLayer({
  type: "spatialDropout3d",
  title: "SpatialDropout3D",
  category: "regularization",
  summary: "Drops whole channels of a volume or film.",
  about:
    "As SpatialDropout2D, for feature maps with depth (or time), height and width: a channel is dropped everywhere at once. Use it between 3D convolutions.",
  formula: "output = input · keep / (1 − rate), keep drawn for each channel",
  sources: [
    {
      title: "Keras: SpatialDropout3D layer",
      url: "https://keras.io/api/layers/regularization_layers/spatial_dropout3d/",
    },
    spatialSource,
  ],
  keywords: ["dropout", "channels", "volume", "video", "overfitting"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: spatial3dSpecs,
  caption: ({ rate }) => [String(rate)],
  inferShape(_params, inputs) {
    const shape = onlyInput(inputs);
    if (shape.axes.length !== 4)
      return rankIssue("a volume with four axes, depth × height × width × channels");
    return checkFloat(shape);
  },
  weights: () => [],
  lower: (params) =>
    lowerParams({
      className: "SpatialDropout3D",
      tfjsClassName: "Dropout",
      tfjsFactory: "dropout",
      specs: spatial3dSpecs,
      params,
      extra: [
        noiseShapeOption(
          params.dataFormat === "channelsFirst" ? [null, null, 1, 1, 1] : [null, 1, 1, 1, null],
        ),
      ],
    }),
  examples: [
    { params: { rate: 0.3 }, inputs: [[2, 3, 3, 4]], output: [2, 3, 3, 4], weightCount: 0 },
    {
      params: { rate: 0.5, seed: 3 },
      inputs: [[2, 2, 2, 3]],
      output: [2, 2, 2, 3],
      weightCount: 0,
    },
    {
      params: { rate: 0.2, dataFormat: "channelsFirst" },
      inputs: [[3, 2, 4, 4]],
      output: [3, 2, 4, 4],
      weightCount: 0,
    },
  ],
});
