import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import type { LossName } from "../training/losses.ts";

/** Keras's fuzz factor (`keras.config.epsilon()`). */
export const epsilon = 1e-7;

/**
 * Mean loss of a batch, a scalar. Both tensors have the prediction's shape [batch, …, units]; class numbers have been
 * made one-hot before. Definitions as in Keras 3 (https://keras.io/api/losses), reduced by the mean over samples.
 */
export type Loss = (truth: tf.Tensor, predicted: tf.Tensor) => tf.Scalar;

export function createLoss(name: LossName): Loss {
  return (truth, predicted) => tf.tidy(() => tf.mean(perSample(name, truth, predicted)));
}

function perSample(name: LossName, truth: tf.Tensor, predicted: tf.Tensor): tf.Tensor {
  switch (name) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy": {
      const shares = tf.div(predicted, tf.sum(predicted, -1, true));
      return tf.neg(tf.sum(tf.mul(truth, tf.log(clip(shares))), -1));
    }
    case "binaryCrossentropy": {
      const clipped = clip(predicted);
      const whenTrue = tf.mul(truth, tf.log(clipped));
      const whenFalse = tf.mul(tf.sub(1, truth), tf.log(tf.sub(1, clipped)));
      return tf.neg(tf.mean(tf.add(whenTrue, whenFalse), -1));
    }
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
      // Delta is 1: quadratic near the truth, linear beyond.
      const distance = tf.abs(tf.sub(predicted, truth));
      const near = tf.minimum(distance, 1);
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
    default:
      return assertNever(name);
  }
}

function clip(probabilities: tf.Tensor): tf.Tensor {
  return tf.clipByValue(probabilities, epsilon, 1 - epsilon);
}

/** Keras takes labels of 0 and 1 for −1 and 1; labels that are −1 and 1 already stay. */
function signed(truth: tf.Tensor): tf.Tensor {
  const isZeroOne = tf.all(tf.logicalOr(tf.equal(truth, 0), tf.equal(truth, 1)));
  return tf.where(tf.broadcastTo(isZeroOne, truth.shape), tf.sub(tf.mul(2, truth), 1), truth);
}

function normalise(values: tf.Tensor): tf.Tensor {
  const length = tf.sqrt(tf.maximum(tf.sum(tf.square(values), -1, true), 1e-12));
  return tf.div(values, length);
}
