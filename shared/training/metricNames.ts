import { assertNever } from "../base/assertNever.ts";
import { type MetricName, type MetricOptions, readMetricOptions } from "./metrics.ts";

/** The short name under which a metric is logged: `rmse`, in validation `valRmse`, of one of several outputs `priceRmse`. */
export function loggedMetricName(metric: MetricName, options?: Partial<MetricOptions>): string {
  switch (metric) {
    case "accuracy":
    case "topK5Accuracy":
    case "precision":
    case "recall":
    case "auc":
    case "prAuc":
    case "meanIoU":
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity":
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
    case "crossentropy":
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
    case "logcosh":
    case "poisson":
    case "pearsonCorrelation":
    case "concordanceCorrelation":
    case "perplexity":
    case "cosineSimilarity":
    case "r2":
      return metric;
    case "topKAccuracy":
      return `topK${readMetricOptions(options).topK}Accuracy`;
    case "f1Score":
      return "f1";
    case "fBetaScore":
      return "fBeta";
    case "kullbackLeiblerDivergence":
      return "klDivergence";
    case "meanSquaredLogarithmicError":
      return "msle";
    case "meanSquaredError":
      return "mse";
    case "rootMeanSquaredError":
      return "rmse";
    case "meanAbsoluteError":
      return "mae";
    case "meanAbsolutePercentageError":
      return "mape";
    default:
      return assertNever(metric);
  }
}

/** `joinNames("val", "loss")` → `valLoss`. */
export function joinNames(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

/** Whether more is better: accuracies, hits, areas, overlaps, correlations and R² grow, losses, errors and the perplexity shrink. */
export function isHigherBetter(loggedName: string): boolean {
  return /(accuracy|r2|precision|recall|sensitivity|specificity|truePositives|trueNegatives|f1|fBeta|auc|iou|similarity|correlation)$/i.test(
    loggedName,
  );
}
