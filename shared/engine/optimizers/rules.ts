/**
 * What each optimizer does to one weight, in two languages that say the same: WGSL for our kernel and tfjs for every
 * other backend. As in Keras 3.15 (`keras/src/optimizers/*.py`), but for the place of Adam's epsilon. tfjs 4.22 has no
 * AdamW, Nadam, Lion, AMSGrad or weight decay, its Adadelta divides by the mean square of before the gradient, which
 * makes the first steps plain SGD's (src/optimizers/adadelta_optimizer.ts), and its centred RMSprop divides by a variance that rounding takes below
 * zero (NaN, src/optimizers/rmsprop_optimizer.ts).
 */
import type * as tf from "@tensorflow/tfjs";
import { assertNever } from "../../base/assertNever.ts";
import type { OptimizerConfig } from "../../training/config.ts";

export interface OptimizerRule {
  /** Names the WGSL. */
  readonly key: string;
  /** What it keeps for each weight between updates, and from what value. */
  readonly slots: readonly Slot[];
  /** Fixed numbers, by the names that the WGSL has for them. */
  readonly constants: Readonly<Record<string, number>>;
  /** What changes from update to update (1-based) but not from weight to weight. WGSL: `number0`, `number1` … */
  numbers(update: number): readonly number[];
  /** Statements over `weight`, `gradient`, `rate` (learning rate), the slots, constants and numbers; all f32. */
  readonly wgsl: string;
  /** The same: the new weight and the new slots, in their order. */
  update(at: UpdateInput): readonly [weight: tf.Tensor, ...slots: tf.Tensor[]];
}

export interface Slot {
  readonly name: string;
  readonly initial: number;
}

export interface UpdateInput {
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly rate: number;
  readonly slots: readonly tf.Tensor[];
  readonly numbers: readonly number[];
}

export function createRule(config: OptimizerConfig): OptimizerRule {
  switch (config.name) {
    case "sgd":
      return {
        ...plain,
        key: "sgd",
        wgsl: "weight -= gradient * rate;",
        update: ({ weight, gradient, rate }) => [weight.sub(gradient.mul(rate))],
      };
    case "momentum":
      return momentumRule(config.momentum, config.nesterov);
    case "adagrad":
      return {
        ...plain,
        key: "adagrad",
        slots: [{ name: "accumulator", initial: config.initialAccumulator }],
        constants: { epsilon: config.epsilon },
        wgsl: `accumulator += gradient * gradient;
          weight -= rate * gradient / sqrt(accumulator + epsilon);`,
        update({ weight, gradient, rate, slots }) {
          const accumulator = slotAt(slots, 0).add(gradient.square());
          const step = gradient.mul(rate).div(accumulator.add(config.epsilon).sqrt());
          return [weight.sub(step), accumulator];
        },
      };
    case "adadelta":
      return adadeltaRule(config.rho, config.epsilon);
    case "rmsprop":
      return rmspropRule(config);
    case "adam":
    case "adamw":
      return adamRule(config);
    case "adamax":
      return adamaxRule(config);
    case "nadam":
      return nadamRule(config);
    case "lion":
      return lionRule(config.beta1, config.beta2);
    default:
      return assertNever(config);
  }
}

const plain = { slots: [], constants: {}, numbers: (): readonly number[] => [] };

/** Polyak 1964; Nesterov 1983. */
function momentumRule(momentum: number, nesterov: boolean): OptimizerRule {
  // Keras keeps no slot without momentum.
  if (momentum === 0) return createRule({ name: "sgd", learningRate: 0, weightDecay: 0 });
  return {
    ...plain,
    key: nesterov ? "nesterov" : "momentum",
    slots: [{ name: "momentum", initial: 0 }],
    constants: { share: momentum },
    wgsl: `momentum = momentum * share - gradient * rate;
      weight += ${nesterov ? "momentum * share - gradient * rate" : "momentum"};`,
    update({ weight, gradient, rate, slots }) {
      const next = slotAt(slots, 0).mul(momentum).sub(gradient.mul(rate));
      return [weight.add(nesterov ? next.mul(momentum).sub(gradient.mul(rate)) : next), next];
    },
  };
}

/** Zeiler 2012. */
function adadeltaRule(rho: number, epsilon: number): OptimizerRule {
  return {
    ...plain,
    key: "adadelta",
    slots: [
      { name: "accumulatedGradient", initial: 0 },
      { name: "accumulatedDelta", initial: 0 },
    ],
    constants: { rho, rest: 1 - rho, epsilon },
    wgsl: `accumulatedGradient = rho * accumulatedGradient + rest * gradient * gradient;
      let delta = -(sqrt(accumulatedDelta + epsilon) * gradient) / sqrt(accumulatedGradient + epsilon);
      accumulatedDelta = rho * accumulatedDelta + rest * delta * delta;
      weight += rate * delta;`,
    update({ weight, gradient, rate, slots }) {
      const before = slotAt(slots, 1);
      const gradients = slotAt(slots, 0)
        .mul(rho)
        .add(gradient.square().mul(1 - rho));
      const delta = before
        .add(epsilon)
        .sqrt()
        .mul(gradient)
        .div(gradients.add(epsilon).sqrt())
        .neg();
      const deltas = before.mul(rho).add(delta.square().mul(1 - rho));
      return [weight.add(delta.mul(rate)), gradients, deltas];
    },
  };
}

/** Hinton 2012. Centred: the variance by rounding can come out below zero, which is a NaN in Keras and tfjs. */
function rmspropRule({
  rho,
  momentum,
  centered,
  epsilon,
}: Extract<OptimizerConfig, { name: "rmsprop" }>): OptimizerRule {
  const hasMomentum = momentum > 0;
  return {
    ...plain,
    key: `rmsprop${centered ? "_centered" : ""}${hasMomentum ? "_momentum" : ""}`,
    slots: [
      { name: "velocity", initial: 0 },
      ...(hasMomentum ? [{ name: "momentum", initial: 0 }] : []),
      ...(centered ? [{ name: "averageGradient", initial: 0 }] : []),
    ],
    constants: { rho, rest: 1 - rho, epsilon, ...(hasMomentum ? { share: momentum } : {}) },
    wgsl: `velocity = rho * velocity + rest * gradient * gradient;
      ${centered ? "averageGradient = rho * averageGradient + rest * gradient;" : ""}
      let spread = ${centered ? "max(velocity - averageGradient * averageGradient, 0.0)" : "velocity"};
      let increment = rate * gradient / sqrt(spread + epsilon);
      ${hasMomentum ? "momentum = share * momentum + increment; weight -= momentum;" : "weight -= increment;"}`,
    update({ weight, gradient, rate, slots }) {
      const velocity = slotAt(slots, 0)
        .mul(rho)
        .add(gradient.square().mul(1 - rho));
      const average = centered
        ? slotAt(slots, hasMomentum ? 2 : 1)
            .mul(rho)
            .add(gradient.mul(1 - rho))
        : null;
      const spread = average === null ? velocity : velocity.sub(average.square()).relu();
      const increment = gradient.mul(rate).div(spread.add(epsilon).sqrt());
      const speed = hasMomentum ? slotAt(slots, 1).mul(momentum).add(increment) : null;
      return [
        weight.sub(speed ?? increment),
        velocity,
        ...(speed === null ? [] : [speed]),
        ...(average === null ? [] : [average]),
      ];
    },
  };
}

const adamSlots: readonly Slot[] = [
  { name: "momentum", initial: 0 },
  { name: "velocity", initial: 0 },
];
const adamMoments = `momentum += (gradient - momentum) * rest1;
  velocity += (gradient * gradient - velocity) * rest2;`;

interface Betas {
  readonly beta1: number;
  readonly beta2: number;
}

function updateMoments({ gradient, slots }: UpdateInput, { beta1, beta2 }: Betas) {
  const momentum = slotAt(slots, 0);
  const velocity = slotAt(slots, 1);
  return {
    momentum: momentum.add(gradient.sub(momentum).mul(1 - beta1)),
    velocity: velocity.add(
      gradient
        .square()
        .sub(velocity)
        .mul(1 - beta2),
    ),
  };
}

/**
 * βᵗ multiplied up in single precision, as tfjs keeps it. Computed in doubles, the first steps are 6e-6 longer, which
 * moved the lecture CNN's losses by 2.6e-3 from stock tfjs within 20 steps once a window's maximum changed places
 * (measured); like this they agree to 3e-7. Goes on from the last power: updates come one after the other.
 */
function createPowers(base: number): (exponent: number) => number {
  const factor = Math.fround(base);
  let reached = 0;
  let power = 1;
  return (exponent) => {
    if (exponent < reached) {
      reached = 0;
      power = 1;
    }
    for (; reached < exponent; reached++) power = Math.fround(power * factor);
    return power;
  };
}

/**
 * Kingma and Ba 2014, Algorithm 1, as tfjs and PyTorch have it: epsilon is added to the corrected root. Keras takes the
 * order at the end of the paper's section 2, which makes epsilon 30 times larger at first; with it losses differ from
 * stock tfjs by 5e-4 within three steps of the lecture's CNN (measured), where 1e-4 over 20 is promised. The referee is
 * `tf.train.adam`; Keras agrees where epsilon does not matter. AMSGrad: Reddi 2018.
 */
function adamRule(config: Extract<OptimizerConfig, { name: "adam" | "adamw" }>): OptimizerRule {
  const { beta1, beta2, epsilon, amsgrad } = config;
  const firstPower = createPowers(beta1);
  const secondPower = createPowers(beta2);
  return {
    key: amsgrad ? "adam_amsgrad" : "adam",
    slots: amsgrad ? [...adamSlots, { name: "velocityHat", initial: 0 }] : adamSlots,
    constants: { rest1: 1 - beta1, rest2: 1 - beta2 },
    numbers(update) {
      const second = 1 - secondPower(update);
      return [Math.sqrt(second) / (1 - firstPower(update)), epsilon * Math.sqrt(second)];
    },
    wgsl: `${adamMoments}
      ${amsgrad ? "velocityHat = max(velocityHat, velocity);" : ""}
      weight -= momentum * (rate * number0) / (sqrt(${amsgrad ? "velocityHat" : "velocity"}) + number1);`,
    update(input) {
      const { weight, rate, slots, numbers } = input;
      const { momentum, velocity } = updateMoments(input, config);
      const hat = amsgrad ? slotAt(slots, 2).maximum(velocity) : null;
      const step = momentum
        .mul(rate * numberAt(numbers, 0))
        .div((hat ?? velocity).sqrt().add(numberAt(numbers, 1)));
      return [weight.sub(step), momentum, velocity, ...(hat === null ? [] : [hat])];
    },
  };
}

/** Kingma and Ba 2014, section 7.1. */
function adamaxRule(config: Extract<OptimizerConfig, { name: "adamax" }>): OptimizerRule {
  const { beta1, beta2, epsilon } = config;
  return {
    key: "adamax",
    slots: [
      { name: "momentum", initial: 0 },
      { name: "norm", initial: 0 },
    ],
    constants: { rest1: 1 - beta1, beta2, epsilon },
    numbers: (update) => [1 / (1 - beta1 ** update)],
    wgsl: `momentum += (gradient - momentum) * rest1;
      norm = max(beta2 * norm, abs(gradient));
      weight -= (rate * number0) * momentum / (norm + epsilon);`,
    update({ weight, gradient, rate, slots, numbers }) {
      const before = slotAt(slots, 0);
      const momentum = before.add(gradient.sub(before).mul(1 - beta1));
      const norm = slotAt(slots, 1).mul(beta2).maximum(gradient.abs());
      const step = momentum.mul(rate * numberAt(numbers, 0)).div(norm.add(epsilon));
      return [weight.sub(step), momentum, norm];
    },
  };
}

/** Dozat 2016, with the paper's momentum schedule. */
function nadamRule(config: Extract<OptimizerConfig, { name: "nadam" }>): OptimizerRule {
  const { beta1, beta2, epsilon } = config;
  const share = (update: number) => beta1 * (1 - 0.5 * 0.96 ** update);
  const productUpTo = createProduct(share);
  return {
    key: "nadam",
    slots: adamSlots,
    constants: { rest1: 1 - beta1, rest2: 1 - beta2, epsilon },
    numbers(update) {
      const product = productUpTo(update);
      const next = share(update + 1);
      return [
        next / (1 - product * next),
        (1 - share(update)) / (1 - product),
        1 / (1 - beta2 ** update),
      ];
    },
    wgsl: `${adamMoments}
      let hat = number0 * momentum + number1 * gradient;
      weight -= hat * rate / (sqrt(velocity * number2) + epsilon);`,
    update(input) {
      const { weight, gradient, rate, numbers } = input;
      const { momentum, velocity } = updateMoments(input, config);
      const hat = momentum.mul(numberAt(numbers, 0)).add(gradient.mul(numberAt(numbers, 1)));
      const spread = velocity.mul(numberAt(numbers, 2)).sqrt().add(epsilon);
      return [weight.sub(hat.mul(rate).div(spread)), momentum, velocity];
    },
  };
}

/** Chen 2023. */
function lionRule(beta1: number, beta2: number): OptimizerRule {
  return {
    ...plain,
    key: "lion",
    slots: [{ name: "momentum", initial: 0 }],
    constants: { beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2 },
    wgsl: `weight -= rate * sign(momentum * beta1 + gradient * rest1);
      momentum = momentum * beta2 + gradient * rest2;`,
    update({ weight, gradient, rate, slots }) {
      const momentum = slotAt(slots, 0);
      const direction = momentum
        .mul(beta1)
        .add(gradient.mul(1 - beta1))
        .sign();
      return [weight.sub(direction.mul(rate)), momentum.mul(beta2).add(gradient.mul(1 - beta2))];
    },
  };
}

/** The product of `factor` up to an update. Goes on from the last one asked for, always in the same order. */
function createProduct(factor: (update: number) => number): (update: number) => number {
  let reached = 0;
  let product = 1;
  return (update) => {
    if (update < reached) {
      reached = 0;
      product = 1;
    }
    while (reached < update) product *= factor(++reached);
    return product;
  };
}

function slotAt(slots: readonly tf.Tensor[], index: number): tf.Tensor {
  const slot = slots[index];
  if (slot === undefined) throw new Error(`The optimizer has no slot ${index}.`);
  return slot;
}

function numberAt(numbers: readonly number[], index: number): number {
  const value = numbers[index];
  if (value === undefined) throw new Error(`The step has no number ${index} for the optimizer.`);
  return value;
}
