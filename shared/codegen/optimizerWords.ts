/** What optimizers are called in each target. */
import { assertNever } from "../base/assertNever.ts";
import { defaultOptimizers, type OptimizerConfig } from "../training/config.ts";

/** Options that equal Keras's defaults go without saying, the learning rate never. */
export function kerasOptimizer(config: OptimizerConfig): string {
  const { name, learningRate: _rate, ...options } = config;
  const defaults: Readonly<Record<string, unknown>> =
    name === "momentum" ? { ...defaultOptimizers.momentum, momentum: 0 } : defaultOptimizers[name];
  const words = Object.entries(options)
    .filter(([option, value]) => value !== defaults[option])
    .map(([option, value]) => `${kerasOptions[option] ?? option}=${printPython(value)}`);
  return `keras.optimizers.${kerasClasses[name]}(${[`learning_rate=${config.learningRate}`, ...words].join(", ")})`;
}

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

function printPython(value: number | boolean): string {
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** tfjs's optimizers take their options by position; its defaults are Keras's except Adagrad's accumulator (0.1 in both). */
export function tfjsOptimizer(config: OptimizerConfig): string {
  const call = (name: string, ...options: readonly (number | boolean)[]) =>
    `tf.train.${name}(${[config.learningRate, ...options].join(", ")})`;
  switch (config.name) {
    case "sgd":
      return call("sgd");
    case "momentum":
      return call("momentum", config.momentum, ...(config.nesterov ? [true] : []));
    case "adagrad":
      return call("adagrad");
    case "adadelta":
      return call("adadelta", config.rho);
    case "rmsprop":
      return call("rmsprop", config.rho, ...(config.momentum === 0 ? [] : [config.momentum]));
    case "adam":
    case "adamw":
    case "nadam":
    case "lion":
    case "adamax":
      return config.beta1 === 0.9 && config.beta2 === 0.999
        ? call(config.name)
        : call(config.name, config.beta1, config.beta2);
    default:
      return assertNever(config);
  }
}
