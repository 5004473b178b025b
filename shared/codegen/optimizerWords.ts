/** What optimizers are called in Keras. */
import {
  defaultOptimizers,
  type OptimizerConfig,
  type TrainingConfig,
} from "../training/config.ts";

/**
 * Options that equal Keras's defaults go without saying, the learning rate never. `rate`: an expression in place of the
 * configured number, as schedules need it.
 */
export function kerasOptimizer(
  { optimizer, clipping, accumulation }: UpdateOptions,
  rate = printFloat(optimizer.learningRate),
): string {
  const { name, learningRate: _rate, ...options } = optimizer;
  const defaults: Readonly<Record<string, unknown>> =
    name === "momentum" ? { ...defaultOptimizers.momentum, momentum: 0 } : defaultOptimizers[name];
  const words = Object.entries(options)
    .filter(([option, value]) => value !== defaults[option])
    .map(([option, value]) => `${kerasOptions[option] ?? option}=${printPython(value)}`);
  const clip =
    clipping === null ? [] : [`${kerasClipping[clipping.kind]}=${printFloat(clipping.limit)}`];
  const sum = accumulation === 1 ? [] : [`gradient_accumulation_steps=${accumulation}`];
  return `keras.optimizers.${kerasClasses[name]}(${[`learning_rate=${rate}`, ...words, ...clip, ...sum].join(", ")})`;
}

export type UpdateOptions = Pick<TrainingConfig, "optimizer" | "clipping" | "accumulation">;

const kerasClipping = { value: "clipvalue", norm: "clipnorm", globalNorm: "global_clipnorm" };

const kerasClasses: Readonly<Record<OptimizerConfig["name"], string>> = {
  sgd: "SGD",
  momentum: "SGD",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
  adamax: "Adamax",
  nadam: "Nadam",
  lion: "Lion",
};

/** Where the name is not the same. */
const kerasOptions: Readonly<Record<string, string>> = {
  beta1: "beta_1",
  beta2: "beta_2",
  initialAccumulator: "initial_accumulator_value",
  weightDecay: "weight_decay",
};

function printPython(value: number | boolean | string): string {
  if (typeof value === "number") return printFloat(value);
  return typeof value === "boolean" ? (value ? "True" : "False") : value;
}

/** Keras takes no whole number for a rate: `1.0`. */
export function printFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}
