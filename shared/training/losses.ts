/**
 * Losses by Keras's names in camelCase (https://keras.io/api/losses), and what may be set on each. Class losses take
 * class numbers from the data; one-hot is made where the loss wants it.
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
  "ctc",
  "circle",
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
  /** Sparse categorical cross-entropy: rows of this class (a border, a filler) count nothing. null: all count. */
  readonly ignoreClass: number | null;
  /** Circle: how much the hardest pairs of a batch stand out. */
  readonly circleGamma: number;
  /** Circle: distances of the same class should fall below this, those of others rise above 1 − margin. */
  readonly circleMargin: number;
  /** Circle: a sample is no pair with itself. */
  readonly removeDiagonal: boolean;
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
  ignoreClass: null,
  circleGamma: 80,
  circleMargin: 0.4,
  removeDiagonal: true,
};

/** The options that a loss knows; the others are ignored. */
export function listLossOptions(loss: LossName): readonly (keyof LossOptions)[] {
  switch (loss) {
    case "categoricalCrossentropy":
    case "binaryCrossentropy":
      return ["fromLogits", "labelSmoothing"];
    case "sparseCategoricalCrossentropy":
      return ["fromLogits", "ignoreClass"];
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
    case "circle":
      return ["circleGamma", "circleMargin", "removeDiagonal"];
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

/**
 * How a loss reads its truth: row by row of what the output gives; `sequence`: as labels whose number is not that of the
 * steps (CTC); `label`: as one class number per sample, whatever the units (Circle). Metrics go by rows, and so measure
 * nothing of the other two.
 */
export function readsTruthAs(loss: LossName): "rows" | "sequence" | "label" {
  if (loss === "ctc") return "sequence";
  return loss === "circle" ? "label" : "rows";
}
