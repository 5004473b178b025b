/**
 * Losses, gradients and metrics against real Keras, which is asked in the words that our printer writes into scripts:
 * random shapes and options, metrics over uneven batches. Without Keras the comparison is skipped.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { createMetric } from "../engine/metrics.ts";
import { createLoss } from "../engine/losses.ts";
import { drawPair, isForClasses, planCase, type OutputCase } from "../engine/objective.testkit.ts";
import { loggedMetricName } from "../training/metricNames.ts";
import { lossNames, readsTruthAs } from "../training/losses.ts";
import { isSparseInKeras, kerasLoggedName, kerasLoss, kerasMetric } from "./kerasObjective.ts";
import { findKerasPython, kerasEnvironment } from "./python.testkit.ts";

const python = findKerasPython();
const reason =
  python === null
    ? " (skipped: no Python with Keras; build/referees/setupPython.mjs makes one)"
    : "";
const referee = fileURLToPath(new URL("../../build/referees/keras_objective.py", import.meta.url));

const classMetrics = [
  "accuracy",
  "topKAccuracy",
  "precision",
  "recall",
  "f1Score",
  "auc",
  "prAuc",
  "meanIoU",
  "perplexity",
] as const;
const decisions = [
  "precision",
  "recall",
  "fBetaScore",
  "truePositives",
  "trueNegatives",
  "falsePositives",
  "falseNegatives",
  "precisionAtRecall",
  "recallAtPrecision",
  "sensitivityAtSpecificity",
  "specificityAtSensitivity",
  "meanIoU",
  "crossentropy",
] as const;
const sparse = ["accuracy", "topK5Accuracy"] as const;
const numbers = [
  "meanSquaredError",
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "cosineSimilarity",
  "r2",
] as const;

const cases: readonly OutputCase[] = [
  // Every loss as it is, of a row and weighted.
  ...lossNames
    .filter((loss) => loss !== "ctc")
    .map((loss): OutputCase => ({ loss, sizes: [isForClasses(loss) ? 6 : 5] })),
  ...lossNames
    .filter((loss) => loss !== "ctc")
    .map((loss): OutputCase => ({ loss, sizes: [4], isWeighted: true })),
  ...lossNames
    .filter((loss) => !isForClasses(loss) && readsTruthAs(loss) === "rows")
    .map((loss): OutputCase => ({ loss, sizes: [3, 2] })),
  // CTC: as few steps as labels and blanks between repeats need, and more. Circle and its options.
  ...[5, 12].map((steps): OutputCase => ({ loss: "ctc", sizes: [steps, 5], isWeighted: true })),
  { loss: "circle", sizes: [8], options: { circleGamma: 16, circleMargin: 0.25 } },
  { loss: "circle", sizes: [8], options: { circleGamma: 2, removeDiagonal: false } },
  // Options.
  ...[true, false].flatMap((fromLogits) =>
    [0, 0.15].flatMap((labelSmoothing) =>
      ([0, 1, 2, 3.5] as const).flatMap((focalGamma): readonly OutputCase[] => [
        {
          loss: "categoricalFocalCrossentropy",
          sizes: [5],
          options: { fromLogits, labelSmoothing, focalGamma, focalAlpha: 0.4 },
        },
        {
          loss: "binaryFocalCrossentropy",
          sizes: [3],
          options: {
            fromLogits,
            labelSmoothing,
            focalGamma,
            focalAlpha: 0.4,
            classBalancing: true,
          },
        },
      ]),
    ),
  ),
  ...[0, 0.15].flatMap((labelSmoothing): readonly OutputCase[] => [
    { loss: "categoricalCrossentropy", sizes: [7], options: { fromLogits: true, labelSmoothing } },
    { loss: "categoricalCrossentropy", sizes: [3, 7], options: { labelSmoothing } },
    { loss: "binaryCrossentropy", sizes: [2], options: { fromLogits: true, labelSmoothing } },
    { loss: "binaryCrossentropy", sizes: [2], options: { labelSmoothing } },
  ]),
  { loss: "sparseCategoricalCrossentropy", sizes: [7], options: { fromLogits: true } },
  ...[1, 3].flatMap((ignoreClass): readonly OutputCase[] => [
    {
      loss: "sparseCategoricalCrossentropy",
      sizes: [4],
      options: { ignoreClass },
      isWeighted: true,
    },
    // Keras itself fails where rows of several positions are masked and weighted.
    {
      loss: "sparseCategoricalCrossentropy",
      sizes: [3, 4],
      options: { ignoreClass, fromLogits: true },
    },
    // Where a metric wants one-hot.
    {
      loss: "sparseCategoricalCrossentropy",
      sizes: [4],
      options: { ignoreClass },
      metrics: ["auc", "meanIoU"],
    },
    {
      loss: "sparseCategoricalCrossentropy",
      sizes: [4],
      options: { ignoreClass },
      metrics: ["meanIoU"],
      metricOptions: { iouClasses: [0, 2] },
    },
  ]),
  { loss: "huber", sizes: [3], options: { delta: 0.1 } },
  { loss: "categoricalGeneralizedCrossEntropy", sizes: [5], options: { q: 0.8 } },
  { loss: "categoricalGeneralizedCrossEntropy", sizes: [5], metrics: ["f1Score", "accuracy"] },
  { loss: "dice", sizes: [3, 3, 1], options: { perSample: true }, isWeighted: true },
  { loss: "dice", sizes: [4], options: { perSample: true } },
  { loss: "tversky", sizes: [3, 3, 1], options: { tverskyAlpha: 0.3, tverskyBeta: 0.8 } },
  { loss: "tversky", sizes: [3, 3, 1], options: { tverskyAlpha: 0.3, perSample: true } },
  // Metrics, over batches of 3, 7 and 1.
  ...(["macro", "micro", "weighted"] as const).flatMap((f1Average): readonly OutputCase[] => [
    {
      loss: "categoricalCrossentropy",
      sizes: [6],
      metrics: classMetrics,
      metricOptions: { f1Average, topK: 2 },
    },
    {
      loss: "sparseCategoricalCrossentropy",
      sizes: [4],
      options: { fromLogits: true },
      metrics: classMetrics,
      metricOptions: { f1Average, topK: 3 },
    },
  ]),
  { loss: "sparseCategoricalCrossentropy", sizes: [8], metrics: sparse },
  {
    loss: "sparseCategoricalCrossentropy",
    sizes: [8],
    metrics: ["topKAccuracy"],
    metricOptions: { topK: 1 },
  },
  {
    loss: "binaryCrossentropy",
    sizes: [1],
    metrics: [
      "accuracy",
      "precision",
      "recall",
      "f1Score",
      "auc",
      "prAuc",
      "meanIoU",
      "perplexity",
    ],
  },
  {
    loss: "binaryCrossentropy",
    sizes: [1],
    options: { fromLogits: true },
    metrics: [
      "accuracy",
      "precision",
      "recall",
      "f1Score",
      "auc",
      "prAuc",
      "meanIoU",
      "perplexity",
    ],
  },
  {
    loss: "binaryFocalCrossentropy",
    sizes: [3],
    metrics: ["precision", "f1Score", "auc", "meanIoU"],
  },
  { loss: "dice", sizes: [4, 4, 1], metrics: ["meanIoU", "auc", "f1Score"] },
  {
    loss: "categoricalCrossentropy",
    sizes: [5, 3],
    metrics: ["accuracy", "f1Score", "meanIoU", "topKAccuracy"],
    metricOptions: { topK: 2 },
  },
  ...[true, false].flatMap((fromLogits): readonly OutputCase[] => [
    {
      loss: "categoricalCrossentropy",
      sizes: [4],
      options: { fromLogits },
      metrics: [...decisions, "kullbackLeiblerDivergence", "categoricalHinge"],
      metricOptions: { threshold: 0.3, classId: 2, beta: 2, atLeast: 0.4, iouClasses: [1, 3] },
    },
    {
      loss: "binaryCrossentropy",
      sizes: [1],
      options: { fromLogits },
      metrics: [...decisions, "accuracy"],
      metricOptions: { threshold: 0.7, beta: 0.5, atLeast: 0.6, iouClasses: [1] },
    },
    { loss: "binaryCrossentropy", sizes: [3], options: { fromLogits }, metrics: decisions },
  ]),
  { loss: "hinge", sizes: [1], metrics: ["hinge", "squaredHinge"] },
  { loss: "meanSquaredError", sizes: [3], metrics: numbers },
  {
    loss: "poisson",
    sizes: [4],
    metrics: [
      "meanSquaredLogarithmicError",
      "logcosh",
      "poisson",
      "pearsonCorrelation",
      "concordanceCorrelation",
    ],
  },
  { loss: "huber", sizes: [1], metrics: numbers },
];

const batches = [3, 7, 1];
const samples = batches.reduce((sum, size) => sum + size, 0);

interface Answer {
  readonly loss: number;
  readonly gradient: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
}

const named = cases.map((each, index) => {
  const about = `${each.loss} ${JSON.stringify(each.sizes)} ${JSON.stringify(each.options ?? {})} ${(each.metrics ?? []).length} metrics`;
  return { title: `${index} ${about}`, each, draw: drawPair(each, samples, about) };
});

describe.skipIf(python === null)(`the objective as in Keras${reason}`, () => {
  let answers: readonly (Answer | { readonly error: string })[] = [];

  beforeAll(async () => {
    await tf.setBackend("cpu");
    const question = named.map(({ each, draw }) => {
      const output = planCase(each, "y");
      const metrics = (each.metrics ?? []).map((metric) => kerasMetric(metric, output));
      return {
        helpers: [...new Set(metrics.map(({ helper }) => helper ?? ""))].join("\n\n\n"),
        loss: kerasLoss(output),
        metrics: metrics.map(({ text }) => text),
        isSparse: isSparseInKeras(output),
        shape: draw.shape,
        truthShape: draw.truthShape,
        truth: [...draw.truth],
        predicted: [...draw.predicted],
        weights: each.isWeighted ? [...draw.weights] : null,
        batches,
      };
    });
    const output = execFileSync(python ?? "", [referee], {
      input: JSON.stringify({ cases: question }),
      encoding: "utf8",
      maxBuffer: 1 << 27,
      stdio: ["pipe", "pipe", "ignore"],
      env: kerasEnvironment(),
    });
    // The referee's own format, written beside this file's types.
    answers = (JSON.parse(output) as { results: typeof answers }).results;
  }, 600_000);

  test.each(named.map(({ title }, index) => [title, index] as const))("%s", (_title, index) => {
    const [question, answer] = [named[index], answers[index]];
    if (question === undefined || answer === undefined) throw new Error("no answer");
    if ("error" in answer) throw new Error(answer.error);
    const { each, draw } = question;
    const loss = createLoss(each.loss, each.options);
    const { value, gradient } = tf.tidy(() => {
      const truth = tf.tensor(draw.truth, [...draw.truthShape]);
      const weights = each.isWeighted ? weighRowsOf(draw.weights, draw.truthShape) : null;
      const { value: total, grad } = tf.valueAndGrad((given: tf.Tensor) =>
        loss(truth, given, weights),
      )(tf.tensor(draw.predicted, [...draw.shape]));
      return { value: total.dataSync()[0] ?? Number.NaN, gradient: [...grad.dataSync()] };
    });
    near(value, answer.loss, "loss");
    expect(gradient).toHaveLength(answer.gradient.length);
    gradient.forEach((slope, at) =>
      near(slope, answer.gradient[at] ?? Number.NaN, `gradient ${at}`),
    );
    for (const [name, measured] of measure(each, draw))
      near(measured, answer.metrics[kerasLoggedName(name)] ?? Number.NaN, name);
  });
});

function near(value: number, wanted: number, what: string): void {
  expect(Math.abs(value - wanted), `${what}: ${value}, Keras says ${wanted}`).toBeLessThanOrEqual(
    1e-6 * Math.max(1, Math.abs(wanted)),
  );
}

function weighRowsOf(weights: Float32Array, shape: readonly number[]): tf.Tensor {
  const rows = shape.slice(0, -1);
  return tf.broadcastTo(tf.reshape(weights, [rows[0] ?? 1, ...rows.slice(1).map(() => 1)]), rows);
}

/** Over the uneven batches, under the logged names. */
function measure(
  each: OutputCase,
  draw: (typeof named)[number]["draw"],
): readonly (readonly [string, number])[] {
  const units = each.sizes.at(-1) ?? 1;
  const perSample = draw.truth.length / samples;
  return (each.metrics ?? []).map((name) => {
    const metric = createMetric(name, {
      loss: each.loss,
      lossOptions: each.options ?? {},
      metricOptions: each.metricOptions ?? {},
      hasClasses: isForClasses(each.loss),
      scale: { scale: 1, offset: 0 },
    });
    const totals: number[] = [];
    let start = 0;
    for (const size of batches) {
      const shape = [size, ...each.sizes];
      const part = (values: Float32Array) =>
        tf.tensor(values.slice(start * perSample, (start + size) * perSample), shape);
      const sums = tf.tidy(() => metric.sums(part(draw.truth), part(draw.predicted)).dataSync());
      expect(sums).toHaveLength(metric.size(units));
      sums.forEach((sum, at) => (totals[at] = (totals[at] ?? 0) + sum));
      start += size;
    }
    const value = metric.finish(totals, { rows: draw.truth.length / units, units });
    const logged = loggedMetricName(name, each.metricOptions);
    return [namesInKeras[logged] ?? logged, value] as const;
  });
}

/** Names that Keras gives to metrics printed as strings. */
const namesInKeras: Readonly<Record<string, string>> = {};
