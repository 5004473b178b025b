import { assertNever } from "../base/assertNever.ts";
import type { MetricName } from "./metrics.ts";

/** The short name under which a metric is logged: `rmse`, in validation `valRmse`, of one of several outputs `priceRmse`. */
export function loggedMetricName(metric: MetricName): string {
  switch (metric) {
    case "accuracy":
    case "topK5Accuracy":
    case "r2":
      return metric;
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

/** Whether more is better: accuracies and R² grow, losses and errors shrink. */
export function isHigherBetter(loggedName: string): boolean {
  return /accuracy$|r2$/i.test(loggedName);
}
