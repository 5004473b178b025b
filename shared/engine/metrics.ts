import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import type { LossName } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import { loggedMetricName } from "../training/metricNames.ts";
import { epsilon } from "./losses.ts";

/**
 * A metric as sums that add up over batches, so that a partial last batch weighs what it should. Definitions as in
 * Keras 3 (https://keras.io/api/metrics); numbers are measured in the data's own unit.
 */
export interface Metric {
  /** Logged name without any prefix: accuracy, rmse … */
  readonly name: string;
  /** A one-dimensional tensor of sums over the batch; shapes as in a loss. */
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
  /** Whether the target is class numbers. */
  readonly hasClasses: boolean;
  /** `raw = scaled * scale + offset` of the target. */
  readonly scale: { readonly scale: number; readonly offset: number };
}

export function createMetric(name: MetricName, context: MetricContext): Metric {
  const { scale, offset } = context.scale;
  const raw = (values: tf.Tensor) =>
    scale === 1 && offset === 0 ? values : tf.add(tf.mul(values, scale), offset);
  const error = (truth: tf.Tensor, predicted: tf.Tensor) => tf.mul(tf.sub(predicted, truth), scale);
  const single = (
    sum: (truth: tf.Tensor, predicted: tf.Tensor) => tf.Tensor,
    finish: Metric["finish"],
  ): Metric => ({
    name: loggedMetricName(name),
    sums: (truth, predicted) => tf.reshape(tf.sum(sum(truth, predicted)), [1]),
    size: () => 1,
    finish,
  });
  const perValue: Metric["finish"] = ([sum = 0], { rows, units }) => sum / (rows * units);
  const perRow: Metric["finish"] = ([sum = 0], { rows }) => sum / rows;

  switch (name) {
    case "accuracy":
      // Each unit is a yes or no of its own, unless units compete for one class.
      return single(
        (truth, predicted) =>
          isBinary(context, truth)
            ? tf.cast(tf.equal(tf.greater(predicted, 0.5), tf.greater(truth, 0.5)), "float32")
            : tf.cast(tf.equal(tf.argMax(truth, -1), tf.argMax(predicted, -1)), "float32"),
        (sums, counts) =>
          isBinaryOutput(context, counts.units) ? perValue(sums, counts) : perRow(sums, counts),
      );
    case "topK5Accuracy":
      return single((truth, predicted) => {
        const score = tf.sum(tf.mul(truth, predicted), -1, true);
        const better = tf.sum(tf.cast(tf.greater(predicted, score), "float32"), -1);
        return tf.cast(tf.less(better, 5), "float32");
      }, perRow);
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

/** 1 − residual / variance per unit, then the mean over units. The target's scale cancels out. */
function createR2(): Metric {
  return {
    name: "r2",
    size: (units) => 3 * units,
    sums(truth, predicted) {
      const units = truth.shape.at(-1) ?? 1;
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

function isBinary(context: MetricContext, truth: tf.Tensor): boolean {
  return isBinaryOutput(context, truth.shape.at(-1) ?? 1);
}

function isBinaryOutput({ loss, hasClasses }: MetricContext, units: number): boolean {
  return units === 1 || (loss === "binaryCrossentropy" && !hasClasses);
}
