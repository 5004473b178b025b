/** Prints how weights are updated in tfjs: its own optimizer where it says the same, otherwise a small one. */
import { assertNever } from "../base/assertNever.ts";
import {
  defaultOptimizers,
  type OptimizerConfig,
  type TrainingConfig,
} from "../training/config.ts";
import { findPlateau } from "../training/schedules.ts";
import { printTfjsRate } from "./tfjsSchedule.ts";

export interface PrintedOptimizer {
  /** For `model.compile`. */
  readonly expression: string;
  /** Functions and classes that it needs. */
  readonly parts: readonly string[];
  /** Whether `compileModel` must be told the steps of an epoch. */
  readonly needsSteps: boolean;
}

type Options = Pick<
  TrainingConfig,
  "optimizer" | "schedule" | "clipping" | "accumulation" | "epochs"
>;

export function printTfjsOptimizer(training: Options): PrintedOptimizer {
  const { optimizer, clipping, accumulation } = training;
  const rate = printTfjsRate(training);
  // tfjs's own optimizers have no rate that could be set in the same way.
  const isFixed = rate === null && findPlateau(training.schedule) === null;
  const stock = clipping === null && accumulation === 1 && isFixed ? stockCall(optimizer) : null;
  if (stock !== null) return { expression: stock, parts: [], needsSteps: false };
  return {
    expression: `new OwnOptimizer(${rate === null ? "" : "stepsPerEpoch"})`,
    parts: [...(rate === null ? [] : [rate]), printClass(training, rate !== null)],
    needsSteps: rate !== null,
  };
}

/** tfjs's own, with its options by position; null where it lacks the optimizer or an option. */
function stockCall(config: OptimizerConfig): string | null {
  if (config.weightDecay !== 0) return null;
  const call = (name: string, ...options: readonly (number | boolean)[]) =>
    `tf.train.${name}(${[config.learningRate, ...options].join(", ")})`;
  const hasUsualEpsilon = !("epsilon" in config) || config.epsilon === 1e-7;
  switch (config.name) {
    case "sgd":
      return call("sgd");
    case "momentum":
      return call("momentum", config.momentum, ...(config.nesterov ? [true] : []));
    case "adagrad": {
      const { initialAccumulator } = config;
      if (!hasUsualEpsilon) return null;
      return initialAccumulator === 0.1 ? call("adagrad") : call("adagrad", initialAccumulator);
    }
    case "adadelta":
      // tfjs divides by the mean square of before this gradient, which is nothing in the first step
      // (src/optimizers/adadelta_optimizer.ts of 4.22).
      return null;
    case "rmsprop": {
      // tfjs divides by a variance that rounding takes below zero.
      if (config.centered) return null;
      const { rho, momentum, epsilon } = config;
      if (!hasUsualEpsilon) return call("rmsprop", rho, momentum, epsilon);
      return call("rmsprop", rho, ...(momentum === 0 ? [] : [momentum]));
    }
    case "adam":
    case "adamax": {
      if (config.name === "adam" && config.amsgrad) return null;
      const { beta1, beta2, epsilon } = config;
      const usual = defaultOptimizers[config.name];
      if (!hasUsualEpsilon) return call(config.name, beta1, beta2, epsilon);
      return beta1 === usual.beta1 && beta2 === usual.beta2
        ? call(config.name)
        : call(config.name, beta1, beta2);
    }
    case "adamw":
    case "nadam":
    case "lion":
      return null;
    default:
      return assertNever(config);
  }
}

interface PrintedRule {
  /** What each slot begins with. */
  readonly slots: readonly number[];
  /** Statements over `weight`, `gradient`, `rate`, `slots` and `update`, which is 1 at first. */
  readonly body: string;
}

/** The same as the engine's rules; a test holds them together. */
function printRule(config: OptimizerConfig): PrintedRule {
  switch (config.name) {
    case "sgd":
      return { slots: [], body: "return [weight.sub(gradient.mul(rate))];" };
    case "momentum": {
      const { momentum, nesterov } = config;
      const step = nesterov ? `momentum.mul(${momentum}).sub(gradient.mul(rate))` : "momentum";
      return {
        slots: [0],
        body: `const momentum = slots[0].mul(${momentum}).sub(gradient.mul(rate));
    return [weight.add(${step}), momentum];`,
      };
    }
    case "adagrad":
      return {
        slots: [config.initialAccumulator],
        body: `const sum = slots[0].add(gradient.square());
    return [weight.sub(gradient.mul(rate).div(sum.add(${config.epsilon}).sqrt())), sum];`,
      };
    case "adadelta": {
      const { rho, epsilon } = config;
      return {
        slots: [0, 0],
        body: `const squares = slots[0].mul(${rho}).add(gradient.square().mul(1 - ${rho}));
    const root = slots[1].add(${epsilon}).sqrt();
    const delta = root.mul(gradient).div(squares.add(${epsilon}).sqrt());
    const deltas = slots[1].mul(${rho}).add(delta.square().mul(1 - ${rho}));
    return [weight.sub(delta.mul(rate)), squares, deltas];`,
      };
    }
    case "rmsprop":
      return printRmsprop(config);
    case "adam":
    case "adamw": {
      const { beta1, beta2, epsilon, amsgrad } = config;
      return {
        slots: amsgrad ? [0, 0, 0] : [0, 0],
        body: `${moments(beta1, beta2)}
    const scale = Math.sqrt(1 - ${beta2} ** update);
    const spread = ${amsgrad ? "slots[2].maximum(velocity)" : "velocity"};
    const step = momentum.mul((rate * scale) / (1 - ${beta1} ** update)).div(spread.sqrt().add(${epsilon} * scale));
    return [weight.sub(step), momentum, velocity${amsgrad ? ", spread" : ""}];`,
      };
    }
    case "adamax": {
      const { beta1, beta2, epsilon } = config;
      return {
        slots: [0, 0],
        body: `const momentum = slots[0].add(gradient.sub(slots[0]).mul(1 - ${beta1}));
    const norm = slots[1].mul(${beta2}).maximum(gradient.abs());
    const step = momentum.mul(rate / (1 - ${beta1} ** update)).div(norm.add(${epsilon}));
    return [weight.sub(step), momentum, norm];`,
      };
    }
    case "nadam": {
      const { beta1, beta2, epsilon } = config;
      return {
        slots: [0, 0],
        body: `${moments(beta1, beta2)}
    const share = (at: number) => ${beta1} * (1 - 0.5 * 0.96 ** at);
    let product = 1;
    for (let at = 1; at <= update; at++) product *= share(at);
    const next = share(update + 1);
    const ahead = momentum
      .mul(next / (1 - product * next))
      .add(gradient.mul((1 - share(update)) / (1 - product)));
    const spread = velocity.div(1 - ${beta2} ** update).sqrt().add(${epsilon});
    return [weight.sub(ahead.mul(rate).div(spread)), momentum, velocity];`,
      };
    }
    case "lion": {
      const { beta1, beta2 } = config;
      return {
        slots: [0],
        body: `const direction = slots[0].mul(${beta1}).add(gradient.mul(1 - ${beta1})).sign();
    const momentum = slots[0].mul(${beta2}).add(gradient.mul(1 - ${beta2}));
    return [weight.sub(direction.mul(rate)), momentum];`,
      };
    }
    default:
      return assertNever(config);
  }
}

const moments = (beta1: number, beta2: number) =>
  `const momentum = slots[0].add(gradient.sub(slots[0]).mul(1 - ${beta1}));
    const velocity = slots[1].add(gradient.square().sub(slots[1]).mul(1 - ${beta2}));`;

function printRmsprop({
  rho,
  momentum,
  centered,
  epsilon,
}: Extract<OptimizerConfig, { name: "rmsprop" }>): PrintedRule {
  const kept = [
    "velocity",
    ...(momentum > 0 ? ["momentum"] : []),
    ...(centered ? ["average"] : []),
  ];
  const lines = [
    `const velocity = slots[0].mul(${rho}).add(gradient.square().mul(1 - ${rho}));`,
    ...(centered
      ? [
          `const average = slots[${kept.length - 1}].mul(${rho}).add(gradient.mul(1 - ${rho}));`,
          "// By rounding the variance can come out below zero.",
          "const spread = velocity.sub(average.square()).relu();",
        ]
      : ["const spread = velocity;"]),
    `const increment = gradient.mul(rate).div(spread.add(${epsilon}).sqrt());`,
    ...(momentum > 0 ? [`const momentum = slots[1].mul(${momentum}).add(increment);`] : []),
    `return [weight.sub(${momentum > 0 ? "momentum" : "increment"}), ${kept.join(", ")}];`,
  ];
  return { slots: kept.map(() => 0), body: lines.join("\n    ") };
}

function printClass(
  { optimizer, clipping, accumulation, schedule }: Options,
  hasSchedule: boolean,
): string {
  const { weightDecay, learningRate } = optimizer;
  const isLowered = findPlateau(schedule) !== null;
  const steps = isLowered && hasSchedule ? "" : "private ";
  const scheduled = "learningRateAt(this.batches, this.stepsPerEpoch)";
  const rate = isLowered
    ? hasSchedule
      ? `${scheduled} * (this.learningRate / ${learningRate})`
      : "this.learningRate"
    : hasSchedule
      ? scheduled
      : String(learningRate);
  const { slots, body } = printRule(optimizer);
  const isSummed = accumulation > 1;
  const start = [...slots, ...(isSummed ? [0] : [])];
  const last = start.length - 1;
  const usesUpdate = body.includes("update");
  const decayed = weightDecay === 0 ? "" : `.mul(1 - ${weightDecay} * rate)`;
  return `/** Updates weights as Netloom and Keras do: TensorFlow.js lacks this optimizer, or an option of it. */
class OwnOptimizer extends tf.Optimizer {
  static readonly className = "OwnOptimizer";
  ${steps}batches = 0;
${isLowered ? `  /** A callback lowers it. */\n  learningRate = ${learningRate};\n` : ""}  private readonly slots = new Map<string, tf.Tensor[]>();
${
  hasSchedule
    ? `  ${steps}readonly stepsPerEpoch: number;

  constructor(stepsPerEpoch: number) {
    super();
    this.stepsPerEpoch = stepsPerEpoch;
  }
`
    : ""
}
  applyGradients(variables: Parameters<tf.Optimizer["applyGradients"]>[0]): void {
    const named = Array.isArray(variables)
      ? variables
      : Object.entries(variables).map(([name, tensor]) => ({ name, tensor }));
    const rate = ${rate};
    this.batches++;
${
  isSummed
    ? `    const isUpdate = this.batches % ${accumulation} === 0;
${usesUpdate ? `    const update = Math.ceil(this.batches / ${accumulation});\n` : ""}`
    : usesUpdate
      ? "    const update = this.batches;\n"
      : ""
}    tf.tidy(() => {
${
  isSummed
    ? `      const sums = named.map(({ name, tensor }) => tensor.add(this.findSlots(name, tensor)[${last}]));
      for (const [index, { name, tensor }] of named.entries()) {
        const kept = this.findSlots(name, tensor).slice(0, -1);
        this.keepSlots(name, [...kept, isUpdate ? tf.zerosLike(tensor) : sums[index]]);
      }
      if (!isUpdate) return;
      const raw = sums.map((sum) => sum.div(${accumulation}));`
    : "      const raw = named.map(({ tensor }) => tensor);"
}
      const gradients = ${printClipping(clipping)};
      for (const [index, { name }] of named.entries()) {
        const variable = tf.engine().registeredVariables[name];
        const gradient = gradients[index];
        const slots = this.findSlots(name, gradient);
        const [weight, ...next] = this.update(variable${decayed}, gradient, { slots, rate${usesUpdate ? ", update" : ""} });
        variable.assign(weight);
        this.keepSlots(name, [...next, ...slots.slice(next.length)]);
      }
    });
  }

  getConfig(): tf.serialization.ConfigDict {
    return {};
  }

  /** The new weight and what is kept for it. */
  private update(
    weight: tf.Tensor,
    gradient: tf.Tensor,
    { ${[slots.length > 0 ? "slots, " : "", "rate", usesUpdate ? ", update" : ""].join("")} }: { slots: tf.Tensor[]; rate: number${usesUpdate ? "; update: number" : ""} },
  ): tf.Tensor[] {
    ${body}
  }

  private findSlots(name: string, like: tf.Tensor): tf.Tensor[] {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const slots = [${start.join(", ")}].map((value) => tf.keep(tf.fill(like.shape, value)));
    this.slots.set(name, slots);
    return slots;
  }

  private keepSlots(name: string, slots: tf.Tensor[]): void {
    const before = this.slots.get(name) ?? [];
    this.slots.set(name, slots.map((slot) => tf.keep(slot)));
    for (const slot of before) if (!slots.includes(slot)) slot.dispose();
  }
}`;
}

function printClipping(clipping: TrainingConfig["clipping"]): string {
  switch (clipping?.kind) {
    case undefined:
      return "raw";
    case "value":
      return `raw.map((gradient) => gradient.clipByValue(${-clipping.limit}, ${clipping.limit}))`;
    case "norm":
      return `raw.map((gradient) => gradient.mul(tf.div(${clipping.limit}, gradient.norm().maximum(${clipping.limit}))))`;
    case "globalNorm":
      return `((norm: tf.Tensor) => raw.map((gradient) => gradient.mul(tf.div(${clipping.limit}, norm.maximum(${clipping.limit})))))(
        tf.addN(raw.map((gradient) => gradient.square().sum())).sqrt(),
      )`;
  }
}
