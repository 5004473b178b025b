/** What can be measured beside the loss, by Keras's names in camelCase where it has one (https://keras.io/api/metrics). */
export const metricNames = [
  "accuracy",
  "topK5Accuracy",
  "topKAccuracy",
  "precision",
  "recall",
  "f1Score",
  "fBetaScore",
  "auc",
  "prAuc",
  "precisionAtRecall",
  "recallAtPrecision",
  "sensitivityAtSpecificity",
  "specificityAtSensitivity",
  "truePositives",
  "trueNegatives",
  "falsePositives",
  "falseNegatives",
  "meanIoU",
  "crossentropy",
  "perplexity",
  "kullbackLeiblerDivergence",
  "hinge",
  "squaredHinge",
  "categoricalHinge",
  "meanSquaredError",
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  "logcosh",
  "poisson",
  "r2",
  "cosineSimilarity",
  "pearsonCorrelation",
  "concordanceCorrelation",
] as const;
export type MetricName = (typeof metricNames)[number];

export const averages = ["macro", "micro", "weighted"] as const;

export interface MetricOptions {
  /** Of `topKAccuracy`: right is who is among the k highest scores. */
  readonly topK: number;
  /** Of `f1Score` and `fBetaScore` over several classes: all classes alike, all decisions alike, or classes by how frequent they are. */
  readonly f1Average: (typeof averages)[number];
  /** Above which chance a yes is said; null: one half, and of several classes' F scores the highest. */
  readonly threshold: number | null;
  /** Only this class counts, from 0; null: all. */
  readonly classId: number | null;
  /** Of `fBetaScore`: recall counts so many times as much as precision. */
  readonly beta: number;
  /** Of `precisionAtRecall` and the like: what the other one must reach. */
  readonly atLeast: number;
  /** Of `meanIoU`: the classes whose mean is taken; empty: all. */
  readonly iouClasses: readonly number[];
}

export const defaultMetricOptions: MetricOptions = {
  topK: 5,
  f1Average: "macro",
  threshold: null,
  classId: null,
  beta: 1,
  atLeast: 0.5,
  iouClasses: [],
};

/** The options that a metric knows. */
export function listMetricOptions(metric: MetricName): readonly (keyof MetricOptions)[] {
  switch (metric) {
    case "topKAccuracy":
      return ["topK"];
    case "accuracy":
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
      return ["threshold"];
    case "precision":
    case "recall":
      return ["threshold", "classId"];
    case "f1Score":
      return ["f1Average", "threshold"];
    case "fBetaScore":
      return ["f1Average", "threshold", "beta"];
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity":
      return ["atLeast", "classId"];
    case "meanIoU":
      return ["threshold", "iouClasses"];
    default:
      return [];
  }
}

export function readMetricOptions(set: Partial<MetricOptions> | undefined): MetricOptions {
  return { ...defaultMetricOptions, ...set };
}
