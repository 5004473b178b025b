import {
  defaultOptimizers,
  type OptimizerConfig,
  type OptimizerName,
  trainingLimits,
} from "#shared/training/config.ts";

export interface OptimizerInfo {
  readonly title: string;
  readonly help: string;
}

/** Optimizers in the order in which one should try them. */
export const optimizers: Readonly<Record<OptimizerName, OptimizerInfo>> = {
  adam: {
    title: "Adam",
    help: "Adapts the step of every weight. A sound first choice (Kingma and Ba 2014).",
  },
  adamw: {
    title: "AdamW",
    help: "Adam with weights that shrink a little every step (Loshchilov and Hutter 2019).",
  },
  sgd: {
    title: "SGD",
    help: "Plain gradient descent: every weight goes down its gradient.",
  },
  momentum: {
    title: "SGD with momentum",
    help: "Gradient descent that keeps some of its speed, so that it crosses small bumps.",
  },
  rmsprop: {
    title: "RMSprop",
    help: "Divides steps by a running size of the gradients. Often used with recurrent networks.",
  },
  nadam: {
    title: "Nadam",
    help: "Adam that looks ahead along its momentum, as Nesterov does (Dozat 2016).",
  },
  adamax: {
    title: "Adamax",
    help: "Adam with the largest instead of the mean gradient (Kingma and Ba 2014).",
  },
  lion: {
    title: "Lion",
    help: "Steps of one length, by the sign of the momentum alone; wants a smaller rate (Chen 2023).",
  },
  adagrad: {
    title: "Adagrad",
    help: "Steps shrink with all gradients so far; suits rare features (Duchi 2011).",
  },
  adadelta: {
    title: "Adadelta",
    help: "Like Adagrad over a moving window, so that steps do not die out (Zeiler 2012).",
  },
};

/** With Keras's values, but for the rates of the two whose papers and Keras's default differ widely. */
export function makeOptimizer(name: OptimizerName): OptimizerConfig {
  switch (name) {
    case "adagrad":
      return { ...defaultOptimizers.adagrad, learningRate: 0.01 };
    case "adadelta":
      return { ...defaultOptimizers.adadelta, learningRate: 1 };
    default:
      return defaultOptimizers[name];
  }
}

export type OptimizerOption =
  | {
      readonly kind: "number";
      readonly key: string;
      readonly label: string;
      readonly help: string;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: "switch";
      readonly key: string;
      readonly label: string;
      readonly help: string;
    };

/** Below 1, as projects have it. */
const mostShare = 0.9999999;
const share = { kind: "number", min: 0, max: mostShare } as const;

/** Options by the name that the configuration has for them; an optimizer shows those that it has. */
const options: readonly OptimizerOption[] = [
  {
    ...share,
    key: "momentum",
    label: "Momentum",
    help: "Share of the last step that is carried on, from 0 to below 1. 0.9 is usual.",
  },
  {
    kind: "switch",
    key: "nesterov",
    label: "Nesterov",
    help: "Looks ahead along the momentum before it takes the gradient.",
  },
  {
    ...share,
    key: "rho",
    label: "Rho",
    help: "How slowly the running mean of squared gradients forgets, from 0 to below 1.",
  },
  {
    kind: "switch",
    key: "centered",
    label: "Centred",
    help: "Divides by the spread of the gradients around their mean instead of by their size.",
  },
  {
    ...share,
    key: "beta1",
    label: "Beta 1",
    help: "How slowly the running mean of gradients forgets, from 0 to below 1.",
  },
  {
    ...share,
    key: "beta2",
    label: "Beta 2",
    help: "How slowly the running mean of squared gradients forgets, from 0 to below 1.",
  },
  {
    kind: "switch",
    key: "amsgrad",
    label: "AMSGrad",
    help: "Divides by the largest running mean so far, so that steps never grow again (Reddi 2018).",
  },
  {
    kind: "number",
    key: "initialAccumulator",
    label: "First sum",
    help: "What the sum of squared gradients starts from; larger makes the first steps smaller.",
    min: 0,
    max: 1e6,
  },
  {
    kind: "number",
    key: "epsilon",
    label: "Epsilon",
    help: "Added where steps are divided by the size of gradients, lest that is zero.",
    min: 1e-20,
    max: trainingLimits.epsilon,
  },
  {
    kind: "number",
    key: "weightDecay",
    label: "Weight decay",
    help: "Every step takes this share times the learning rate off each weight. 0: none.",
    min: 0,
    max: trainingLimits.weightDecay,
  },
];

/** The options that this optimizer has, with their values. */
export function listOptimizerOptions(
  optimizer: OptimizerConfig,
): readonly (OptimizerOption & { readonly value: number | boolean })[] {
  const values: Readonly<Record<string, unknown>> = { ...optimizer };
  return options.flatMap((option) => {
    const value = values[option.key];
    return typeof value === "number" || typeof value === "boolean" ? [{ ...option, value }] : [];
  });
}

export function changeOptimizer(
  optimizer: OptimizerConfig,
  key: string,
  value: number | boolean,
): OptimizerConfig {
  // Only keys that the optimizer has are changed, with values of their kind, so the member of the union stays the same.
  return { ...optimizer, [key]: value } as OptimizerConfig;
}

/** "as usual", or which options differ from the optimizer's own values. */
export function describeOptions(optimizer: OptimizerConfig): string {
  const usual = new Map(
    listOptimizerOptions(makeOptimizer(optimizer.name)).map(({ key, value }) => [key, value]),
  );
  const changed = listOptimizerOptions(optimizer).filter(
    ({ key, value }) => usual.get(key) !== value,
  );
  if (changed.length === 0) return "as usual";
  return changed
    .map(({ kind, label, value }) =>
      kind === "switch"
        ? `${value === true ? "" : "no "}${label}`
        : `${label.toLowerCase()} ${value}`,
    )
    .join(", ");
}
