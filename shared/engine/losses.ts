import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import { type LossName, type LossOptions, readLossOptions } from "../training/losses.ts";
import { ctcLosses } from "./ctc.ts";

/** Keras's fuzz factor (`keras.config.epsilon()`). */
export const epsilon = 1e-7;

/**
 * Mean loss of a batch, a scalar. Both tensors have the prediction's shape [batch, …, units]; class numbers have been
 * made one-hot before. Only CTC's truth is [batch, labels, units], and Circle's [batch, 1] of class numbers. Definitions as in Keras 3 (https://keras.io/api/losses). `weights` are one per row of units,
 * [batch, …]; as Keras does by `sum_over_batch_size`, the weighted losses are divided by the number of rows, not by the
 * sum of the weights.
 */
export type Loss = (
  truth: tf.Tensor,
  predicted: tf.Tensor,
  weights?: tf.Tensor | null,
) => tf.Scalar;

export function createLoss(name: LossName, set?: Partial<LossOptions>): Loss {
  const options = readLossOptions(name, set);
  return (truth, predicted, weights = null) =>
    tf.tidy(() => {
      const losses = perRow(name, options, { truth, predicted });
      // An overlap of the whole batch is one number, and so weighted by the mean of the weights.
      const weighted = weights === null ? losses : tf.mul(losses, fitWeights(weights, losses));
      const counted = findCounted(options, { name, truth, losses });
      if (counted === null) return tf.mean(weighted);
      return tf.div(tf.sum(tf.mul(weighted, counted)), tf.maximum(tf.sum(counted), 1));
    });
}

/** 1 for each row that the mean is taken over, 0 for the others, as Keras masks its losses; null: all rows. */
function findCounted(
  { ignoreClass }: LossOptions,
  about: { readonly name: LossName; readonly truth: tf.Tensor; readonly losses: tf.Tensor },
): tf.Tensor | null {
  const { name, truth, losses } = about;
  // A sample without a partner of its own class and one of another tells nothing. The sign has a gradient, unlike `>`.
  if (name === "circle") return tf.sign(losses);
  if (ignoreClass === null) return null;
  const column = truth.shape.map((_size, axis) => (axis === truth.rank - 1 ? ignoreClass : 0));
  const size = truth.shape.map((_size, axis) => (axis === truth.rank - 1 ? 1 : -1));
  return tf.sub(tf.sum(truth, -1), tf.squeeze(tf.slice(truth, column, size), [truth.rank - 1]));
}

/** One loss per sample is weighted by the mean of the sample's rows. */
function fitWeights(weights: tf.Tensor, losses: tf.Tensor): tf.Tensor {
  if (losses.rank === 0 || weights.rank <= losses.rank) return weights;
  return tf.mean(tf.reshape(weights, [weights.shape[0] ?? 1, -1]), 1);
}

interface Pair {
  readonly truth: tf.Tensor;
  readonly predicted: tf.Tensor;
}

function perRow(name: LossName, options: LossOptions, pair: Pair): tf.Tensor {
  const { truth, predicted } = pair;
  switch (name) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      return tf.neg(tf.sum(tf.mul(smooth(truth, options), logShares(predicted, options)), -1));
    case "categoricalFocalCrossentropy":
      return categoricalFocal(options, pair);
    case "categoricalGeneralizedCrossEntropy": {
      // The slope of a root is endless at 0.
      const share = tf.maximum(tf.sum(tf.mul(predicted, truth), -1), 1e-30);
      return tf.div(tf.sub(1, tf.pow(share, options.q)), options.q);
    }
    case "binaryCrossentropy":
      return tf.mean(binary(halfSmooth(truth, options), predicted, options.fromLogits), -1);
    case "binaryFocalCrossentropy":
      return tf.mean(binaryFocal(options, pair), -1);
    case "meanSquaredError":
      return tf.mean(tf.square(tf.sub(predicted, truth)), -1);
    case "meanAbsoluteError":
      return tf.mean(tf.abs(tf.sub(predicted, truth)), -1);
    case "meanAbsolutePercentageError": {
      const relative = tf.div(tf.sub(truth, predicted), tf.maximum(tf.abs(truth), epsilon));
      return tf.mul(100, tf.mean(tf.abs(relative), -1));
    }
    case "meanSquaredLogarithmicError": {
      const logarithm = (values: tf.Tensor) => tf.log(tf.add(tf.maximum(values, epsilon), 1));
      return tf.mean(tf.square(tf.sub(logarithm(predicted), logarithm(truth))), -1);
    }
    case "huber": {
      // Quadratic near the truth, linear beyond delta.
      const distance = tf.abs(tf.sub(predicted, truth));
      const near = tf.minimum(distance, options.delta);
      return tf.mean(tf.mul(near, tf.sub(distance, tf.mul(0.5, near))), -1);
    }
    case "logcosh": {
      const error = tf.sub(predicted, truth);
      return tf.mean(tf.sub(tf.add(error, tf.softplus(tf.mul(-2, error))), Math.LN2), -1);
    }
    case "hinge":
      return tf.mean(tf.relu(tf.sub(1, tf.mul(signed(truth), predicted))), -1);
    case "squaredHinge":
      return tf.mean(tf.square(tf.relu(tf.sub(1, tf.mul(signed(truth), predicted)))), -1);
    case "categoricalHinge": {
      const right = tf.sum(tf.mul(truth, predicted), -1);
      const wrong = tf.max(tf.mul(tf.sub(1, truth), predicted), -1);
      return tf.relu(tf.add(tf.sub(wrong, right), 1));
    }
    case "kullbackLeiblerDivergence": {
      const from = tf.clipByValue(truth, epsilon, 1);
      const to = tf.clipByValue(predicted, epsilon, 1);
      return tf.sum(tf.mul(from, tf.log(tf.div(from, to))), -1);
    }
    case "poisson":
      return tf.mean(tf.sub(predicted, tf.mul(truth, tf.log(tf.add(predicted, epsilon)))), -1);
    case "cosineSimilarity":
      return tf.neg(tf.sum(tf.mul(normalise(truth), normalise(predicted)), -1));
    case "dice":
    case "tversky":
      return overlap(name, options, pair);
    case "ctc":
      return ctcLosses(truth, predicted);
    case "circle":
      return circle(options, pair);
    default:
      return assertNever(name);
  }
}

/** Natural logarithms of the shares of classes: from scores exactly, from shares clipped as Keras clips. */
function logShares(predicted: tf.Tensor, { fromLogits }: LossOptions): tf.Tensor {
  if (fromLogits) return tf.logSoftmax(predicted);
  return tf.log(clip(tf.div(predicted, tf.sum(predicted, -1, true))));
}

/** Lin et al. 2017, https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class */
function categoricalFocal(options: LossOptions, { truth, predicted }: Pair): tf.Tensor {
  const shares = options.fromLogits ? tf.softmax(predicted) : predicted;
  const output = clip(tf.div(shares, tf.sum(shares, -1, true)));
  const entropy = tf.mul(tf.neg(smooth(truth, options)), tf.log(output));
  const factor = tf.mul(power(tf.sub(1, output), options.focalGamma), options.focalAlpha);
  return tf.sum(tf.mul(factor, entropy), -1);
}

function binaryFocal(options: LossOptions, { truth, predicted }: Pair): tf.Tensor {
  const target = halfSmooth(truth, options);
  const chance = options.fromLogits ? tf.sigmoid(predicted) : predicted;
  const isNot = tf.sub(1, target);
  const right = tf.add(tf.mul(target, chance), tf.mul(isNot, tf.sub(1, chance)));
  const focal = tf.mul(power(tf.sub(1, right), options.focalGamma), binary(target, chance, false));
  if (!options.classBalancing) return focal;
  const { focalAlpha } = options;
  return tf.mul(tf.add(tf.mul(target, focalAlpha), tf.mul(isNot, 1 - focalAlpha)), focal);
}

/** Cross-entropy of each yes or no by itself. */
function binary(truth: tf.Tensor, predicted: tf.Tensor, fromLogits: boolean): tf.Tensor {
  const isNot = tf.sub(1, truth);
  if (fromLogits) {
    return tf.add(
      tf.mul(truth, tf.softplus(tf.neg(predicted))),
      tf.mul(isNot, tf.softplus(predicted)),
    );
  }
  const clipped = clip(predicted);
  return tf.neg(tf.add(tf.mul(truth, tf.log(clipped)), tf.mul(isNot, tf.log(tf.sub(1, clipped)))));
}

/** Salehi et al. 2017; with alpha = beta = ½ it is Dice. Of the whole batch (a scalar) or per sample. */
function overlap(
  name: "dice" | "tversky",
  options: LossOptions,
  { truth, predicted }: Pair,
): tf.Tensor {
  const flat = (values: tf.Tensor) =>
    options.perSample ? tf.reshape(values, [values.shape[0] ?? 1, -1]) : values.flatten();
  const [from, to] = [flat(truth), flat(predicted)];
  const total = (values: tf.Tensor) => tf.sum(values, -1);
  const both = total(tf.mul(from, to));
  if (name === "dice") {
    const sizes = tf.add(tf.add(total(from), total(to)), epsilon);
    return tf.sub(1, tf.div(tf.mul(2, both), sizes));
  }
  const missed = tf.mul(total(tf.mul(tf.sub(1, to), from)), options.tverskyAlpha);
  const wrong = tf.mul(total(tf.mul(to, tf.sub(1, from))), options.tverskyBeta);
  return tf.sub(1, tf.div(both, tf.add(tf.add(tf.add(both, missed), wrong), epsilon)));
}

/**
 * Sun et al. 2020, https://keras.io/api/losses/metric_losses/: every sample of the batch against the others, by the cosine
 * distance. `truth` are class numbers, [batch, 1]; `predicted` are vectors of length 1, [batch, units].
 */
function circle(options: LossOptions, { truth, predicted }: Pair): tf.Tensor {
  const { circleGamma: gamma, circleMargin: margin } = options;
  const isEqual = (values: tf.Tensor) =>
    tf.cast(tf.equal(tf.reshape(values, [-1, 1]), tf.reshape(values, [1, -1])), "float32");
  const same = isEqual(truth);
  const others = tf.sub(1, same);
  // Counting on the device gives every sample a number of its own without anything made on the host.
  const itself = isEqual(tf.cumsum(tf.onesLike(tf.reshape(truth, [-1])), 0));
  const partners = options.removeDiagonal ? tf.sub(same, itself) : same;
  const distances = tf.relu(tf.sub(1, tf.matMul(predicted, predicted, false, true)));
  const pull = tf.mul(tf.mul(tf.add(distances, margin), tf.sub(distances, margin)), gamma);
  const push = tf.mul(
    tf.mul(tf.relu(tf.sub(1 + margin, distances)), tf.sub(1 - margin, distances)),
    gamma,
  );
  // Of nothing the sum is e^-1e9, which no partner's term can be: softplus makes 0 of it, with a slope of 0.
  const sumOf = (terms: tf.Tensor, members: tf.Tensor) =>
    tf.logSumExp(tf.add(tf.mul(terms, members), tf.mul(tf.sub(members, 1), 1e9)), 1);
  return tf.softplus(tf.add(sumOf(pull, partners), sumOf(push, others)));
}

function smooth(truth: tf.Tensor, { labelSmoothing }: LossOptions): tf.Tensor {
  if (labelSmoothing === 0) return truth;
  const classes = truth.shape.at(-1) ?? 1;
  return tf.add(tf.mul(truth, 1 - labelSmoothing), labelSmoothing / classes);
}

function halfSmooth(truth: tf.Tensor, { labelSmoothing }: LossOptions): tf.Tensor {
  if (labelSmoothing === 0) return truth;
  return tf.add(tf.mul(truth, 1 - labelSmoothing), 0.5 * labelSmoothing);
}

/** The gradient of `pow` at 0 is no number for an exponent of 0. */
function power(base: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 0) return tf.onesLike(base);
  if (exponent === 1) return base;
  return exponent === 2 ? tf.square(base) : tf.pow(base, exponent);
}

function clip(probabilities: tf.Tensor): tf.Tensor {
  return tf.clipByValue(probabilities, epsilon, 1 - epsilon);
}

/** Keras takes labels of 0 and 1 for −1 and 1; labels that are −1 and 1 already stay. */
function signed(truth: tf.Tensor): tf.Tensor {
  const isZeroOne = tf.all(tf.logicalOr(tf.equal(truth, 0), tf.equal(truth, 1)));
  return tf.where(tf.broadcastTo(isZeroOne, truth.shape), tf.sub(tf.mul(2, truth), 1), truth);
}

export function normalise(values: tf.Tensor): tf.Tensor {
  const length = tf.sqrt(tf.maximum(tf.sum(tf.square(values), -1, true), 1e-12));
  return tf.div(values, length);
}
