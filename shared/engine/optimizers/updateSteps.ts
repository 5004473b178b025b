/** What both ways of updating share: the numbers of a step, and how slots are named in checkpoints. */
import { currentStep, type StepNumbers } from "../step/stepNumbers.ts";
import type { OptimizerState } from "../step/stepRunner.ts";
import type { UpdaterConfig } from "./createUpdater.ts";
import type { OptimizerRule, Slot } from "./rules.ts";

/** Places in `StepNumbers.optimizer`. */
export const numberPlaces = { isUpdate: 0, rule: 1 } as const;

/** Only there where gradients are accumulated: their sum since the last update. */
const gradientSum: Slot = { name: "gradientSum", initial: 0 };

export function planSlots({ accumulation }: UpdaterConfig, rule: OptimizerRule): readonly Slot[] {
  return accumulation > 1 ? [...rule.slots, gradientSum] : rule.slots;
}

/** See `Updater.numbers`. */
export function optimizerNumbers(
  rule: OptimizerRule,
  accumulation: number,
  { stepsDone }: { readonly stepsDone: number },
): readonly number[] {
  const isUpdate = (stepsDone + 1) % accumulation === 0;
  const update = Math.floor(stepsDone / accumulation) + 1;
  return [isUpdate ? 1 : 0, ...rule.numbers(update)];
}

/** The numbers of the step under way; throws outside of one. */
export function needStep(): StepNumbers {
  const step = currentStep();
  if (step === null || step.optimizer.length < numberPlaces.rule) {
    throw new Error("An update needs the numbers of its step: call setStep with them first.");
  }
  return step;
}

/** `dense/kernel/velocity`: what a slot is called in a checkpoint. */
export function slotName(variable: string, slot: Slot): string {
  return `${variable}/${slot.name}`;
}

/** The values of one slot; throws where the checkpoint lacks it or it is of another size. */
export function findSlot(slots: OptimizerState["slots"], name: string, size: number): Float32Array {
  const found = slots.get(name);
  if (found === undefined) {
    throw new Error(
      `The checkpoint has no "${name}". It was made with another optimizer or network; start the run anew.`,
    );
  }
  if (found.values.length !== size) {
    throw new Error(
      `"${name}" has ${found.values.length} numbers in the checkpoint, but ${size} are needed. The network has changed; start the run anew.`,
    );
  }
  return found.values;
}
