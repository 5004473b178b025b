/** Metrics over many thresholds at once: areas under curves, and what is reached where something else is. */
import * as tf from "@tensorflow/tfjs";
import type { MetricOptions } from "../training/metrics.ts";
import type { Metric } from "./metrics.ts";
import { countInBuckets } from "./metricsBuckets.ts";
import { pickClass, share, type DecisionKind } from "./metricsOfClasses.ts";

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
    sums: (truth, predicted) => countChances(truth, kind.chances(predicted)),
    finish(sums) {
      const { hits, wrong } = countAbove(sums);
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

export type TradeOffName =
  | "precisionAtRecall"
  | "recallAtPrecision"
  | "sensitivityAtSpecificity"
  | "specificityAtSensitivity";

/** The best of the one at any threshold where the other is at least what is asked for; 0 where it never is. As in Keras. */
export function createTradeOff(
  name: TradeOffName,
  kind: DecisionKind,
  { atLeast, classId }: Pick<MetricOptions, "atLeast" | "classId">,
): Metric {
  return {
    name,
    size: () => 2 * thresholds,
    sums: (truth, predicted) =>
      countChances(pickClass(truth, classId), pickClass(kind.chances(predicted), classId)),
    finish(sums) {
      const { hits, wrong } = countAbove(sums);
      const [wanted = 0] = hits;
      const [unwanted = 0] = wrong;
      let best = 0;
      for (const [at, right] of hits.entries()) {
        const missed = wrong[at] ?? 0;
        const precision = share(right, right + missed);
        const recall = share(right, wanted);
        const specificity = share(unwanted - missed, unwanted);
        const [value, other] = {
          precisionAtRecall: [precision, recall] as const,
          recallAtPrecision: [recall, precision] as const,
          sensitivityAtSpecificity: [recall, specificity] as const,
          specificityAtSensitivity: [specificity, recall] as const,
        }[name];
        if (other >= atLeast) best = Math.max(best, value);
      }
      return best;
    },
  };
}

function countChances(truth: tf.Tensor, chances: tf.Tensor): tf.Tensor {
  const inside = tf.clipByValue(chances, 0, 1);
  return countInBuckets(tf.reshape(truth, [-1]), tf.reshape(inside, [-1]), thresholds);
}

/** Right and wrong yeses at every threshold. */
function countAbove(sums: readonly number[]) {
  const above = (start: number) => {
    const counts = sums.slice(start, start + thresholds);
    for (let at = thresholds - 2; at >= 0; at--)
      counts[at] = (counts[at] ?? 0) + (counts[at + 1] ?? 0);
    return counts;
  };
  return { hits: above(0), wrong: above(thresholds) };
}
