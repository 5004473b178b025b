/** Scripts with losses, metrics and weights beyond the plain ones. */
import type { CsvColumn } from "../datasets/binding.ts";
import { defaultTraining, type TrainingConfig } from "../training/config.ts";
import { makePlan, type ScriptCase } from "./scripts.testkit.ts";

const quick: TrainingConfig = { ...defaultTraining, epochs: 1, batchSize: 16 };

const cases: readonly ScriptCase[] = [
  {
    title: "options of losses, every metric of classes, balanced classes",
    plan: makePlan(
      "focal",
      { x: [2] },
      [["scores", "dense", { units: 2 }, ["x"]]],
      [
        {
          source: "scores",
          loss: "categoricalFocalCrossentropy",
          lossOptions: { fromLogits: true, labelSmoothing: 0.1, focalGamma: 1 },
          metrics: [
            "accuracy",
            "topKAccuracy",
            "precision",
            "recall",
            "f1Score",
            "auc",
            "prAuc",
            "meanIoU",
            "perplexity",
          ],
          metricOptions: { topK: 1, f1Average: "weighted" },
        },
      ],
    ),
    data: {
      source: { kind: "generated", generator: "spirals", samples: 60, noise: 0.1, seed: 2 },
      split: { validation: 0.2, seed: 4 },
      scaling: "standardise",
      imageSize: null,
    },
    training: {
      ...quick,
      classWeights: "balanced",
      earlyStopping: { monitor: "valMeanIoU", patience: 2, minDelta: 0, restoreBest: false },
    },
  },
  {
    title: "overlaps of pictures, classes weighted by hand",
    plan: makePlan(
      "overlaps",
      { picture: [6, 6, 1] },
      [["mask", "conv2d", { filters: 1, kernelSize: [1, 1], activation: "sigmoid" }, ["picture"]]],
      [
        {
          source: "mask",
          loss: "tversky",
          lossOptions: { perSample: true, tverskyAlpha: 0.3 },
          metrics: ["meanIoU", "f1Score"],
        },
      ],
    ),
    data: null,
    training: { ...quick, classWeights: [1, 2], sampleWeightField: "importance" },
  },
  {
    title: "labels of a sequence, in columns of a table that is scaled",
    plan: makePlan(
      "speller",
      { x: [3] },
      [
        ["steps", "dense", { units: 20 }, ["x"]],
        ["row", "reshape", { targetShape: [5, 4] }, ["steps"]],
        ["scores", "dense", { units: 4 }, ["row"]],
      ],
      [{ source: "scores", loss: "ctc" }],
    ),
    data: {
      source: {
        kind: "csv",
        handle: null,
        label: "labels",
        file: "labels.csv",
        delimiter: ",",
        hasHeader: true,
        columns: [
          column("a", "feature"),
          column("b", "feature"),
          column("c", "feature"),
          column("first", "target", "labels"),
          column("second", "target", "labels"),
        ],
        window: null,
      },
      split: { validation: 0.2, seed: 4 },
      scaling: "standardise",
      imageSize: null,
    },
    training: { ...quick, classWeights: "balanced" },
  },
  {
    title: "pairs of a batch",
    plan: makePlan(
      "pairs",
      { x: [2] },
      [
        ["place", "dense", { units: 3 }, ["x"]],
        ["unit", "unitNormalization", {}, ["place"]],
      ],
      [{ source: "unit", loss: "circle", lossOptions: { circleGamma: 8 } }],
    ),
    data: {
      source: { kind: "generated", generator: "spirals", samples: 60, noise: 0.1, seed: 2 },
      split: { validation: 0.2, seed: 4 },
      scaling: "none",
      imageSize: null,
    },
    training: quick,
  },
  {
    title: "a class left out of masks, with and without metrics of one-hot",
    plan: makePlan(
      "masks",
      { picture: [6, 6, 1] },
      [
        ["one", "conv2d", { filters: 3, kernelSize: [1, 1], activation: "softmax" }, ["picture"]],
        ["two", "conv2d", { filters: 3, kernelSize: [1, 1] }, ["picture"]],
      ],
      [
        {
          source: "one",
          loss: "sparseCategoricalCrossentropy",
          lossOptions: { ignoreClass: 0 },
          metrics: ["accuracy"],
        },
        {
          source: "two",
          loss: "sparseCategoricalCrossentropy",
          lossOptions: { ignoreClass: 2, fromLogits: true },
          metrics: ["meanIoU"],
        },
      ],
    ),
    data: null,
    training: quick,
  },
];

/** Two outputs, whose samples a column of the table weighs. */
const weighted: ScriptCase = {
  title: "weights of samples, of two outputs",
  plan: makePlan(
    "weighed",
    { x: [1] },
    [
      ["one", "dense", { units: 1 }, ["x"]],
      ["two", "dense", { units: 2 }, ["x"]],
    ],
    [
      { source: "one", loss: "meanSquaredError", target: "first", metrics: ["meanAbsoluteError"] },
      { source: "two", loss: "huber", target: "both", lossWeight: 0.5 },
    ],
  ),
  data: {
    source: {
      kind: "csv",
      handle: null,
      label: "labels",
      file: "labels.csv",
      delimiter: ",",
      hasHeader: true,
      columns: [
        column("a", "feature"),
        column("b", "target", "both"),
        column("c", "target"),
        column("first", "target"),
        column("second", "target", "both"),
      ],
      window: null,
    },
    split: { validation: 0.2, seed: 4 },
    scaling: "standardise",
    imageSize: null,
  },
  training: { ...quick, sampleWeightField: "c" },
};

function column(name: string, role: CsvColumn["role"], field = ""): CsvColumn {
  return { name, role, kind: "numeric", field };
}

export const objectiveCases: readonly ScriptCase[] = [...cases, weighted];
