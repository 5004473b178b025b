import { defaultOptimizers, type OptimizerConfig } from "#shared/training/config.ts";

export interface OptimizerField {
  readonly key: "momentum" | "rho" | "beta1" | "beta2";
  readonly label: string;
  readonly help: string;
}

export interface OptimizerInfo {
  readonly title: string;
  readonly help: string;
  /** With Keras's defaults. */
  readonly defaults: OptimizerConfig;
  readonly fields: readonly OptimizerField[];
}

const momentum: OptimizerField = {
  key: "momentum",
  label: "Momentum",
  help: "Share of the last step that is carried on, from 0 to below 1. 0.9 is usual.",
};
const rho: OptimizerField = {
  key: "rho",
  label: "Rho",
  help: "How slowly the running mean of squared gradients forgets, from 0 to below 1.",
};
const betas: readonly OptimizerField[] = [
  {
    key: "beta1",
    label: "Beta 1",
    help: "How slowly the running mean of gradients forgets, from 0 to below 1.",
  },
  {
    key: "beta2",
    label: "Beta 2",
    help: "How slowly the running mean of squared gradients forgets, from 0 to below 1.",
  },
];

/** Optimizers in the order in which one should try them. */
export const optimizers: Readonly<Record<OptimizerConfig["name"], OptimizerInfo>> = {
  adam: {
    title: "Adam",
    help: "Adapts the step of every weight. A sound first choice (Kingma and Ba 2014).",
    defaults: defaultOptimizers.adam,
    fields: betas,
  },
  sgd: {
    title: "SGD",
    help: "Plain stochastic gradient descent: every weight goes down its gradient.",
    defaults: defaultOptimizers.sgd,
    fields: [],
  },
  momentum: {
    title: "SGD with momentum",
    help: "Gradient descent that keeps some of its speed, so that it crosses small bumps.",
    defaults: defaultOptimizers.momentum,
    fields: [momentum],
  },
  rmsprop: {
    title: "RMSprop",
    help: "Divides steps by a running size of the gradients. Often used with recurrent networks.",
    defaults: defaultOptimizers.rmsprop,
    fields: [rho, momentum],
  },
  adagrad: {
    title: "Adagrad",
    help: "Steps shrink with all gradients so far; suits rare features (Duchi 2011).",
    defaults: { ...defaultOptimizers.adagrad, learningRate: 0.01 },
    fields: [],
  },
  adadelta: {
    title: "Adadelta",
    help: "Like Adagrad over a moving window, so that steps do not die out (Zeiler 2012).",
    defaults: { ...defaultOptimizers.adadelta, learningRate: 1 },
    fields: [rho],
  },
  adamax: {
    title: "Adamax",
    help: "Adam with the largest instead of the mean gradient (Kingma and Ba 2014).",
    defaults: defaultOptimizers.adamax,
    fields: betas,
  },
  adamw: {
    title: "AdamW",
    help: "Adam with weights that shrink a little every step (Loshchilov and Hutter 2019).",
    defaults: defaultOptimizers.adamw,
    fields: betas,
  },
  nadam: {
    title: "Nadam",
    help: "Adam that looks ahead along its momentum, as Nesterov does (Dozat 2016).",
    defaults: defaultOptimizers.nadam,
    fields: betas,
  },
  lion: {
    title: "Lion",
    help: "Steps of one length, by the sign of the momentum alone; wants a smaller rate (Chen 2023).",
    defaults: defaultOptimizers.lion,
    fields: betas,
  },
};

/** The optimizer's own value for a field of its table entry. */
export function readOptimizerField(optimizer: OptimizerConfig, key: OptimizerField["key"]): number {
  const values: Readonly<Record<string, unknown>> = { ...optimizer };
  const value = values[key];
  return typeof value === "number" ? value : 0;
}

export function changeOptimizer(
  optimizer: OptimizerConfig,
  change: Readonly<Partial<Record<OptimizerField["key"] | "learningRate", number>>>,
): OptimizerConfig {
  // Only keys of the optimizer's own table entry are changed, so the member of the union stays the same.
  return { ...optimizer, ...change } as OptimizerConfig;
}
