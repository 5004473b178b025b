/**
 * The rules by which costs are counted. All are per sample where nothing else is said.
 *
 * - **Weights:** exactly those that the layer has, trained or not. A layer used in several places has them once.
 * - **Multiply-adds:** one multiplication with its addition counts 1, so that a Dense of m inputs and n units counts m·n.
 *   Biases, activations, poolings, normalizations and additions are not counted. A layer used twice computes twice.
 * - **Activation bytes:** what the forward pass writes: every output of every layer and Input, 4 bytes a value (1 for true
 *   or false). Outputs of the model write nothing of their own. Backends that compute in place need less.
 * - **Training bytes**, for a batch: weights, a gradient for each trainable weight and what the optimizer keeps for it
 *   (with Adam's two slots 4 + 12 bytes a trainable weight, 4 for any other), and the activations of every sample, which
 *   stay until gradients have been computed. Work space of single operations is not counted.
 *
 * null: a size is only known when data arrives.
 */
import type { WeightSpec } from "../layers/defineLayer.ts";
import { type Shape, countValues } from "../layers/shape.ts";
import { type TrainingConfig, effectiveBatchSize } from "../training/config.ts";
import { countSlots } from "../training/countSlots.ts";

const bytesPerValue = 4;

export interface Costs {
  readonly paramCount: number;
  readonly trainableCount: number;
  readonly multiplyAdds: number | null;
  readonly activationBytes: number | null;
}

/** What of the training settings a step's memory hangs on. */
export interface StepSize {
  /** Samples of a step; null: all there are, and nobody knows yet how many. */
  readonly batchSize: number | null;
  /** Numbers kept for each trained weight beside its gradient. */
  readonly slots: number;
}

/** `sampleCount`: of the training part; null where the data isn't open. */
export function readStepSize(
  training: Pick<TrainingConfig, "batching" | "batchSize" | "optimizer" | "accumulation">,
  sampleCount: number | null,
): StepSize {
  const isOpen = sampleCount === null && training.batching === "full-batch";
  const batchSize = isOpen ? null : effectiveBatchSize(training, sampleCount ?? training.batchSize);
  return { batchSize, slots: countSlots(training) };
}

export const noCosts: Costs = {
  paramCount: 0,
  trainableCount: 0,
  multiplyAdds: 0,
  activationBytes: 0,
};

export function countWeights(weights: readonly WeightSpec[]): number {
  return weights.reduce((total, { shape }) => total + countEntries(shape), 0);
}

export function countTrainable(weights: readonly WeightSpec[]): number {
  return countWeights(weights.filter(({ isTrainable }) => isTrainable));
}

export function countActivationBytes(outputs: readonly Shape[]): number | null {
  return outputs.reduce<number | null>((total, shape) => {
    const values = countValues(shape);
    if (total === null || values === null) return null;
    return total + values * (shape.dtype === "bool" ? 1 : bytesPerValue);
  }, 0);
}

/** Memory that a training step of this size holds on to. */
export function countTrainingBytes(
  { paramCount, trainableCount, activationBytes }: Omit<Costs, "multiplyAdds">,
  { batchSize, slots }: StepSize,
): number | null {
  if (activationBytes === null || batchSize === null) return null;
  const perTrainable = 1 + slots;
  return bytesPerValue * (paramCount + perTrainable * trainableCount) + activationBytes * batchSize;
}

export function addCosts(left: Costs, right: Costs): Costs {
  return {
    paramCount: left.paramCount + right.paramCount,
    trainableCount: left.trainableCount + right.trainableCount,
    multiplyAdds: addKnown(left.multiplyAdds, right.multiplyAdds),
    activationBytes: addKnown(left.activationBytes, right.activationBytes),
  };
}

function addKnown(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left + right;
}

function countEntries(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
