/** What can be measured beside the loss, by Keras's names in camelCase where it has one (https://keras.io/api/metrics). */
export const metricNames = [
  "accuracy",
  "topK5Accuracy",
  "topKAccuracy",
  "precision",
  "recall",
  "f1Score",
  "auc",
  "prAuc",
  "meanIoU",
  "perplexity",
  "meanSquaredError",
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "r2",
  "cosineSimilarity",
] as const;
export type MetricName = (typeof metricNames)[number];

export const averages = ["macro", "micro", "weighted"] as const;

export interface MetricOptions {
  /** Of `topKAccuracy`: right is who is among the k highest scores. */
  readonly topK: number;
  /** Of `f1Score` over several classes: all classes alike, all decisions alike, or classes by how frequent they are. */
  readonly f1Average: (typeof averages)[number];
}

export const defaultMetricOptions: MetricOptions = { topK: 5, f1Average: "macro" };

/** The options that a metric knows. */
export function listMetricOptions(metric: MetricName): readonly (keyof MetricOptions)[] {
  switch (metric) {
    case "topKAccuracy":
      return ["topK"];
    case "f1Score":
      return ["f1Average"];
    default:
      return [];
  }
}

export function readMetricOptions(set: Partial<MetricOptions> | undefined): MetricOptions {
  return { ...defaultMetricOptions, ...set };
}
