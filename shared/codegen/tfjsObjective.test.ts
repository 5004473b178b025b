/** Printed losses and metrics compute in tfjs what the engine computes: one batch, random truths and predictions. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { transformWithOxc } from "vite";
import type { PlanOutput } from "../compiler/plan.ts";
import { createLoss } from "../engine/losses.ts";
import { createMetric } from "../engine/metrics.ts";
import { drawPair, isForClasses, planCase, type OutputCase } from "../engine/objective.testkit.ts";
import { lossNames } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import { tfjsMetric } from "./tfjsMetrics.ts";
import { tfjsLossExpression, tfjsLossHelpers } from "./tfjsObjective.ts";

const folder = fileURLToPath(new URL("../../.cache/codegen/objective", import.meta.url));

const measured: readonly MetricName[] = ["precision", "recall", "f1Score", "meanIoU", "perplexity"];

const ofClasses: readonly MetricName[] = [
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
];

const cases: readonly OutputCase[] = [
  ...lossNames.map((loss): OutputCase => ({ loss, sizes: loss === "ctc" ? [7, 4] : [4] })),
  { loss: "circle", sizes: [4], options: { circleGamma: 3, removeDiagonal: false } },
  {
    loss: "sparseCategoricalCrossentropy",
    sizes: [3, 4],
    options: { ignoreClass: 2 },
    metrics: ["meanIoU"],
  },
  ...[true, false].flatMap((fromLogits) =>
    [0, 1, 2, 3].flatMap((focalGamma): readonly OutputCase[] => {
      const options = { fromLogits, focalGamma, labelSmoothing: 0.1, focalAlpha: 0.3 };
      return [
        { loss: "categoricalFocalCrossentropy", sizes: [5], options, metrics: measured },
        {
          loss: "binaryFocalCrossentropy",
          sizes: [2],
          options: { ...options, classBalancing: true },
          metrics: measured,
        },
        { loss: "categoricalCrossentropy", sizes: [3, 4], options, metrics: measured },
        {
          loss: "binaryCrossentropy",
          sizes: [1],
          options,
          metrics: fromLogits ? [...measured, "accuracy"] : measured,
        },
      ];
    }),
  ),
  ...(["macro", "micro", "weighted"] as const).map((f1Average): OutputCase => ({
    loss: "categoricalCrossentropy",
    sizes: [5],
    metrics: ["f1Score", "topKAccuracy", "topK5Accuracy", "auc", "prAuc"],
    metricOptions: { f1Average, topK: 2 },
  })),
  { loss: "huber", sizes: [3], options: { delta: 0.2 } },
  { loss: "categoricalGeneralizedCrossEntropy", sizes: [3], options: { q: 0.9 } },
  { loss: "dice", sizes: [3, 3, 1], options: { perSample: true } },
  { loss: "tversky", sizes: [3, 3, 1], options: { tverskyAlpha: 0.2, tverskyBeta: 0.9 } },
  {
    loss: "meanSquaredError",
    sizes: [3],
    metrics: [
      "rootMeanSquaredError",
      "cosineSimilarity",
      "meanSquaredLogarithmicError",
      "logcosh",
      "poisson",
      "pearsonCorrelation",
      "concordanceCorrelation",
    ],
  },
  { loss: "hinge", sizes: [1], metrics: ["hinge", "squaredHinge"] },
  ...[true, false].flatMap((fromLogits): readonly OutputCase[] => [
    {
      loss: "categoricalCrossentropy",
      sizes: [4],
      options: { fromLogits },
      metrics: [...ofClasses, "kullbackLeiblerDivergence", "categoricalHinge"],
      metricOptions: { threshold: 0.3, classId: 2, beta: 2, atLeast: 0.4, iouClasses: [1, 3] },
    },
    {
      loss: "binaryCrossentropy",
      sizes: [1],
      options: { fromLogits },
      metrics: [...ofClasses, "accuracy"],
      metricOptions: { threshold: 0.7, beta: 0.5, atLeast: 0.6, iouClasses: [1] },
    },
  ]),
];

/** Areas are cut at 200 thresholds by the engine, and computed pair by pair by the printed function. */
const tolerance: Partial<Record<MetricName, number>> = { auc: 0.02, prAuc: 0.08 };

type Printed = Readonly<Record<string, (truth: tf.Tensor, predicted: tf.Tensor) => tf.Tensor>>;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await tf.setBackend("cpu");
});

test.each(
  cases.map((each, index) => [`${each.loss} ${JSON.stringify(each)}`, each, index] as const),
)("%s", async (title, each, index) => {
  const output = planCase(each, "y");
  const printed = await importPrinted(output, index);
  const batch = 12;
  const draw = drawPair(each, batch, title);
  const truth = tf.tensor(draw.truth, [...draw.truthShape]);
  const predicted = tf.tensor(draw.predicted, [...draw.shape]);
  const read = (values: tf.Tensor) => values.mean().dataSync()[0] ?? Number.NaN;
  const lossOf = (compute: (given: tf.Tensor) => tf.Tensor) => {
    const { value, grad } = tf.valueAndGrad((given: tf.Tensor) => compute(given).mean())(predicted);
    return { value: read(value), gradient: [...grad.dataSync()] };
  };
  const theirs = lossOf((given) => printed["loss"]?.(truth, given) ?? tf.scalar(Number.NaN));
  const ours = lossOf((given) => createLoss(each.loss, each.options)(truth, given));
  expect(theirs.value).toBeCloseTo(ours.value, 5);
  ours.gradient.forEach((slope, at) => expect(theirs.gradient[at]).toBeCloseTo(slope, 5));
  for (const name of each.metrics ?? []) {
    const metric = createMetric(name, {
      loss: each.loss,
      lossOptions: each.options ?? {},
      metricOptions: each.metricOptions ?? {},
      hasClasses: isForClasses(each.loss),
      scale: { scale: 1, offset: 0 },
    });
    const units = each.sizes.at(-1) ?? 1;
    const rows = draw.truth.length / units;
    const wanted = metric.finish([...metric.sums(truth, predicted).dataSync()], { rows, units });
    const call = printed[tfjsMetric(name, output).text];
    const value = call === undefined ? Number.NaN : read(call(truth, predicted));
    expect(Math.abs(value - wanted), `${name}: ${value} for ${wanted}`).toBeLessThanOrEqual(
      tolerance[name] ?? 1e-5,
    );
  }
});

/** As a script would have them: the functions, and the loss as one more. */
async function importPrinted(output: PlanOutput, index: number): Promise<Printed> {
  const helpers = [
    ...tfjsLossHelpers(output),
    ...output.metrics.map((metric) => tfjsMetric(metric, output).helper ?? ""),
  ];
  const source = `import * as tf from "@tensorflow/tfjs";
${helpers.map((helper) => helper.replace(/^function/m, "export function")).join("\n")}
export const loss = (yTrue: tf.Tensor, yPred: tf.Tensor) => ${tfjsLossExpression(output)};`;
  const { code } = await transformWithOxc(source, `case${index}.ts`);
  const path = join(folder, `case${index}.mjs`);
  writeFileSync(path, code);
  // What was written above.
  return (await import(/* @vite-ignore */ path)) as Printed;
}
