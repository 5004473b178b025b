/** Metrics that count decisions: how often each class was said, was true, and both. Thresholds as in Keras 3. */
import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import type { LossOptions } from "../training/losses.ts";
import type { MetricOptions } from "../training/metrics.ts";
import { epsilon } from "./losses.ts";
import type { Metric } from "./metrics.ts";

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

/** One column of the last axis, or all of them. */
export function pickClass(values: tf.Tensor, classId: number | null): tf.Tensor {
  if (classId === null) return values;
  const last = values.rank - 1;
  const begin = values.shape.map((_size, axis) => (axis === last ? classId : 0));
  return tf.slice(
    values,
    begin,
    values.shape.map((_size, axis) => (axis === last ? 1 : -1)),
  );
}

export type PositivesName =
  | "precision"
  | "recall"
  | "truePositives"
  | "trueNegatives"
  | "falsePositives"
  | "falseNegatives";

/** Of all units together, or of one (https://keras.io/api/metrics/classification_metrics). */
export function createPositives(
  name: PositivesName,
  kind: DecisionKind,
  { threshold, classId }: Pick<MetricOptions, "threshold" | "classId">,
): Metric {
  // The counts know no class in Keras.
  const only = name === "precision" || name === "recall" ? classId : null;
  return {
    name,
    size: () => 3,
    sums: (truth, predicted) =>
      countHits(
        toNumbers(
          tf.greater(
            tf.reshape(pickClass(kind.chances(predicted), only), [-1, 1]),
            threshold ?? 0.5,
          ),
        ),
        tf.reshape(pickClass(truth, only), [-1, 1]),
      ),
    finish([hits = 0, said = 0, wanted = 0], { rows, units }) {
      switch (name) {
        case "precision":
          return share(hits, said);
        case "recall":
          return share(hits, wanted);
        case "truePositives":
          return hits;
        case "falsePositives":
          return said - hits;
        case "falseNegatives":
          return wanted - hits;
        case "trueNegatives":
          return rows * units - said - wanted + hits;
        default:
          return assertNever(name);
      }
    },
  };
}

/**
 * Keras's `FBetaScore`, and with a beta of 1 its `F1Score`: of several classes the highest score is what was said, unless
 * there is a threshold; yes-or-no units are cut at one half, or there.
 */
export function createFScore(
  name: string,
  kind: DecisionKind,
  { f1Average: average, threshold, beta }: Pick<MetricOptions, "f1Average" | "threshold" | "beta">,
): Metric {
  const score = (counts: Hits) => scoreF(counts, beta);
  return {
    name,
    size: (units) => 3 * units,
    sums(truth, predicted) {
      const units = truth.shape.at(-1) ?? 1;
      const chances = tf.reshape(kind.chances(predicted), [-1, units]);
      const said =
        kind.isBinary(units) || threshold !== null
          ? tf.greater(chances, threshold ?? 0.5)
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
      if (average === "micro") return score(total);
      if (average === "macro") return each.reduce((sum, one) => sum + score(one), 0) / units;
      return each.reduce((sum, one) => sum + score(one) * share(one.wanted, total.wanted), 0);
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

function scoreF({ hits, said, wanted }: Hits, beta: number): number {
  const precision = hits / (said + epsilon);
  const recall = hits / (wanted + epsilon);
  const square = beta * beta;
  return ((1 + square) * precision * recall) / (square * precision + recall + epsilon);
}

/**
 * Mean over classes of overlap divided by union, of classes that occur (`OneHotMeanIoU`); of yes-or-no units the mean
 * of no and yes (`BinaryIoU`, cut at one half unless told otherwise). With classes named, the mean over those only.
 * Rows of the class that the loss leaves out count nothing (`ignore_class`).
 */
export function createIoU(
  kind: DecisionKind,
  {
    threshold,
    iouClasses,
    ignoreClass,
  }: Pick<MetricOptions, "threshold" | "iouClasses"> & Pick<LossOptions, "ignoreClass">,
): Metric {
  const choose = (parts: readonly (readonly [number, number])[]) =>
    iouClasses.length === 0 ? parts : parts.filter((_part, label) => iouClasses.includes(label));
  return {
    name: "meanIoU",
    size: (units) => (kind.isBinary(units) ? 3 : 3 * units),
    sums(truth, predicted) {
      const units = truth.shape.at(-1) ?? 1;
      if (kind.isBinary(units)) {
        const said = tf.greaterEqual(
          tf.reshape(kind.chances(predicted), [-1, 1]),
          threshold ?? 0.5,
        );
        return countHits(toNumbers(said), tf.reshape(truth, [-1, 1]));
      }
      const said = tf.oneHot(tf.argMax(tf.reshape(predicted, [-1, units]), -1).toInt(), units);
      const wanted = tf.reshape(truth, [-1, units]);
      if (ignoreClass === null) return countHits(toNumbers(said), wanted);
      const counted = tf.sub(1, pickClass(wanted, ignoreClass));
      return countHits(tf.mul(toNumbers(said), counted), tf.mul(wanted, counted));
    },
    finish(sums, { rows, units }) {
      if (kind.isBinary(units)) {
        const [hits = 0, said = 0, wanted = 0] = sums;
        const both = rows * units - said - wanted + hits;
        const noUnion = rows * units - hits;
        const parts = [
          [both, noUnion],
          [hits, said + wanted - hits],
        ] as const;
        return meanOfParts(choose(parts));
      }
      const of = (column: number, unit: number) => sums[column * units + unit] ?? 0;
      const parts = Array.from(
        { length: units },
        (_unused, unit) => [of(0, unit), of(1, unit) + of(2, unit) - of(0, unit)] as const,
      );
      return meanOfParts(choose(parts));
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

/** 0 of nothing, as Keras's `divide_no_nan`. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
