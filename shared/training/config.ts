import { assertNever } from "../base/assertNever.ts";

/** How a run is done. A union by `procedure`; supervised training is its first member. */
export interface TrainingConfig {
  readonly procedure: "supervised";
  readonly optimizer: OptimizerConfig;
  readonly schedule: ScheduleConfig;
  readonly clipping: ClippingConfig | null;
  /** Batches whose gradients are averaged into one update; 1: every batch updates. */
  readonly accumulation: number;
  readonly batching: Batching;
  /** Of mini-batches; the other modes ignore it. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Root of all randomness: initial weights, shuffling, dropout. */
  readonly seed: number;
  readonly shuffle: boolean;
  /** `balanced`: each class weighs samples / (classes × its samples). A list: a weight per class, in the data's order. */
  readonly classWeights: "none" | "balanced" | readonly number[];
  /** A field of the data with one number per sample that its loss is multiplied by. */
  readonly sampleWeightField: string | null;
  readonly earlyStopping: EarlyStopping | null;
  /** Ends with the weights of the epoch in which this was best. */
  readonly keepBest: { readonly monitor: string } | null;
  readonly checkpoints: CheckpointConfig;
  readonly precision: Precision;
}

/**
 * `mixed`: what a step keeps between its kernels lies in 16 bits; weights, the optimizer's state and all sums stay in 32,
 * and the loss is scaled (`lossScaling.ts`). Keras: the policy `mixed_float16`. Micikevicius 2018.
 */
export type Precision = "float32" | "mixed";

/**
 * As Keras 3 defines them. `weightDecay` is decoupled: before each update, weight −= weight × decay × learning rate
 * (Loshchilov and Hutter 2019); 0: none.
 */
export type OptimizerConfig =
  | SgdConfig
  | MomentumConfig
  | AdagradConfig
  | AdadeltaConfig
  | RmspropConfig
  | AdamConfig
  | AdamwConfig
  | AdamaxConfig
  | NadamConfig
  | LionConfig;
export type OptimizerName = OptimizerConfig["name"];

interface CommonOptions {
  /** The schedule changes it from step to step. */
  readonly learningRate: number;
  readonly weightDecay: number;
}

export interface SgdConfig extends CommonOptions {
  readonly name: "sgd";
}

export interface MomentumConfig extends CommonOptions {
  readonly name: "momentum";
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface AdagradConfig extends CommonOptions {
  readonly name: "adagrad";
  readonly initialAccumulator: number;
  readonly epsilon: number;
}

export interface AdadeltaConfig extends CommonOptions {
  readonly name: "adadelta";
  readonly rho: number;
  readonly epsilon: number;
}

export interface RmspropConfig extends CommonOptions {
  readonly name: "rmsprop";
  readonly rho: number;
  readonly momentum: number;
  /** Divides by the variance of the gradients instead of their mean square. */
  readonly centered: boolean;
  readonly epsilon: number;
}

export interface AdamConfig extends AdamOptions {
  readonly name: "adam";
}

/** Adam by another name: it differs in the weight decay that one expects. */
export interface AdamwConfig extends AdamOptions {
  readonly name: "adamw";
}

interface AdamOptions extends CommonOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Divides by the largest running mean so far (Reddi 2018). */
  readonly amsgrad: boolean;
}

export interface AdamaxConfig extends CommonOptions {
  readonly name: "adamax";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface NadamConfig extends CommonOptions {
  readonly name: "nadam";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface LionConfig extends CommonOptions {
  readonly name: "lion";
  readonly beta1: number;
  readonly beta2: number;
}

/** How the learning rate changes: factors of the optimizer's own rate, the base. */
export type ScheduleConfig = PlainSchedule | WarmUpSchedule;
export type ScheduleKind = ScheduleConfig["kind"];

/** Lengths count epochs or steps; null: the whole run (behind a warm-up, the rest of it). */
export type ScheduleUnit = "epochs" | "steps";

export type PlainSchedule =
  | { readonly kind: "constant" }
  /** base × factor^⌊t / every⌋. */
  | {
      readonly kind: "step";
      readonly factor: number;
      readonly every: number;
      readonly unit: ScheduleUnit;
    }
  /** base × factor^(t / every). Keras: ExponentialDecay. */
  | {
      readonly kind: "exponential";
      readonly factor: number;
      readonly every: number;
      readonly unit: ScheduleUnit;
    }
  /** From the base to `endShare` of it along (1 − t / length)^power. Keras: PolynomialDecay. */
  | {
      readonly kind: "polynomial";
      readonly power: number;
      readonly endShare: number;
      readonly length: number | null;
      readonly unit: ScheduleUnit;
    }
  /**
   * From the base to `endShare` of it along half a cosine; with `restarts` anew from `peakFactor` times the last peak,
   * each `lengthFactor` times as long (SGDR, Loshchilov and Hutter 2016). Keras: CosineDecay, CosineDecayRestarts.
   */
  | {
      readonly kind: "cosine";
      readonly endShare: number;
      readonly length: number | null;
      readonly unit: ScheduleUnit;
      readonly restarts: {
        readonly lengthFactor: number;
        readonly peakFactor: number;
      } | null;
    }
  /**
   * Up to the base, which is the peak here, and down again over the whole run, both along half a cosine (Smith 2018):
   * base / startDivisor → base within `warmShare` of the steps → base / startDivisor / endDivisor.
   */
  | {
      readonly kind: "oneCycle";
      readonly warmShare: number;
      readonly startDivisor: number;
      readonly endDivisor: number;
    }
  /** × factor after `patience` epochs without improvement of `monitor`. Keras: ReduceLROnPlateau. */
  | {
      readonly kind: "reduceOnPlateau";
      readonly monitor: string;
      readonly factor: number;
      readonly patience: number;
      readonly minDelta: number;
      readonly cooldown: number;
      readonly minLearningRate: number;
    };

/** Linearly from `startShare` of the base to the base, then another schedule, which begins there. */
export interface WarmUpSchedule {
  readonly kind: "warmUp";
  readonly startShare: number;
  readonly length: number;
  readonly unit: ScheduleUnit;
  readonly after: PlainSchedule;
}

/** `value`: every number on its own; `norm`: every variable's gradient; `globalNorm`: all gradients together. */
export interface ClippingConfig {
  readonly kind: "value" | "norm" | "globalNorm";
  readonly limit: number;
}

/** What a step sees: `batchSize` samples, all of them, or one. */
export type Batching = "mini-batch" | "full-batch" | "stochastic";

/** How often a run is saved so that it can go on after a crash; null: not by this measure. */
export interface CheckpointConfig {
  readonly everyMinutes: number | null;
  readonly everySteps: number | null;
}

export interface EarlyStopping {
  /** `valLoss` or a metric under its logged name. */
  readonly monitor: string;
  /** Epochs without improvement before the run ends. */
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBest: boolean;
}

/** The most that a project, and so a run's snapshot, may say. */
export const trainingLimits = {
  learningRate: 1000,
  weightDecay: 1000,
  epsilon: 1,
  accumulation: 1_000_000,
  batchSize: 1_000_000,
  epochs: 1_000_000,
  /** Steps or epochs of a schedule's part. */
  scheduleLength: 1_000_000_000,
  classes: 100_000,
  checkpointMinutes: 1440,
  checkpointSteps: 1_000_000_000,
  seed: 2 ** 32 - 1,
} as const;

/** Each optimizer as Keras has it where one says nothing. */
export const defaultOptimizers = {
  sgd: { name: "sgd", learningRate: 0.01, weightDecay: 0 },
  momentum: {
    name: "momentum",
    learningRate: 0.01,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
  },
  adagrad: {
    name: "adagrad",
    learningRate: 0.001,
    initialAccumulator: 0.1,
    epsilon: 1e-7,
    weightDecay: 0,
  },
  adadelta: { name: "adadelta", learningRate: 0.001, rho: 0.95, epsilon: 1e-7, weightDecay: 0 },
  rmsprop: {
    name: "rmsprop",
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    centered: false,
    epsilon: 1e-7,
    weightDecay: 0,
  },
  adam: {
    name: "adam",
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
    weightDecay: 0,
  },
  adamw: {
    name: "adamw",
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
    weightDecay: 0.004,
  },
  adamax: {
    name: "adamax",
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    weightDecay: 0,
  },
  nadam: {
    name: "nadam",
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    weightDecay: 0,
  },
  lion: { name: "lion", learningRate: 0.001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
} as const satisfies { readonly [Name in OptimizerName]: Extract<OptimizerConfig, { name: Name }> };

export const defaultTraining: TrainingConfig = {
  procedure: "supervised",
  optimizer: defaultOptimizers.adam,
  schedule: { kind: "constant" },
  clipping: null,
  accumulation: 1,
  batching: "mini-batch",
  batchSize: 32,
  epochs: 10,
  seed: 1,
  shuffle: true,
  classWeights: "none",
  sampleWeightField: null,
  earlyStopping: null,
  keepBest: null,
  checkpoints: { everyMinutes: 5, everySteps: null },
  precision: "float32",
};

/** Samples of a step, by the way of batching: what engine, printers and memory checks all go by. */
export function effectiveBatchSize(
  { batching, batchSize }: Pick<TrainingConfig, "batching" | "batchSize">,
  sampleCount: number,
): number {
  switch (batching) {
    case "mini-batch":
      return Math.min(batchSize, Math.max(1, sampleCount));
    case "full-batch":
      return Math.max(1, sampleCount);
    case "stochastic":
      return 1;
    default:
      return assertNever(batching);
  }
}
