/** How a run is done. A union by `procedure`; supervised training is its first member. */
export interface TrainingConfig {
  readonly procedure: "supervised";
  readonly optimizer: OptimizerConfig;
  readonly batchSize: number;
  readonly epochs: number;
  /** Root of all randomness: initial weights, shuffling, dropout. */
  readonly seed: number;
  readonly shuffle: boolean;
  readonly earlyStopping: EarlyStopping | null;
}

export type OptimizerConfig =
  | { readonly name: "sgd"; readonly learningRate: number }
  | {
      readonly name: "momentum";
      readonly learningRate: number;
      readonly momentum: number;
      readonly nesterov: boolean;
    }
  | { readonly name: "adagrad"; readonly learningRate: number }
  | { readonly name: "adadelta"; readonly learningRate: number; readonly rho: number }
  | {
      readonly name: "rmsprop";
      readonly learningRate: number;
      readonly rho: number;
      readonly momentum: number;
    }
  | {
      readonly name: "adam";
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
    }
  | {
      readonly name: "adamax";
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
    };

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
  batchSize: 1_000_000,
  epochs: 1_000_000,
  seed: 2 ** 32 - 1,
} as const;

export const defaultTraining: TrainingConfig = {
  procedure: "supervised",
  optimizer: { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999 },
  batchSize: 32,
  epochs: 10,
  seed: 1,
  shuffle: true,
  earlyStopping: null,
};
