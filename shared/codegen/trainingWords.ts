/** What both targets have to know of an output's loss and metrics. */
import type { PlanOutput } from "../compiler/plan.ts";
import { readsTruthAs } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";

/** The metrics asked for, which all go row by row; where none are, accuracy for classes and the mean absolute error for numbers. */
export function chooseMetrics({ metrics, loss }: PlanOutput): readonly MetricName[] {
  if (readsTruthAs(loss) !== "rows") return [];
  if (metrics.length > 0) return metrics;
  return /crossentropy/i.test(loss) ? ["accuracy"] : ["meanAbsoluteError"];
}

/** Whether a metric compares unit by unit, so that class numbers must be made one-hot. */
export function takesOneHot(metric: MetricName): boolean {
  switch (metric) {
    case "precision":
    case "recall":
    case "f1Score":
    case "fBetaScore":
    case "auc":
    case "prAuc":
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity":
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
    case "crossentropy":
    case "kullbackLeiblerDivergence":
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
    case "pearsonCorrelation":
    case "concordanceCorrelation":
    case "meanIoU":
    case "perplexity":
    case "cosineSimilarity":
      return true;
    default:
      return false;
  }
}

/** Whether each unit is a yes or no of its own. */
export function isBinaryHead({ loss, shape }: PlanOutput): boolean {
  return (
    shape.axes.at(-1)?.size === 1 ||
    loss === "binaryCrossentropy" ||
    loss === "binaryFocalCrossentropy"
  );
}
