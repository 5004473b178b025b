/** Which part of an output's objective the fused kernel can do. Depends on names only, never on the backend. */
import { readLossOptions, type LossName } from "../../training/losses.ts";
import { readMetricOptions, type MetricName } from "../../training/metrics.ts";
import { findBorder, isBinaryOutput, type MetricContext } from "../metrics.ts";
import type { FusedObjective } from "./lossKernel.ts";
import { fusedLosses, fusedMetricNames, type FusedMetric } from "./lossShader.ts";

export interface FusedPart extends Pick<FusedObjective, "loss" | "options" | "metrics"> {
  /** How many of the metrics it does: the first ones. */
  readonly metricCount: number;
}

/** Metrics that can be fused first, else in their order: so sums lie alike on every backend. */
export function sortMetrics(names: readonly MetricName[]): readonly MetricName[] {
  const isFusable = (name: MetricName) => fusedMetricNames.includes(name);
  return [...names.filter(isFusable), ...names.filter((name) => !isFusable(name))];
}

/** null where the loss itself goes through ops. */
export function planFusion(
  names: readonly MetricName[],
  context: MetricContext & { readonly units: number },
): FusedPart | null {
  const loss = fusedLosses.find((name) => name === context.loss);
  // A mean over some rows only has to count them first.
  if (loss === undefined || (context.lossOptions?.ignoreClass ?? null) !== null) return null;
  const metrics: FusedMetric[] = [];
  for (const name of names) {
    const metric = fuseMetric(name, context);
    if (metric === null) break;
    metrics.push(metric);
  }
  const options = readLossOptions(loss, context.lossOptions);
  return { loss, options, metrics, metricCount: metrics.length };
}

function fuseMetric(
  name: MetricName,
  context: MetricContext & { readonly units: number },
): FusedMetric | null {
  const { units, scale } = context;
  const { fromLogits, labelSmoothing } = readLossOptions(context.loss, context.lossOptions);
  const isBinary = isBinaryOutput(context, units);
  const { threshold, classId, topK } = readMetricOptions(context.metricOptions);
  const border = isBinary ? findBorder(context, threshold) : (threshold ?? 0.5);
  switch (name) {
    case "accuracy":
      return isBinary ? { kind: "binaryAccuracy", border } : { kind: "classAccuracy" };
    case "topK5Accuracy":
      return { kind: "topK", most: 5 };
    case "topKAccuracy":
      return { kind: "topK", most: topK };
    case "precision":
    case "recall":
      return fromLogits && !isBinary ? null : { kind: "positives", border, unit: classId };
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
      return fromLogits && !isBinary ? null : { kind: "positives", border, unit: null };
    case "crossentropy":
    case "perplexity":
      return labelSmoothing === 0 && isEntropy(context.loss, isBinary) ? { kind: "rowLoss" } : null;
    case "meanSquaredError":
    case "rootMeanSquaredError":
      return { kind: "squaredError", ...scale };
    case "meanAbsoluteError":
      return { kind: "absoluteError", ...scale };
    case "meanAbsolutePercentageError":
      return { kind: "relativeError", ...scale };
    default:
      return null;
  }
}

/** Whether the loss is the very cross-entropy that the perplexity is of. */
function isEntropy(loss: LossName, isBinary: boolean): boolean {
  if (isBinary) return loss === "binaryCrossentropy";
  return loss === "categoricalCrossentropy" || loss === "sparseCategoricalCrossentropy";
}
