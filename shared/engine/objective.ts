import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { ModelPlan, PlanOutput } from "../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import type { TrainingConfig } from "../training/config.ts";
import { readsTruthAs } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import type { TallyState } from "../training/checkpoint.ts";
import type { Metrics } from "../training/events.ts";
import { joinNames, loggedMetricName } from "../training/metricNames.ts";
import { findClassWeights, weighRows } from "./lossWeights.ts";
import { createLoss } from "./losses.ts";
import { createMetric, type Metric, type MetricContext } from "./metrics.ts";
import { planFusion, sortMetrics, type FusedPart } from "./fused/planFusion.ts";
import { runFusedObjective } from "./fused/lossKernel.ts";

/** What is minimised and what is measured, over all outputs of a plan. */
export interface Objective {
  /**
   * Weighted sum of the outputs' losses, and the sums behind all metrics as one small tensor. `truths` are those of
   * the outputs, and behind them the weights of samples where there are such. Call inside a tidy.
   */
  measure(
    truths: readonly tf.Tensor[],
    predictions: readonly tf.Tensor[],
    penalties: readonly tf.Tensor[],
    weighing?: Weighing,
  ): { readonly total: tf.Scalar; readonly sums: tf.Tensor1D };
  createTally(): Tally;
}

export interface Weighing {
  /** Class weights count only in training, as in Keras's `fit`. */
  readonly isTraining?: boolean;
  /** What the gradient of the total will be multiplied by; without it by nothing. The total itself is never scaled. */
  readonly scale?: tf.Tensor | null;
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
  /** Those that can be fused come first, on every backend. */
  readonly metrics: readonly Metric[];
  /** Their names in the order in which they were asked for. */
  readonly logged: readonly string[];
  readonly fused: FusedPart | null;
  readonly classWeights: readonly number[] | null;
  /** The truth is class numbers, not one-hot. */
  readonly hasLabels: boolean;
}

export function createObjective(
  plan: ModelPlan,
  dataset: Dataset,
  options: {
    readonly targets: readonly FieldSpec[];
    /** As a run is configured; without, all classes count alike. */
    readonly classWeights?: TrainingConfig["classWeights"];
    /** The field behind the truths that weighs samples; they are taken in its own unit, unscaled. */
    readonly sampleWeights?: FieldSpec | null;
  },
): Objective {
  const { targets } = options;
  const hasSeveral = plan.outputs.length > 1;
  const parts = plan.outputs.map((output, index): Part => {
    const field = targets[index];
    const units = output.shape.axes.at(-1)?.size ?? 1;
    const context: MetricContext = {
      loss: output.loss,
      ...(output.lossOptions === undefined ? {} : { lossOptions: output.lossOptions }),
      ...(output.metricOptions === undefined ? {} : { metricOptions: output.metricOptions }),
      hasClasses: (field?.classes ?? null) !== null,
      scale: field ? dataset.targetScale(field.name) : { scale: 1, offset: 0 },
    };
    const reading = readsTruthAs(output.loss);
    const chosen = chooseMetrics(output, context.hasClasses);
    const names = sortMetrics(chosen);
    return {
      prefix: hasSeveral ? output.name : "",
      units,
      weight: output.lossWeight,
      loss: createLoss(output.loss, output.lossOptions),
      metrics: names.map((name) => createMetric(name, context)),
      logged: chosen.map((name) => loggedMetricName(name, output.metricOptions)),
      fused: planFusion(names, { ...context, units }),
      // Labels of a sequence are weighed by no class: an alignment has one chance as a whole.
      classWeights:
        field && reading !== "sequence"
          ? findClassWeights(options.classWeights ?? "none", {
              dataset,
              field,
              units: reading === "label" ? null : units,
            })
          : null,
      hasLabels: reading === "label",
    };
  });
  const weightScale = options.sampleWeights
    ? dataset.targetScale(options.sampleWeights.name)
    : { scale: 1, offset: 0 };
  const unscaleWeights = (values: tf.Tensor | null): tf.Tensor | null => {
    const { scale, offset } = weightScale;
    if (values === null || (scale === 1 && offset === 0)) return values;
    return tf.add(tf.mul(values, scale), offset);
  };
  return {
    measure(truths, predictions, penalties, { isTraining = false, scale = null } = {}) {
      const sampleWeights = unscaleWeights(truths[parts.length] ?? null);
      let total: tf.Tensor | null = null;
      const sums: tf.Tensor[] = [];
      for (const [index, part] of parts.entries()) {
        const measured = measurePart(part, {
          truth: at(truths, index),
          predicted: at(predictions, index),
          sampleWeights,
          classWeights: isTraining ? part.classWeights : null,
          // What a single output logs as its loss is what is minimised.
          headFactor: hasSeveral ? 1 : part.weight,
          scale,
        });
        total = total === null ? measured.loss : tf.add(total, measured.loss);
        sums.push(...measured.sums);
      }
      if (total === null) throw new Error("The model has no output.");
      for (const penalty of penalties) total = tf.add(total, penalty);
      const whole = tf.reshape(total, []).asScalar();
      if (hasSeveral) {
        return { total: whole, sums: tf.concat1d([tf.reshape(whole, [1]), ...sums].map(flat)) };
      }
      const [first, ...rest] = sums;
      if (first === undefined) throw new Error("The output measures nothing.");
      // Penalties belong to the loss that is logged.
      const head =
        penalties.length === 0 ? [flat(first)] : [whole.as1D(), tf.slice1d(flat(first), 1, -1)];
      const all = [...head, ...rest.map(flat)].filter(({ size }) => size > 0);
      const [only] = all;
      return {
        total: whole,
        sums: all.length === 1 && only !== undefined ? only : tf.concat1d(all),
      };
    },
    createTally: () => createTally(parts, hasSeveral),
  };
}

interface PartBatch {
  readonly truth: tf.Tensor;
  readonly predicted: tf.Tensor;
  readonly sampleWeights: tf.Tensor | null;
  readonly classWeights: readonly number[] | null;
  readonly headFactor: number;
  readonly scale: tf.Tensor | null;
}

/** The output's share of the total, and its mean loss followed by the sums of its metrics. */
function measurePart(
  part: Part,
  batch: PartBatch,
): { readonly loss: tf.Tensor; readonly sums: readonly tf.Tensor[] } {
  const { truth, predicted, sampleWeights, classWeights, headFactor, scale } = batch;
  const others = (from: number) =>
    part.metrics.slice(from).map((metric) => metric.sums(truth, predicted));
  if (part.fused !== null && tf.backend() instanceof WebGPUBackend) {
    const { loss, sums } = runFusedObjective(
      { ...part.fused, classWeights, factors: { loss: part.weight, head: headFactor } },
      { truth, predicted, weights: sampleWeights, scale },
    );
    return { loss, sums: [sums, ...others(part.fused.metricCount)] };
  }
  const { hasLabels } = part;
  const weights = weighRows(truth, { sampleWeights, classWeights, hasLabels });
  const loss = part.loss(truth, predicted, weights);
  const weigh = (factor: number) => (factor === 1 ? loss : tf.mul(loss, factor));
  return { loss: weigh(part.weight), sums: [weigh(headFactor), ...others(0)] };
}

/** What was asked for; where nothing was, what the target calls for. */
function chooseMetrics(output: PlanOutput, hasClasses: boolean): readonly MetricName[] {
  // Metrics go row by row.
  if (readsTruthAs(output.loss) !== "rows") return [];
  if (output.metrics.length > 0) return output.metrics;
  return hasClasses ? ["accuracy"] : ["rootMeanSquaredError", "meanAbsoluteError"];
}

function createTally(parts: readonly Part[], hasSeveral: boolean): Tally {
  let samples = 0;
  const rows = parts.map(() => 0);
  const totals: number[] = [];
  // The total, then per output its loss (where there are several) and the sums of its metrics.
  const isLoss: boolean[] = [true];
  for (const { metrics, units } of parts) {
    if (hasSeveral) isLoss.push(true);
    for (const metric of metrics) isLoss.push(...Array<boolean>(metric.size(units)).fill(false));
  }
  return {
    add(sums, batch) {
      samples += batch.samples;
      batch.rows.forEach((count, index) => {
        rows[index] = (rows[index] ?? 0) + count;
      });
      for (let index = 0; index < sums.length; index++) {
        // Losses are means over the batch, metrics are sums.
        const weight = isLoss[index] === true ? batch.samples : 1;
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
      const measured: Record<string, number> = {};
      let start = 1;
      for (const [index, part] of parts.entries()) {
        if (hasSeveral) {
          metrics[joinNames(part.prefix, "loss")] = (totals[start] ?? 0) / samples;
          start++;
        }
        for (const metric of part.metrics) {
          const end = start + metric.size(part.units);
          measured[joinNames(part.prefix, metric.name)] = metric.finish(totals.slice(start, end), {
            rows: rows[index] ?? 0,
            units: part.units,
          });
          start = end;
        }
      }
      // In the order in which they were asked for, behind the losses.
      for (const { prefix, logged } of parts)
        for (const name of logged)
          metrics[joinNames(prefix, name)] = measured[joinNames(prefix, name)] ?? Number.NaN;
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
