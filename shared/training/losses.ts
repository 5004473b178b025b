/**
 * Losses by Keras's names in camelCase (https://keras.io/api/losses), and what may be set on each. Class losses take
 * class numbers from the data; one-hot is made where the loss wants it.
 *
 * Two of Keras's losses are missing on purpose: CTC compares a sequence with labels of another length, and Circle
 * compares the samples of a batch with each other; the target of an Output has one row per row of what it gets.
 */
export const lossNames = [
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "binaryCrossentropy",
  "categoricalFocalCrossentropy",
  "binaryFocalCrossentropy",
  "categoricalGeneralizedCrossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  "huber",
  "logcosh",
  "hinge",
  "squaredHinge",
  "categoricalHinge",
  "kullbackLeiblerDivergence",
  "poisson",
  "cosineSimilarity",
  "dice",
  "tversky",
] as const;
export type LossName = (typeof lossNames)[number];

export interface LossOptions {
  /** What arrives has not been through softmax or sigmoid: the loss does that itself, exactly. */
  readonly fromLogits: boolean;
  /** 0 to 1: how much of a one-hot truth is spread evenly over all classes (binary: towards one half). */
  readonly labelSmoothing: number;
  /** Huber: where the square goes over into a line. */
  readonly delta: number;
  /** Focal: weight of a class (binary: of the 1s, and only with `classBalancing`). */
  readonly focalAlpha: number;
  /** Focal: how much samples count less that are right already. */
  readonly focalGamma: number;
  readonly classBalancing: boolean;
  /** Tversky: what a missed 1 costs … (Keras calls it false positives). */
  readonly tverskyAlpha: number;
  /** … and a wrong 1. */
  readonly tverskyBeta: number;
  /** Generalised cross-entropy: towards 0 cross-entropy, at 1 the mean absolute error. */
  readonly q: number;
  /** Dice and Tversky: overlap of each sample on its own instead of the batch as a whole. */
  readonly perSample: boolean;
}

/** Keras's. */
export const defaultLossOptions: LossOptions = {
  fromLogits: false,
  labelSmoothing: 0,
  delta: 1,
  focalAlpha: 0.25,
  focalGamma: 2,
  classBalancing: false,
  tverskyAlpha: 0.5,
  tverskyBeta: 0.5,
  q: 0.5,
  perSample: false,
};

/** The options that a loss knows; the others are ignored. */
export function listLossOptions(loss: LossName): readonly (keyof LossOptions)[] {
  switch (loss) {
    case "categoricalCrossentropy":
    case "binaryCrossentropy":
      return ["fromLogits", "labelSmoothing"];
    case "sparseCategoricalCrossentropy":
      return ["fromLogits"];
    case "categoricalFocalCrossentropy":
      return ["fromLogits", "labelSmoothing", "focalAlpha", "focalGamma"];
    case "binaryFocalCrossentropy":
      return ["fromLogits", "labelSmoothing", "focalGamma", "classBalancing", "focalAlpha"];
    case "categoricalGeneralizedCrossEntropy":
      return ["q"];
    case "huber":
      return ["delta"];
    case "dice":
      return ["perSample"];
    case "tversky":
      return ["tverskyAlpha", "tverskyBeta", "perSample"];
    default:
      return [];
  }
}

/** Options filled in; those that the loss doesn't know are at their defaults whatever was set. */
export function readLossOptions(
  loss: LossName,
  set: Partial<LossOptions> | undefined,
): LossOptions {
  const known = listLossOptions(loss);
  const given = Object.entries(set ?? {}).filter(([name]) => known.some((each) => each === name));
  return { ...defaultLossOptions, ...Object.fromEntries(given) };
}
