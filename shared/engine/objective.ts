import * as tf from "@tensorflow/tfjs";
import type { ModelPlan, PlanOutput } from "../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import type { MetricName } from "../training/metrics.ts";
import type { TallyState } from "../training/checkpoint.ts";
import type { Metrics } from "../training/events.ts";
import { joinNames } from "../training/metricNames.ts";
import { createLoss } from "./losses.ts";
import { createMetric, type Metric } from "./metrics.ts";

/** What is minimised and what is measured, over all outputs of a plan. */
export interface Objective {
  /** Weighted sum of the outputs' losses, and the sums behind all metrics as one small tensor. Call inside a tidy. */
  measure(
    truths: readonly tf.Tensor[],
    predictions: readonly tf.Tensor[],
    penalties: readonly tf.Tensor[],
  ): { readonly total: tf.Scalar; readonly sums: tf.Tensor1D };
  createTally(): Tally;
}

/** Adds up batches to means over samples. */
export interface Tally {
  add(sums: ArrayLike<number>, batch: BatchSize): void;
  /** Under their logged names; empty before the first batch. What is no finite number is left out: JSON has none. */
  means(): Metrics;
  /** The running sums, for a checkpoint, and the way back to them. */
  read(): TallyState;
  write(state: TallyState): void;
}

export interface BatchSize {
  readonly samples: number;
  /** Rows of units per output: samples, times positions where an output has more axes. */
  readonly rows: readonly number[];
}

interface Part {
  readonly prefix: string;
  readonly units: number;
  readonly weight: number;
  readonly loss: ReturnType<typeof createLoss>;
  readonly metrics: readonly Metric[];
}

export function createObjective(
  plan: ModelPlan,
  dataset: Dataset,
  targets: readonly FieldSpec[],
): Objective {
  const hasSeveral = plan.outputs.length > 1;
  const parts = plan.outputs.map((output, index): Part => {
    const field = targets[index];
    const hasClasses = (field?.classes ?? null) !== null;
    const scale = field ? dataset.targetScale(field.name) : { scale: 1, offset: 0 };
    return {
      prefix: hasSeveral ? output.name : "",
      units: output.shape.axes.at(-1)?.size ?? 1,
      weight: output.lossWeight,
      loss: createLoss(output.loss),
      metrics: chooseMetrics(output, hasClasses).map((name) =>
        createMetric(name, { loss: output.loss, hasClasses, scale }),
      ),
    };
  });
  return {
    measure(truths, predictions, penalties) {
      const losses: tf.Tensor[] = [];
      const sums: tf.Tensor[] = [];
      let total: tf.Tensor = tf.scalar(0);
      for (const [index, part] of parts.entries()) {
        const truth = at(truths, index);
        const predicted = at(predictions, index);
        const loss = part.loss(truth, predicted);
        losses.push(tf.reshape(loss, [1]));
        const weighted = part.weight === 1 ? loss : tf.mul(loss, part.weight);
        total = index === 0 ? weighted : tf.add(total, weighted);
        for (const metric of part.metrics) sums.push(metric.sums(truth, predicted));
      }
      for (const penalty of penalties) total = tf.add(total, penalty);
      const head = hasSeveral ? [tf.reshape(total, [1]), ...losses] : [tf.reshape(total, [1])];
      return { total: tf.reshape(total, []), sums: tf.concat1d([...head, ...sums].map(flat)) };
    },
    createTally: () => createTally(parts, hasSeveral),
  };
}

/** What was asked for; where nothing was, what the target calls for. */
function chooseMetrics(output: PlanOutput, hasClasses: boolean): readonly MetricName[] {
  if (output.metrics.length > 0) return output.metrics;
  return hasClasses ? ["accuracy"] : ["rootMeanSquaredError", "meanAbsoluteError"];
}

function createTally(parts: readonly Part[], hasSeveral: boolean): Tally {
  let samples = 0;
  const rows = parts.map(() => 0);
  const totals: number[] = [];
  const lossCount = hasSeveral ? 1 + parts.length : 1;
  return {
    add(sums, batch) {
      samples += batch.samples;
      batch.rows.forEach((count, index) => {
        rows[index] = (rows[index] ?? 0) + count;
      });
      for (let index = 0; index < sums.length; index++) {
        // Losses are means over the batch, metrics are sums.
        const weight = index < lossCount ? batch.samples : 1;
        totals[index] = (totals[index] ?? 0) + (sums[index] ?? 0) * weight;
      }
    },
    read: () => ({ samples, rows: [...rows], totals: [...totals] }),
    write(state) {
      samples = state.samples;
      rows.splice(0, rows.length, ...state.rows);
      totals.splice(0, totals.length, ...state.totals);
    },
    means() {
      if (samples === 0) return {};
      const metrics: Record<string, number> = { loss: (totals[0] ?? 0) / samples };
      if (hasSeveral) {
        parts.forEach((part, index) => {
          metrics[joinNames(part.prefix, "loss")] = (totals[1 + index] ?? 0) / samples;
        });
      }
      let start = lossCount;
      for (const [index, part] of parts.entries()) {
        for (const metric of part.metrics) {
          const end = start + metric.size(part.units);
          metrics[joinNames(part.prefix, metric.name)] = metric.finish(totals.slice(start, end), {
            rows: rows[index] ?? 0,
            units: part.units,
          });
          start = end;
        }
      }
      return Object.fromEntries(
        Object.entries(metrics).filter(([, value]) => Number.isFinite(value)),
      );
    },
  };
}

function flat(tensor: tf.Tensor): tf.Tensor1D {
  return tensor.as1D();
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`Output ${index + 1} has no tensor.`);
  return item;
}
