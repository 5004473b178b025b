/** What losses and metrics are called in Keras 3, with their options where they differ from Keras's own. */
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import { snakeCase } from "../layers/lowerParams.ts";
import { sizesOf } from "../layers/shape.ts";
import { loggedMetricName } from "../training/metricNames.ts";
import {
  defaultLossOptions,
  readLossOptions,
  readsTruthAs,
  type LossOptions,
} from "../training/losses.ts";
import { readMetricOptions, type MetricName } from "../training/metrics.ts";
import { pythonLiteral, quote } from "./literals.ts";
import { printFloat } from "./optimizerWords.ts";
import { isBinaryHead, takesOneHot } from "./trainingWords.ts";

/** Names of the losses' classes where they aren't the capitalised name. */
const classNames: Readonly<Record<string, string>> = {
  kullbackLeiblerDivergence: "KLDivergence",
  logcosh: "LogCosh",
  ctc: "CTC",
};

/** Keras's names of the options, in the order of its arguments. */
const optionNames: readonly (readonly [keyof LossOptions, string])[] = [
  ["fromLogits", "from_logits"],
  ["labelSmoothing", "label_smoothing"],
  ["delta", "delta"],
  ["classBalancing", "apply_class_balancing"],
  ["focalAlpha", "alpha"],
  ["focalGamma", "gamma"],
  ["tverskyAlpha", "alpha"],
  ["tverskyBeta", "beta"],
  ["ignoreClass", "ignore_class"],
  ["circleGamma", "gamma"],
  ["circleMargin", "margin"],
  ["removeDiagonal", "remove_diagonal"],
];

/**
 * Whether the target's class numbers stay numbers. Where a metric wants one-hot they are made so, and the loss is the
 * categorical one, which is the same sum.
 */
export function isSparseInKeras(output: PlanOutput): boolean {
  if (readsTruthAs(output.loss) !== "rows") return true;
  const takesNumbers =
    output.loss === "sparseCategoricalCrossentropy" ||
    output.loss === "categoricalGeneralizedCrossEntropy";
  return takesNumbers && !output.metrics.some(takesOneHot);
}

export function kerasLoss(output: PlanOutput): string {
  const options = readLossOptions(output.loss, output.lossOptions);
  const isSparse = isSparseInKeras(output);
  const loss =
    output.loss === "sparseCategoricalCrossentropy" && !isSparse
      ? "categoricalCrossentropy"
      : output.loss;
  if (loss === "categoricalGeneralizedCrossEntropy") {
    return isSparse
      ? `keras.losses.CategoricalGeneralizedCrossEntropy(q=${options.q})`
      : `lambda y_true, y_pred: keras.losses.categorical_generalized_cross_entropy(\n            keras.ops.argmax(y_true, axis=-1), y_pred, ${options.q}\n        )`;
  }
  if (options.ignoreClass !== null && !isSparse) {
    const logits = options.fromLogits ? "\n            from_logits=True," : "";
    return `lambda y_true, y_pred: keras.losses.sparse_categorical_crossentropy(\n            keras.ops.argmax(y_true, axis=-1),\n            y_pred,${logits}\n            ignore_class=${options.ignoreClass},\n        )`;
  }
  const given = optionNames.flatMap(([name, keras]) =>
    options[name] === defaultLossOptions[name] ? [] : [`${keras}=${pythonLiteral(options[name])}`],
  );
  if (options.perSample) {
    const axes = output.shape.axes.map((_axis, index) => index + 1);
    given.push(`axis=(${axes.join(", ")}${axes.length === 1 ? "," : ""})`);
  }
  if (given.length === 0) return quote(shortLossName(loss));
  return `keras.losses.${classNames[loss] ?? capitalise(loss)}(${given.join(", ")})`;
}

function shortLossName(loss: PlanOutput["loss"]): string {
  if (loss === "kullbackLeiblerDivergence") return "kl_divergence";
  return loss === "logcosh" ? "log_cosh" : snakeCase(loss);
}

const capitalise = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export interface PrintedMetric {
  readonly text: string;
  /** A function or class that stands before `compile_model`. */
  readonly helper?: string;
}

/** Metrics measure probabilities: where the loss takes logits, they are turned first. */
export function kerasMetric(metric: MetricName, output: PlanOutput): PrintedMetric {
  const { fromLogits, ignoreClass } = readLossOptions(output.loss, output.lossOptions);
  const options = readMetricOptions(output.metricOptions);
  const { topK, threshold, classId, iouClasses } = options;
  const units = sizesOf(output.shape).at(-1) ?? 1;
  const classWord = classId === null ? "" : `class_id=${classId}, `;
  const cut = (word: string) => (threshold === null ? "" : `${word}=${printFloat(threshold)}, `);
  const isBinary = isBinaryHead(output);
  const name = `name=${quote(kerasLoggedName(loggedMetricName(metric, output.metricOptions)))}`;
  const onChances = (text: string): PrintedMetric =>
    fromLogits
      ? {
          text: `from_logits(${text}, keras.ops.${isBinary ? "sigmoid" : "softmax"})`,
          helper: fromLogitsHelper,
        }
      : { text };
  switch (metric) {
    case "accuracy":
      return isBinary && (fromLogits || threshold !== null)
        ? {
            text: `keras.metrics.BinaryAccuracy(${name}, threshold=${printBorder(fromLogits, threshold)})`,
          }
        : { text: quote("accuracy") };
    case "topK5Accuracy":
    case "topKAccuracy": {
      const kind = isSparseInKeras(output) ? "Sparse" : "";
      const most = metric === "topKAccuracy" ? topK : 5;
      return { text: `keras.metrics.${kind}TopKCategoricalAccuracy(k=${most}, ${name})` };
    }
    case "precision":
      return onChances(`keras.metrics.Precision(${cut("thresholds")}${classWord}${name})`);
    case "recall":
      return onChances(`keras.metrics.Recall(${cut("thresholds")}${classWord}${name})`);
    case "truePositives":
    case "trueNegatives":
    case "falsePositives":
    case "falseNegatives":
      return onChances(`keras.metrics.${capitalise(metric)}(${cut("thresholds")}${name})`);
    case "precisionAtRecall":
    case "recallAtPrecision":
    case "sensitivityAtSpecificity":
    case "specificityAtSensitivity":
      return onChances(
        `keras.metrics.${capitalise(metric)}(${options.atLeast}, ${classWord}${name})`,
      );
    case "fBetaScore":
    case "f1Score": {
      const kind = metric === "f1Score" ? "F1Score" : "FBetaScore";
      const words = [
        `average=${quote(options.f1Average)}`,
        ...(metric === "f1Score" ? [] : [`beta=${printFloat(options.beta)}`]),
        ...(isBinary || threshold !== null ? [`threshold=${printFloat(threshold ?? 0.5)}`] : []),
        name,
      ];
      const inner = onChances(`keras.metrics.${kind}(${words.join(", ")})`);
      // Keras takes [batch, classes] only.
      if (output.shape.axes.length === 1) return inner;
      const helper = [inner.helper, byRowHelper]
        .filter((each) => each !== undefined)
        .join("\n\n\n");
      return { text: `by_row(${inner.text})`, helper };
    }
    case "auc":
      return onChances(`keras.metrics.AUC(${name})`);
    case "prAuc":
      return onChances(`keras.metrics.AUC(curve="PR", ${name})`);
    case "meanIoU": {
      const chosen = iouClasses.length === 0 ? "" : `target_class_ids=[${iouClasses.join(", ")}], `;
      if (isBinary)
        return onChances(`keras.metrics.BinaryIoU(${chosen}${cut("threshold")}${name})`);
      const kind = chosen === "" ? "OneHotMeanIoU" : "OneHotIoU";
      const left = ignoreClass === null ? "" : `ignore_class=${ignoreClass}, `;
      return { text: `keras.metrics.${kind}(num_classes=${units}, ${chosen}${left}${name})` };
    }
    case "crossentropy": {
      const kind = isBinary ? "BinaryCrossentropy" : "CategoricalCrossentropy";
      return { text: `keras.metrics.${kind}(${name}${fromLogits ? ", from_logits=True" : ""})` };
    }
    case "kullbackLeiblerDivergence":
      return onChances(`keras.metrics.KLDivergence(${name})`);
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
    case "meanSquaredLogarithmicError":
    case "poisson":
    case "pearsonCorrelation":
    case "concordanceCorrelation":
      return { text: `keras.metrics.${capitalise(metric)}(${name})` };
    case "logcosh":
      return { text: `keras.metrics.LogCoshError(${name})` };
    case "perplexity": {
      const loss = isBinary ? "binary_crossentropy" : "categorical_crossentropy";
      const logits = fromLogits ? ", from_logits=True" : "";
      return {
        text: `Perplexity(keras.losses.${loss}${logits}, ${name})`,
        helper: perplexityHelper,
      };
    }
    case "cosineSimilarity":
      return { text: `keras.metrics.CosineSimilarity(${name})` };
    case "meanSquaredError":
      return { text: quote("mse") };
    case "rootMeanSquaredError":
      return { text: `keras.metrics.RootMeanSquaredError(${name})` };
    case "meanAbsoluteError":
      return { text: quote("mae") };
    case "meanAbsolutePercentageError":
      return { text: quote("mape") };
    case "r2":
      return { text: `keras.metrics.R2Score(${name})` };
    default:
      return assertNever(metric);
  }
}

/** Where yes begins: a chance, or its logit. */
function printBorder(fromLogits: boolean, threshold: number | null): string {
  const chance = threshold ?? 0.5;
  if (!fromLogits) return printFloat(chance);
  return chance === 1 ? 'float("inf")' : printFloat(Math.log(chance / (1 - chance)));
}

/** `topK3Accuracy` → `top_k3_accuracy`, `meanIoU` → `mean_iou`: in metrics and in what watches them. */
export function kerasLoggedName(logged: string): string {
  return snakeCase(logged.replace("IoU", "Iou"));
}

const fromLogitsHelper = `def from_logits(metric, activation):
    """The metric of the probabilities that belong to logits."""
    update = metric.update_state

    def update_state(y_true, y_pred, sample_weight=None):
        return update(y_true, activation(y_pred), sample_weight)

    metric.update_state = update_state
    return metric`;

const byRowHelper = `def by_row(metric):
    """The metric of every position by itself."""
    update = metric.update_state

    def update_state(y_true, y_pred, sample_weight=None):
        units = y_pred.shape[-1]
        return update(
            keras.ops.reshape(y_true, (-1, units)), keras.ops.reshape(y_pred, (-1, units))
        )

    metric.update_state = update_state
    return metric`;

const perplexityHelper = `class Perplexity(keras.metrics.Mean):
    """e to the mean cross-entropy."""

    def __init__(self, loss, from_logits=False, **kwargs):
        super().__init__(**kwargs)
        self.loss = loss
        self.from_logits = from_logits

    def update_state(self, y_true, y_pred, sample_weight=None):
        losses = self.loss(y_true, y_pred, from_logits=self.from_logits)
        return super().update_state(losses, sample_weight)

    def result(self):
        return keras.ops.exp(super().result())`;
