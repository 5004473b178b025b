import * as tf from "@tensorflow/tfjs";
import { assertNever } from "../base/assertNever.ts";
import type { OptimizerConfig } from "../training/config.ts";

/** tfjs's optimizer with Keras's defaults for what the configuration leaves out. The caller disposes of it. */
export function createOptimizer(config: OptimizerConfig): tf.Optimizer {
  const epsilon = 1e-7;
  switch (config.name) {
    case "sgd":
      return tf.train.sgd(config.learningRate);
    case "momentum":
      return tf.train.momentum(config.learningRate, config.momentum, config.nesterov);
    case "adagrad":
      return tf.train.adagrad(config.learningRate, 0.1);
    case "adadelta":
      return tf.train.adadelta(config.learningRate, config.rho, epsilon);
    case "rmsprop":
      return tf.train.rmsprop(config.learningRate, config.rho, config.momentum, epsilon);
    case "adam":
    case "adamw":
    case "nadam":
    case "lion":
      return tf.train.adam(config.learningRate, config.beta1, config.beta2, epsilon);
    case "adamax":
      return tf.train.adamax(config.learningRate, config.beta1, config.beta2, epsilon);
    default:
      return assertNever(config);
  }
}
