import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import type { FieldSpec } from "../datasets/dataset.ts";
import { readLossOptions, type LossName, type LossOptions } from "../training/losses.ts";
import { type MetricName, type MetricOptions, readMetricOptions } from "../training/metrics.ts";
import { loggedMetricName } from "../training/metricNames.ts";
import { createLoss, epsilon, normalise } from "./losses.ts";
import { createAuc, createTradeOff } from "./metricsOfThresholds.ts";
import { createFScore, createIoU, createPositives } from "./metricsOfClasses.ts";

/**
 * A metric as sums that add up over batches, so that a partial last batch weighs what it should. Definitions as in
 * Keras 3 (https://keras.io/api/metrics); numbers are measured in the data's own unit, and never weighted.
 */
export interface Metric {
  /** Logged name without any prefix: accuracy, rmse … */
  readonly name: string;
  /** A one-dimensional tensor of sums over the batch; shapes as in a loss. Always of the same size, so that it can be recorded. */
  sums(truth: tf.Tensor, predicted: tf.Tensor): tf.Tensor;
  /** How many entries `sums` has for these units. */
  size(units: number): number;
  finish(sums: readonly number[], counts: Counts): number;
}

/** What has been summed so far: `rows` of `units` values each. */
export interface Counts {
  readonly rows: number;
  readonly units: number;
}

export interface MetricContext {
  readonly loss: LossName;
  readonly lossOptions?: Partial<LossOptions>;
  readonly metricOptions?: Partial<MetricOptions>;
  /** Whether the target is class numbers. */
  readonly hasClasses: boolean;
  /** `raw = scaled * scale + offset` of the target. */
  readonly scale: { readonly scale: number; readonly offset: number };
}

export function createMetric(name: MetricName, context: MetricContext): Metric {
  const { scale, offset } = context.scale;
  const options = readMetricOptions(context.metricOptions);
  const raw = (values: tf.Tensor) =>
    scale === 1 && offset === 0 ? values : tf.add(tf.mul(values, scale), offset);
  const error = (truth: tf.Tensor, predicted: tf.Tensor) => tf.mul(tf.sub(predicted, truth), scale);
  const logged = loggedMetricName(name, options);
  const single = (
    sum: (truth: tf.Tensor, predicted: tf.Tensor) => tf.Tensor,
    finish: Metric["finish"],
  ): Metric => ({
    name: logged,
    sums: (truth, predicted) => tf.reshape(tf.sum(sum(truth, predicted)), [1]),
    size: () => 1,
    finish,
  });
  const kind = {
    isBinary: (units: number) => isBinaryOutput(context, units),
    chances: (predicted: tf.Tensor) => toChances(context, predicted),
  };

  switch (name) {
    case "accuracy": {
      // Each unit is a yes or no of its own, unless units compete for one class.
      const border = findBorder(context, options.threshold);
      return single(
        (truth, predicted) =>
          isBinaryOutput(context, unitsOf(truth))
            ? tf.cast(tf.equal(tf.greater(predicted, border), tf.greater(truth, 0.5)), "float32")
            : tf.cast(tf.equal(tf.argMax(truth, -1), tf.argMax(predicted, -1)), "float32"),
        (sums, counts) =>
          isBinaryOutput(context, counts.units) ? perValue(sums, counts) : perRow(sums, counts),
      );
    }
    case "topK5Accuracy":
    case "topKAccuracy": {
      const most = name === "topKAccuracy" ? options.topK : 5;
      return single((truth, predicted) => {
        const score = tf.sum(tf.mul(truth, predicted), -1, true);
        const better = tf.sum(tf.cast(tf.greater(predicted, score), "float32"), -1);
        return tf.cast(tf.less(better, most), "float32");
      }, perRow);
    }
    case "precision":
    case "recall":
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
      return createPositives(name, kind, options);
    case "f1Score":
      return createFScore(logged, kind, { ...options, beta: 1 });
    case "fBetaScore":
      return createFScore(logged, kind, options);
    case "auc":
    case "prAuc":
      return createAuc(name, kind);
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity":
      return createTradeOff(name, kind, options);
    case "meanIoU":
      return createIoU(kind, {
        ...options,
        ignoreClass: readLossOptions(context.loss, context.lossOptions).ignoreClass,
      });
    case "crossentropy":
      return { ...createPerplexity(context), name: logged, finish: perRow };
    case "perplexity":
      return createPerplexity(context);
    case "kullbackLeiblerDivergence":
      return lossAsMetric(logged, name, (values) => kind.chances(values));
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
      return lossAsMetric(logged, name);
    case "meanSquaredLogarithmicError":
    case "logcosh":
    case "poisson":
      return lossAsMetric(logged, name, raw, raw);
    case "pearsonCorrelation":
    case "concordanceCorrelation":
      return single((truth, predicted) => correlate(name, raw(truth), raw(predicted)), perRow);
    case "cosineSimilarity":
      return single(
        (truth, predicted) => tf.mul(normalise(raw(truth)), normalise(raw(predicted))),
        perRow,
      );
    case "meanSquaredError":
      return single((truth, predicted) => tf.square(error(truth, predicted)), perValue);
    case "rootMeanSquaredError":
      return single(
        (truth, predicted) => tf.square(error(truth, predicted)),
        (sums, counts) => Math.sqrt(perValue(sums, counts)),
      );
    case "meanAbsoluteError":
      return single((truth, predicted) => tf.abs(error(truth, predicted)), perValue);
    case "meanAbsolutePercentageError":
      return single(
        (truth, predicted) =>
          tf.div(tf.abs(error(truth, predicted)), tf.maximum(tf.abs(raw(truth)), epsilon)),
        (sums, counts) => 100 * perValue(sums, counts),
      );
    case "r2":
      return createR2();
    default:
      return assertNever(name);
  }
}

/** A loss that is only looked at: its mean over all rows. */
function lossAsMetric(
  logged: string,
  loss: LossName,
  readPredicted = (values: tf.Tensor) => values,
  readTruth = (values: tf.Tensor) => values,
): Metric {
  const compute = createLoss(loss);
  return {
    name: logged,
    size: () => 1,
    sums(truth, predicted) {
      const rows = truth.size / unitsOf(truth);
      return tf.reshape(tf.mul(compute(readTruth(truth), readPredicted(predicted)), rows), [1]);
    },
    finish: perRow,
  };
}

/**
 * One number per row, between its units (https://keras.io/api/metrics/correlation_metrics). Where all units of a row are
 * the same, or there is one only, Pearson's is no number; Lin's concordance also asks for equal means and spreads.
 */
function correlate(
  name: "pearsonCorrelation" | "concordanceCorrelation",
  truth: tf.Tensor,
  predicted: tf.Tensor,
): tf.Tensor {
  const meanOf = (values: tf.Tensor) => tf.mean(values, -1, true);
  const [mean, guess] = [meanOf(truth), meanOf(predicted)];
  const [apart, off] = [tf.sub(truth, mean), tf.sub(predicted, guess)];
  const [spread, width] = [meanOf(tf.square(apart)), meanOf(tf.square(off))];
  const together = meanOf(tf.mul(apart, off));
  if (name === "pearsonCorrelation") return tf.div(together, tf.sqrt(tf.mul(spread, width)));
  const whole = tf.add(tf.add(spread, width), tf.square(tf.sub(mean, guess)));
  return tf.div(tf.mul(together, 2), tf.add(whole, epsilon));
}

/** Where a yes-or-no prediction is cut: a chance, or the logit of it where the loss takes logits. */
export function findBorder(
  { lossOptions }: Pick<MetricContext, "lossOptions">,
  threshold: number | null,
): number {
  const chance = threshold ?? 0.5;
  if (lossOptions?.fromLogits !== true) return chance;
  // Of 0 and 1 the logits are endless, which no shader can be told.
  return Math.max(-3e38, Math.min(3e38, Math.log(chance / (1 - chance))));
}

const perValue: Metric["finish"] = ([sum = 0], { rows, units }) => sum / (rows * units);
const perRow: Metric["finish"] = ([sum = 0], { rows }) => sum / rows;

/** e to the mean cross-entropy: among how many equally likely classes the network still wavers. */
function createPerplexity(context: MetricContext): Metric {
  const fromLogits = context.lossOptions?.fromLogits === true;
  const binary = createLoss("binaryCrossentropy", { fromLogits });
  const categorical = createLoss("categoricalCrossentropy", { fromLogits });
  return {
    name: "perplexity",
    size: () => 1,
    sums(truth, predicted) {
      const loss = isBinaryOutput(context, unitsOf(truth)) ? binary : categorical;
      const rows = truth.size / unitsOf(truth);
      return tf.reshape(tf.mul(loss(truth, predicted), rows), [1]);
    },
    finish: (sums, counts) => Math.exp(perRow(sums, counts)),
  };
}

/** 1 − residual / variance per unit, then the mean over units. The target's scale cancels out. */
function createR2(): Metric {
  return {
    name: "r2",
    size: (units) => 3 * units,
    sums(truth, predicted) {
      const units = unitsOf(truth);
      const rows = (values: tf.Tensor) => tf.reshape(values, [-1, units]);
      return tf.concat([
        tf.sum(rows(tf.square(tf.sub(truth, predicted))), 0),
        tf.sum(rows(truth), 0),
        tf.sum(rows(tf.square(truth)), 0),
      ]);
    },
    finish(sums, { rows, units }) {
      let total = 0;
      for (let unit = 0; unit < units; unit++) {
        const residual = sums[unit] ?? 0;
        const sum = sums[units + unit] ?? 0;
        const variance = (sums[2 * units + unit] ?? 0) - (sum * sum) / rows;
        total += variance > 0 ? 1 - residual / variance : 0;
      }
      return total / units;
    },
  };
}

/** What the loss takes from scores, measures must take from chances. */
function toChances(
  context: Pick<MetricContext, "loss" | "lossOptions" | "hasClasses">,
  predicted: tf.Tensor,
): tf.Tensor {
  if (context.lossOptions?.fromLogits !== true) return predicted;
  return isBinaryOutput(context, unitsOf(predicted))
    ? tf.sigmoid(predicted)
    : tf.softmax(predicted);
}

/** How to read an output whose loss takes logits: of classes their chances, else the values as they are. */
export function readChances(
  output: PlanOutput | undefined,
  field: FieldSpec | undefined,
): (predicted: tf.Tensor) => tf.Tensor {
  if (output === undefined || !field || field.classes === null) return (predicted) => predicted;
  const { loss, lossOptions = {} } = output;
  return (predicted) => toChances({ loss, lossOptions, hasClasses: true }, predicted);
}

function unitsOf(values: tf.Tensor): number {
  return values.shape.at(-1) ?? 1;
}

/** Whether each unit is a yes or no of its own. */
export function isBinaryOutput(
  { loss, hasClasses }: Pick<MetricContext, "loss" | "hasClasses">,
  units: number,
): boolean {
  const isBinaryLoss = loss === "binaryCrossentropy" || loss === "binaryFocalCrossentropy";
  return units === 1 || (isBinaryLoss && !hasClasses);
}
