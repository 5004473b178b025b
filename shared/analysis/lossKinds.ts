import { assertNever } from "../base/assertNever.ts";
import type { LossName } from "../training/losses.ts";

/**
 * What a loss compares: a distribution over classes, yes or no per unit, overlaps of both, a margin, numbers, a sequence
 * with labels of another length, or the samples of a batch with each other.
 */
export type LossKind =
  | "classes"
  | "binary"
  | "overlap"
  | "margin"
  | "classMargin"
  | "numbers"
  | "sequence"
  | "pairs";

export function kindOfLoss(loss: LossName): LossKind {
  switch (loss) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
    case "categoricalFocalCrossentropy":
    case "categoricalGeneralizedCrossEntropy":
    case "kullbackLeiblerDivergence":
      return "classes";
    case "binaryCrossentropy":
    case "binaryFocalCrossentropy":
      return "binary";
    case "dice":
    case "tversky":
      return "overlap";
    case "hinge":
    case "squaredHinge":
      return "margin";
    case "categoricalHinge":
      return "classMargin";
    case "meanSquaredError":
    case "meanAbsoluteError":
    case "meanAbsolutePercentageError":
    case "meanSquaredLogarithmicError":
    case "huber":
    case "logcosh":
    case "poisson":
    case "cosineSimilarity":
      return "numbers";
    case "ctc":
      return "sequence";
    case "circle":
      return "pairs";
    default:
      return assertNever(loss);
  }
}

/** "mean squared error": for the middle of a sentence. */
export function sayLoss(loss: LossName): string {
  if (loss === "ctc") return "CTC loss";
  if (loss === "circle") return "circle loss";
  return loss
    .replace(/Cross-?entropy/i, " cross-entropy")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}

/** In Keras these compare with class numbers and can take nothing else. */
export function takesClassNumbers(loss: LossName): boolean {
  return loss === "sparseCategoricalCrossentropy" || loss === "categoricalGeneralizedCrossEntropy";
}
