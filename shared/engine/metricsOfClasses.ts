/** Metrics that count decisions: how often each class was said, was true, and both. Thresholds as in Keras 3. */
import * as tf from "@tensorflow/tfjs";
import type { MetricOptions } from "../training/metrics.ts";
import { epsilon } from "./losses.ts";
import type { Metric } from "./metrics.ts";
import { countInBuckets } from "./metricsBuckets.ts";

export interface DecisionKind {
  /** Whether each unit is a yes or no of its own. */
  isBinary(units: number): boolean;
  /** Predictions as shares and chances, whatever the loss takes. */
  chances(predicted: tf.Tensor): tf.Tensor;
}

/** Sums of each column of [rows, columns]: hits, what was said, what was true. */
function countHits(said: tf.Tensor, truth: tf.Tensor): tf.Tensor {
  return tf.concat([tf.sum(tf.mul(said, truth), 0), tf.sum(said, 0), tf.sum(truth, 0)]);
}

const toNumbers = (values: tf.Tensor) => tf.cast(values, "float32");

/** Of all units together, said being what is above one half (https://keras.io/api/metrics/classification_metrics). */
export function createPositives(name: "precision" | "recall", kind: DecisionKind): Metric {
  return {
    name,
    size: () => 3,
    sums: (truth, predicted) =>
      countHits(
        toNumbers(tf.greater(tf.reshape(kind.chances(predicted), [-1, 1]), 0.5)),
        tf.reshape(truth, [-1, 1]),
      ),
    finish: ([hits = 0, said = 0, wanted = 0]) => share(hits, name === "precision" ? said : wanted),
  };
}

/** Keras's `F1Score`: of several classes the highest score is what was said; yes-or-no units are cut at one half. */
export function createF1(
  name: string,
  average: MetricOptions["f1Average"],
  kind: DecisionKind,
): Metric {
  return {
    name,
    size: (units) => 3 * units,
    sums(truth, predicted) {
      const units = truth.shape.at(-1) ?? 1;
      const chances = tf.reshape(kind.chances(predicted), [-1, units]);
      const said = kind.isBinary(units)
        ? tf.greater(chances, 0.5)
        : tf.greaterEqual(chances, tf.max(chances, -1, true));
      return countHits(toNumbers(said), tf.reshape(truth, [-1, units]));
    },
    finish(sums, { units }) {
      const of = (column: number, unit: number) => sums[column * units + unit] ?? 0;
      const each = Array.from({ length: units }, (_unused, unit) => ({
        hits: of(0, unit),
        said: of(1, unit),
        wanted: of(2, unit),
      }));
      const total = sumCounts(each);
      if (average === "micro") return scoreF1(total);
      if (average === "macro") return each.reduce((sum, one) => sum + scoreF1(one), 0) / units;
      return each.reduce((sum, one) => sum + scoreF1(one) * share(one.wanted, total.wanted), 0);
    },
  };
}

interface Hits {
  readonly hits: number;
  readonly said: number;
  readonly wanted: number;
}

function sumCounts(counts: readonly Hits[]): Hits {
  return counts.reduce((sum, each) => ({
    hits: sum.hits + each.hits,
    said: sum.said + each.said,
    wanted: sum.wanted + each.wanted,
  }));
}

function scoreF1({ hits, said, wanted }: Hits): number {
  const precision = hits / (said + epsilon);
  const recall = hits / (wanted + epsilon);
  return (2 * precision * recall) / (precision + recall + epsilon);
}

/**
 * Mean over classes of overlap divided by union, of classes that occur (`OneHotMeanIoU`); of yes-or-no units the mean
 * of yes and no (`BinaryIoU`, cut at one half).
 */
export function createIoU(kind: DecisionKind): Metric {
  return {
    name: "meanIoU",
    size: (units) => (kind.isBinary(units) ? 3 : 3 * units),
    sums(truth, predicted) {
      const units = truth.shape.at(-1) ?? 1;
      if (kind.isBinary(units)) {
        const said = tf.greaterEqual(tf.reshape(kind.chances(predicted), [-1, 1]), 0.5);
        return countHits(toNumbers(said), tf.reshape(truth, [-1, 1]));
      }
      const said = tf.oneHot(tf.argMax(tf.reshape(predicted, [-1, units]), -1).toInt(), units);
      return countHits(toNumbers(said), tf.reshape(truth, [-1, units]));
    },
    finish(sums, { rows, units }) {
      if (kind.isBinary(units)) {
        const [hits = 0, said = 0, wanted = 0] = sums;
        const both = rows * units - said - wanted + hits;
        const noUnion = rows * units - hits;
        return meanOfParts([
          [hits, said + wanted - hits],
          [both, noUnion],
        ]);
      }
      const of = (column: number, unit: number) => sums[column * units + unit] ?? 0;
      return meanOfParts(
        Array.from({ length: units }, (_unused, unit) => [
          of(0, unit),
          of(1, unit) + of(2, unit) - of(0, unit),
        ]),
      );
    },
  };
}

function meanOfParts(parts: readonly (readonly [number, number])[]): number {
  const known = parts.filter(([, union]) => union > 0);
  return share(
    known.reduce((sum, [overlap, union]) => sum + overlap / union, 0),
    known.length,
  );
}

/** As many as Keras's `AUC` has by default: 0, 198 between, 1. */
const thresholds = 200;

/**
 * Area under the curve of true against false positives (`auc`), or of precision against recall (`prAuc`), over all units
 * together: chances are sorted into buckets between 200 thresholds, whose counts add up over batches.
 */
export function createAuc(name: "auc" | "prAuc", kind: DecisionKind): Metric {
  return {
    name,
    size: () => 2 * thresholds,
    sums(truth, predicted) {
      const chances = tf.clipByValue(kind.chances(predicted), 0, 1);
      return countInBuckets(tf.reshape(truth, [-1]), tf.reshape(chances, [-1]), thresholds);
    },
    finish(sums) {
      const above = (start: number) => {
        const counts = sums.slice(start, start + thresholds);
        for (let at = thresholds - 2; at >= 0; at--)
          counts[at] = (counts[at] ?? 0) + (counts[at + 1] ?? 0);
        return counts;
      };
      const [hits, wrong] = [above(0), above(thresholds)];
      return name === "auc" ? areaOfRates(hits, wrong) : areaOfPrecision(hits, wrong);
    },
  };
}

function areaOfRates(hits: readonly number[], wrong: readonly number[]): number {
  const [allTrue = 0] = hits;
  const [allFalse = 0] = wrong;
  let area = 0;
  for (let at = 0; at + 1 < thresholds; at++) {
    const [x0, x1] = [share(wrong[at] ?? 0, allFalse), share(wrong[at + 1] ?? 0, allFalse)];
    const [y0, y1] = [share(hits[at] ?? 0, allTrue), share(hits[at + 1] ?? 0, allTrue)];
    area += ((x0 - x1) * (y0 + y1)) / 2;
  }
  return area;
}

/** Interpolated as by Davis and Goadrich 2006, like Keras. */
function areaOfPrecision(hits: readonly number[], wrong: readonly number[]): number {
  const [wanted = 0] = hits;
  let area = 0;
  for (let at = 0; at + 1 < thresholds; at++) {
    const [t0, t1] = [hits[at] ?? 0, hits[at + 1] ?? 0];
    const [p0, p1] = [t0 + (wrong[at] ?? 0), t1 + (wrong[at + 1] ?? 0)];
    const slope = share(t0 - t1, Math.max(p0 - p1, 0));
    const intercept = t1 - slope * p1;
    const ratio = p0 > 0 && p1 > 0 ? p0 / p1 : 1;
    area += share(slope * (t0 - t1 + intercept * Math.log(ratio)), wanted);
  }
  return area;
}

/** 0 of nothing, as Keras's `divide_no_nan`. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
