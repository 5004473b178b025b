import { assertNever } from "../base/assertNever.ts";
import type { LossName } from "../training/losses.ts";

/** What a loss compares: a distribution over classes, yes or no per unit, a margin, or numbers. */
export type LossKind = "classes" | "binary" | "margin" | "classMargin" | "numbers";

export function kindOfLoss(loss: LossName): LossKind {
  switch (loss) {
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
    case "kullbackLeiblerDivergence":
      return "classes";
    case "binaryCrossentropy":
      return "binary";
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
    default:
      return assertNever(loss);
  }
}

/** "mean squared error": for the middle of a sentence. */
export function sayLoss(loss: LossName): string {
  return loss
    .replace("Crossentropy", " cross-entropy")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
