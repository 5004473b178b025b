/** What losses, metrics and optimizers are called in each target. */
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import { snakeCase } from "../layers/lowerParams.ts";
import type { LossName } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import { quote } from "./literals.ts";

/** The metrics asked for; where none are, accuracy for classes and the mean absolute error for numbers. */
export function chooseMetrics({ metrics, loss }: PlanOutput): readonly MetricName[] {
  if (metrics.length > 0) return metrics;
  return /crossentropy/i.test(loss) ? ["accuracy"] : ["meanAbsoluteError"];
}

export function kerasLoss(loss: LossName): string {
  switch (loss) {
    case "kullbackLeiblerDivergence":
      return quote("kl_divergence");
    case "logcosh":
      return quote("log_cosh");
    default:
      return quote(snakeCase(loss));
  }
}

/** `isSparse`: the target is class numbers, not one-hot. */
export function kerasMetric(metric: MetricName, isSparse: boolean): string {
  switch (metric) {
    case "accuracy":
      return quote("accuracy");
    case "topK5Accuracy":
      return `keras.metrics.${isSparse ? "Sparse" : ""}TopKCategoricalAccuracy(k=5)`;
    case "meanSquaredError":
      return quote("mse");
    case "rootMeanSquaredError":
      return `keras.metrics.RootMeanSquaredError(name="rmse")`;
    case "meanAbsoluteError":
      return quote("mae");
    case "meanAbsolutePercentageError":
      return quote("mape");
    case "r2":
      return `keras.metrics.R2Score(name="r2")`;
    default:
      return assertNever(metric);
  }
}

/** tfjs's name for a loss, or null where it has none. */
export function tfjsLoss(loss: LossName): string | null {
  switch (loss) {
    case "huber":
      return null;
    case "cosineSimilarity":
      return quote("cosineProximity");
    default:
      return quote(loss);
  }
}

/**
 * Whether the losses can be given by name: not where tfjs lacks one, nor where one is weighted, because tfjs knows no
 * loss weights.
 */
export function usesLossNames(outputs: readonly PlanOutput[]): boolean {
  return outputs.every(({ loss, lossWeight }) => lossWeight === 1 && tfjsLoss(loss) !== null);
}

/**
 * Whether the output's class numbers stay numbers. Otherwise they are made one-hot and the loss is the categorical one,
 * which is the same sum: our own functions (losses, top 5) want one-hot.
 */
export function isSparseInTfjs(output: PlanOutput, outputs: readonly PlanOutput[]): boolean {
  return (
    output.loss === "sparseCategoricalCrossentropy" &&
    usesLossNames(outputs) &&
    !outputs.some((other) => other.metrics.includes("topK5Accuracy"))
  );
}

/** The loss as an expression over `yTrue` and `yPred`: where tfjs has no name for it, or it must be weighted. */
export function tfjsLossExpression(loss: LossName): string {
  switch (loss) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      return "tf.metrics.categoricalCrossentropy(yTrue, yPred)";
    case "binaryCrossentropy":
      return "tf.metrics.binaryCrossentropy(yTrue, yPred)";
    case "meanSquaredError":
    case "meanAbsoluteError":
    case "meanAbsolutePercentageError":
      return `tf.metrics.${loss}(yTrue, yPred)`;
    case "cosineSimilarity":
      return "tf.metrics.cosineProximity(yTrue, yPred)";
    case "huber":
      return "tf.losses.huberLoss(yTrue, yPred)";
    case "meanSquaredLogarithmicError":
      return "yPred.relu().log1p().sub(yTrue.relu().log1p()).square().mean(-1)";
    case "logcosh":
      return "yPred.sub(yTrue).add(yPred.sub(yTrue).mul(-2).softplus()).sub(Math.LN2).mean(-1)";
    case "hinge":
      return "tf.scalar(1).sub(yTrue.mul(2).sub(1).mul(yPred)).relu().mean(-1)";
    case "squaredHinge":
      return "tf.scalar(1).sub(yTrue.mul(2).sub(1).mul(yPred)).relu().square().mean(-1)";
    case "categoricalHinge":
      return "tf.scalar(1).sub(yTrue).mul(yPred).max(-1).sub(yTrue.mul(yPred).sum(-1)).add(1).relu()";
    case "kullbackLeiblerDivergence":
      return "yTrue.clipByValue(1e-7, 1).mul(yTrue.clipByValue(1e-7, 1).div(yPred.clipByValue(1e-7, 1)).log()).sum(-1)";
    case "poisson":
      return "yPred.sub(yTrue.mul(yPred.add(1e-7).log())).mean(-1)";
    default:
      return assertNever(loss);
  }
}

/** A metric in tfjs: a name, or a function with the name it is logged under. */
export function tfjsMetric(metric: MetricName): {
  readonly text: string;
  readonly logged: string;
  readonly helper?: string;
} {
  switch (metric) {
    case "accuracy":
      return { text: quote("accuracy"), logged: "acc" };
    case "meanSquaredError":
      return { text: quote("mse"), logged: "mse" };
    case "meanAbsoluteError":
      return { text: quote("mae"), logged: "mae" };
    case "meanAbsolutePercentageError":
      return { text: quote("mape"), logged: "mape" };
    case "r2":
      return { text: "tf.metrics.r2Score", logged: "r2Score" };
    case "rootMeanSquaredError":
      return {
        text: "rmse",
        logged: "rmse",
        helper: `/** Root of the mean squared error of a batch. */
function rmse(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  return yPred.sub(yTrue).square().mean().sqrt();
}`,
      };
    case "topK5Accuracy":
      return {
        text: "top5Accuracy",
        logged: "top5Accuracy",
        helper: `/** Share of samples whose class is among the five with the highest scores. */
function top5Accuracy(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const score = yTrue.mul(yPred).sum(-1, true);
  return yPred.greater(score).toFloat().sum(-1).less(5).toFloat().mean();
}`,
      };
    default:
      return assertNever(metric);
  }
}
