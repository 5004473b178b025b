/** Scripts with losses, metrics and weights beyond the plain ones. */
import { defaultTraining, type TrainingConfig } from "../training/config.ts";
import { makePlan, type ScriptCase } from "./scripts.testkit.ts";

const quick: TrainingConfig = { ...defaultTraining, epochs: 1, batchSize: 16 };

export const objectiveCases: readonly ScriptCase[] = [
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
];
