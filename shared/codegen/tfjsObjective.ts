/** What losses and metrics are called in tfjs, and functions of our own where it lacks them or their options. */
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import {
  defaultLossOptions,
  listLossOptions,
  readLossOptions,
  type LossName,
  type LossOptions,
} from "../training/losses.ts";
import { readMetricOptions, type MetricName } from "../training/metrics.ts";
import { circleHelper, ctcHelper, leaveOutHelper } from "./tfjsLossHelpers.ts";
import { quote } from "./literals.ts";
import { isBinaryHead, takesOneHot } from "./trainingWords.ts";

/** tfjs's name for a loss, or null where it has none. */
export function tfjsLoss(loss: LossName): string | null {
  switch (loss) {
    case "huber":
    case "categoricalFocalCrossentropy":
    case "binaryFocalCrossentropy":
    case "categoricalGeneralizedCrossEntropy":
    case "dice":
    case "tversky":
    case "ctc":
    case "circle":
      return null;
    case "cosineSimilarity":
      return quote("cosineProximity");
    default:
      return quote(loss);
  }
}

/**
 * Whether the losses can be given by name: not where tfjs lacks one or an option of it, nor where one is weighted,
 * because tfjs knows no loss weights.
 */
export function usesLossNames(outputs: readonly PlanOutput[]): boolean {
  return outputs.every(
    (output) => output.lossWeight === 1 && tfjsLoss(output.loss) !== null && !hasOptions(output),
  );
}

function hasOptions({ loss, lossOptions }: PlanOutput): boolean {
  const options = readLossOptions(loss, lossOptions);
  return listLossOptions(loss).some((name) => options[name] !== defaultLossOptions[name]);
}

/**
 * Whether the output's class numbers stay numbers. Otherwise they are made one-hot and the loss is the categorical one,
 * which is the same sum: our own functions (losses, metrics) want one-hot.
 */
export function isSparseInTfjs(output: PlanOutput, outputs: readonly PlanOutput[]): boolean {
  return (
    output.loss === "sparseCategoricalCrossentropy" &&
    usesLossNames(outputs) &&
    !outputs.some((other) =>
      other.metrics.some(
        (metric) => takesOneHot(metric) || metric === "topK5Accuracy" || metric === "topKAccuracy",
      ),
    )
  );
}

/** The loss as an expression over `yTrue` and `yPred`: where tfjs has no name for it, or it must be weighted. */
export function tfjsLossExpression(output: PlanOutput): string {
  const { loss } = output;
  const options = readLossOptions(loss, output.lossOptions);
  switch (loss) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      if (options.ignoreClass !== null) {
        return `leaveOut(yTrue, yTrue.mul(${logShares(options)}).sum(-1).neg(), ${options.ignoreClass})`;
      }
      return hasOptions(output)
        ? `${evenly(options, output)}.mul(${logShares(options)}).sum(-1).neg()`
        : "tf.metrics.categoricalCrossentropy(yTrue, yPred)";
    case "binaryCrossentropy":
      return hasOptions(output) ? binary(options) : "tf.metrics.binaryCrossentropy(yTrue, yPred)";
    case "categoricalFocalCrossentropy": {
      const shares = options.fromLogits ? "tf.softmax(yPred)" : "yPred.div(yPred.sum(-1, true))";
      const clipped = `${shares}.clipByValue(1e-7, 1 - 1e-7)`;
      const factor = raise(`tf.scalar(1).sub(${clipped})`, options.focalGamma);
      return `${evenly(options, output)}.mul(${clipped}.log()).mul(${factor}).sum(-1).mul(${-options.focalAlpha})`;
    }
    case "binaryFocalCrossentropy":
      return binaryFocal(options);
    case "categoricalGeneralizedCrossEntropy":
      return `tf.scalar(1).sub(yTrue.mul(yPred).sum(-1).pow(${options.q})).div(${options.q})`;
    case "meanSquaredError":
    case "meanAbsoluteError":
    case "meanAbsolutePercentageError":
      return `tf.metrics.${loss}(yTrue, yPred)`;
    case "cosineSimilarity":
      return "tf.metrics.cosineProximity(yTrue, yPred)";
    case "huber":
      return options.delta === 1
        ? "tf.losses.huberLoss(yTrue, yPred)"
        : `tf.losses.huberLoss(yTrue, yPred, undefined, ${options.delta})`;
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
    case "dice":
    case "tversky": {
      const axes = options.perSample
        ? `[${output.shape.axes.map((_axis, index) => index + 1).join(", ")}]`
        : "undefined";
      return `overlapLoss(yTrue, yPred, ${
        loss === "dice" ? "0.5, 0.5" : `${options.tverskyAlpha}, ${options.tverskyBeta}`
      }, ${axes})`;
    }
    case "ctc":
      return "ctcLoss(yTrue, yPred)";
    case "circle":
      return `circleLoss(yTrue, yPred, ${options.circleGamma}, ${options.circleMargin}${options.removeDiagonal ? "" : ", false"})`;
    default:
      return assertNever(loss);
  }
}

/** Functions that the expression calls. */
export function tfjsLossHelpers({ loss, lossOptions }: PlanOutput): readonly string[] {
  switch (loss) {
    case "dice":
    case "tversky":
      return [overlapHelper];
    case "ctc":
      return [ctcHelper];
    case "circle":
      return [circleHelper];
    default:
      return readLossOptions(loss, lossOptions).ignoreClass === null ? [] : [leaveOutHelper];
  }
}

/** With alpha and beta of one half it is Dice; \`axes\`: per sample, otherwise of the whole batch. */
const overlapHelper = `/** Tversky loss; with alpha and beta of one half it is Dice. Without axes of the whole batch. */
function overlapLoss(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  alpha: number,
  beta: number,
  axes?: number[],
): tf.Tensor {
  const both = yTrue.mul(yPred).sum(axes);
  const missed = yTrue.mul(tf.scalar(1).sub(yPred)).sum(axes).mul(alpha);
  const wrong = yPred.mul(tf.scalar(1).sub(yTrue)).sum(axes).mul(beta);
  return tf.scalar(1).sub(both.div(both.add(missed).add(wrong).add(1e-7)));
}`;

function evenly({ labelSmoothing }: LossOptions, { shape }: PlanOutput): string {
  if (labelSmoothing === 0) return "yTrue";
  const units = shape.axes.at(-1)?.size ?? 1;
  return `yTrue.mul(${1 - labelSmoothing}).add(${labelSmoothing / units})`;
}

function halfway({ labelSmoothing }: LossOptions): string {
  if (labelSmoothing === 0) return "yTrue";
  return `yTrue.mul(${1 - labelSmoothing}).add(${labelSmoothing / 2})`;
}

function logShares({ fromLogits }: LossOptions): string {
  if (fromLogits) return "tf.logSoftmax(yPred)";
  return "yPred.div(yPred.sum(-1, true)).clipByValue(1e-7, 1 - 1e-7).log()";
}

function binary(options: LossOptions): string {
  const truth = halfway(options);
  const isNot = `tf.scalar(1).sub(${truth})`;
  if (options.fromLogits) {
    return `${truth}.mul(yPred.neg().softplus()).add(${isNot}.mul(yPred.softplus())).mean(-1)`;
  }
  return `${entropy(truth, "yPred")}.mean(-1)`;
}

function binaryFocal(options: LossOptions): string {
  const truth = halfway(options);
  const isNot = `tf.scalar(1).sub(${truth})`;
  const chance = options.fromLogits ? "yPred.sigmoid()" : "yPred";
  const miss = `${truth}.mul(tf.scalar(1).sub(${chance})).add(${isNot}.mul(${chance}))`;
  const weight = options.classBalancing
    ? `.mul(${truth}.mul(${options.focalAlpha}).add(${isNot}.mul(${1 - options.focalAlpha})))`
    : "";
  return `${entropy(truth, chance)}.mul(${raise(miss, options.focalGamma)})${weight}.mean(-1)`;
}

function entropy(truth: string, chance: string): string {
  const clipped = `${chance}.clipByValue(1e-7, 1 - 1e-7)`;
  return `${truth}.mul(${clipped}.log()).add(tf.scalar(1).sub(${truth}).mul(tf.scalar(1).sub(${clipped}).log())).neg()`;
}

/** The slope of a power of 0 is no number. */
function raise(base: string, exponent: number): string {
  if (exponent === 0) return "tf.scalar(1)";
  if (exponent === 1) return base;
  return exponent === 2 ? `${base}.square()` : `${base}.pow(${exponent})`;
}

/** A metric in tfjs: a name, or a function with the name it is logged under. */
export interface TfjsMetric {
  readonly text: string;
  readonly logged: string;
  readonly helper?: string;
}

export function tfjsMetric(metric: MetricName, output: PlanOutput): TfjsMetric {
  const { fromLogits } = readLossOptions(output.loss, output.lossOptions);
  const isBinary = isBinaryHead(output);
  const chances = !fromLogits ? "yPred" : isBinary ? "yPred.sigmoid()" : "tf.softmax(yPred)";
  const own = (name: string, about: string, body: string): TfjsMetric => ({
    text: name,
    logged: name,
    helper: `/** ${about} */
function ${name}(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
${body}
}`,
  });
  switch (metric) {
    case "accuracy":
      return fromLogits && isBinary
        ? own(
            "accuracyOfLogits",
            "Share of decisions that are right: logits are cut at 0.",
            "  return yPred.greater(0).equal(yTrue.greater(0.5)).toFloat().mean();",
          )
        : { text: quote("accuracy"), logged: "acc" };
    case "meanSquaredError":
      return { text: quote("mse"), logged: "mse" };
    case "meanAbsoluteError":
      return { text: quote("mae"), logged: "mae" };
    case "meanAbsolutePercentageError":
      return { text: quote("mape"), logged: "mape" };
    case "r2":
      return { text: "tf.metrics.r2Score", logged: "r2Score" };
    case "rootMeanSquaredError":
      return own(
        "rmse",
        "Root of the mean squared error of a batch.",
        "  return yPred.sub(yTrue).square().mean().sqrt();",
      );
    case "topK5Accuracy":
    case "topKAccuracy": {
      const most = metric === "topKAccuracy" ? readMetricOptions(output.metricOptions).topK : 5;
      return own(
        `top${most}Accuracy`,
        `Share of samples whose class is among the ${most === 5 ? "five" : most} with the highest scores.`,
        `  const score = yTrue.mul(yPred).sum(-1, true);
  return yPred.greater(score).toFloat().sum(-1).less(${most}).toFloat().mean();`,
      );
    }
    case "precision":
    case "recall":
      return own(
        metric,
        metric === "precision"
          ? "Share of what was said that is true, in a batch."
          : "Share of what is true that was said, in a batch.",
        `  const said = ${chances}.greater(0.5).toFloat();
  return said.mul(yTrue).sum().div(${metric === "precision" ? "said" : "yTrue"}.sum().maximum(1));`,
      );
    case "f1Score":
      return own("f1", "F1 of a batch.", printF1(output, chances));
    case "auc":
      return own(
        "auc",
        "How often a 1 of the batch scores higher than a 0.",
        `  const [truth, chance] = [yTrue.flatten(), ${chances}.flatten()];
  const pairs = truth.expandDims(1).mul(tf.scalar(1).sub(truth).expandDims(0));
  const ahead = chance.expandDims(1).sub(chance.expandDims(0)).sign().add(1).div(2);
  return ahead.mul(pairs).sum().div(pairs.sum().maximum(1));`,
      );
    case "prAuc":
      return own(
        "prAuc",
        "Average precision of a batch.",
        `  const { indices } = tf.topk(${chances}.flatten(), yPred.size, true);
  const truth = yTrue.flatten().gather(indices);
  const precision = truth.cumsum().div(tf.range(1, yPred.size + 1));
  return precision.mul(truth).sum().div(truth.sum().maximum(1));`,
      );
    case "meanIoU":
      return own(
        "meanIoU",
        "Mean overlap over union of the classes in a batch.",
        printIoU(output, chances),
      );
    case "perplexity":
      return own(
        "perplexity",
        "e to the mean cross-entropy of a batch.",
        `  return ${
          isBinary
            ? binary({ ...defaultLossOptions, fromLogits })
            : `yTrue.mul(${logShares({ ...defaultLossOptions, fromLogits })}).sum(-1).neg()`
        }.mean().exp();`,
      );
    case "cosineSimilarity":
      return own(
        "cosineSimilarity",
        "Cosine of the angle between truth and prediction.",
        "  return tf.metrics.cosineProximity(yTrue, yPred).mean().neg();",
      );
    default:
      return assertNever(metric);
  }
}

function printF1(output: PlanOutput, chances: string): string {
  const { f1Average } = readMetricOptions(output.metricOptions);
  const said = isBinaryHead(output)
    ? `${chances}.greater(0.5)`
    : "yPred.greaterEqual(yPred.max(-1, true))";
  const axes = f1Average === "micro" ? "" : "0";
  const lines = `  const units = yTrue.shape.at(-1) ?? 1;
  const said = ${said}.toFloat().reshape([-1, units]);
  const truth = yTrue.reshape([-1, units]);
  const hits = said.mul(truth).sum(${axes});
  const f1 = hits.mul(2).div(said.sum(${axes}).add(truth.sum(${axes})).maximum(1e-7));`;
  if (f1Average !== "weighted") return `${lines}\n  return f1.mean();`;
  return `${lines}\n  return f1.mul(truth.sum(0)).sum().div(truth.sum().maximum(1));`;
}

function printIoU(output: PlanOutput, chances: string): string {
  if (isBinaryHead(output)) {
    return `  const overlap = (said: tf.Tensor, truth: tf.Tensor) =>
    said.mul(truth).sum().div(said.maximum(truth).sum().maximum(1));
  const said = ${chances}.greaterEqual(0.5).toFloat();
  const isNot = (values: tf.Tensor) => tf.scalar(1).sub(values);
  return overlap(said, yTrue).add(overlap(isNot(said), isNot(yTrue))).div(2);`;
  }
  return `  const units = yTrue.shape.at(-1) ?? 1;
  const said = tf.oneHot(yPred.argMax(-1).flatten().toInt(), units);
  const truth = yTrue.reshape([-1, units]);
  const union = said.maximum(truth).sum(0);
  const occurs = union.greater(0).toFloat();
  return said.mul(truth).sum(0).div(union.maximum(1)).sum().div(occurs.sum().maximum(1));`;
}
