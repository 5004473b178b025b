/** What losses are called in tfjs, and expressions of our own where it lacks them or their options. */
import { assertNever } from "../base/assertNever.ts";
import type { PlanOutput } from "../compiler/plan.ts";
import {
  defaultLossOptions,
  listLossOptions,
  readLossOptions,
  type LossName,
  type LossOptions,
} from "../training/losses.ts";
import { circleHelper, ctcHelper, leaveOutHelper } from "./tfjsLossHelpers.ts";
import { quote } from "./literals.ts";
import { takesOneHot } from "./trainingWords.ts";

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

export function logShares({ fromLogits }: LossOptions): string {
  if (fromLogits) return "tf.logSoftmax(yPred)";
  return "yPred.div(yPred.sum(-1, true)).clipByValue(1e-7, 1 - 1e-7).log()";
}

export function binary(options: LossOptions): string {
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
