import { assertNever } from "../base/assertNever.ts";
import type { TrainingConfig } from "./config.ts";

/** Numbers that training keeps for each trained weight beside its gradient: the optimizer's, and sums of accumulation. */
export function countSlots({
  optimizer,
  accumulation,
}: Pick<TrainingConfig, "optimizer" | "accumulation">): number {
  return countOptimizerSlots(optimizer) + (accumulation > 1 ? 1 : 0);
}

/** As Keras's optimizers keep them. */
function countOptimizerSlots(optimizer: TrainingConfig["optimizer"]): number {
  switch (optimizer.name) {
    case "sgd":
      return 0;
    case "momentum":
    case "adagrad":
    case "lion":
      return 1;
    case "rmsprop":
      return 1 + (optimizer.momentum > 0 ? 1 : 0) + (optimizer.centered ? 1 : 0);
    case "adadelta":
    case "adamax":
    case "nadam":
      return 2;
    case "adam":
    case "adamw":
      return optimizer.amsgrad ? 3 : 2;
    default:
      return assertNever(optimizer);
  }
}
