/**
 * The rules by which costs are counted. All are per sample where nothing else is said.
 *
 * - **Weights:** exactly those that the layer has, trained or not. A layer used in several places has them once.
 * - **Multiply-adds:** one multiplication with its addition counts 1, so that a Dense of m inputs and n units counts m·n.
 *   Biases, activations, poolings, normalizations and additions are not counted. A layer used twice computes twice.
 * - **Activation bytes:** what the forward pass writes: every output of every layer and Input, 4 bytes a value (1 for true
 *   or false). Outputs of the model write nothing of their own. Backends that compute in place need less.
 * - **Step bytes**: what a training step holds for a sample: outputs, their gradients, and what kernels put aside for the
 *   way back (`training/stepValues.ts`). 0 for nothing but views of other numbers.
 * - **Training bytes**, for a batch: weights, a gradient for each trainable weight and what the optimizer keeps for it
 *   (with Adam's two slots 4 + 12 bytes a trainable weight, 4 for any other), and the step bytes of every sample. The
 *   same estimate as everywhere (`training/memoryNeeds.ts`), without the data.
 *
 * null: a size is only known when data arrives.
 */
import type { WeightSpec } from "../layers/defineLayer.ts";
import { type Shape, countValues } from "../layers/shape.ts";
import { countMemoryNeeds, type StepCosts, type StepSize } from "../training/memoryNeeds.ts";
import type { GraphAnalysis } from "./types.ts";
import { countStepValues, type LayerUse } from "../training/stepValues.ts";

const bytesPerValue = 4;

export interface Costs extends StepCosts {
  readonly multiplyAdds: number | null;
}

export const noCosts: Costs = {
  paramCount: 0,
  trainableCount: 0,
  multiplyAdds: 0,
  activationBytes: 0,
  stepBytes: 0,
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

/** Of one use of a layer, for a sample. */
export function countStepBytes(use: LayerUse): number | null {
  const values = countStepValues(use);
  return values === null ? null : bytesPerValue * values;
}

/** Samples that the Inputs fix every batch at, for stateful layers; null: any number. */
export function readFixedBatch({ nodes }: Pick<GraphAnalysis, "nodes">): number | null {
  const fixed = Object.values(nodes).find(({ outputShape }) => outputShape?.batch !== undefined);
  return fixed?.outputShape?.batch ?? null;
}

/** Memory that training with steps of this size holds on to, the data aside. */
export function countTrainingBytes(costs: StepCosts, step: StepSize): number | null {
  return countMemoryNeeds(costs, step)?.total ?? null;
}

export function addCosts(left: Costs, right: Costs): Costs {
  return {
    paramCount: left.paramCount + right.paramCount,
    trainableCount: left.trainableCount + right.trainableCount,
    multiplyAdds: addKnown(left.multiplyAdds, right.multiplyAdds),
    activationBytes: addKnown(left.activationBytes, right.activationBytes),
    stepBytes: addKnown(left.stepBytes, right.stepBytes),
  };
}

function addKnown(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left + right;
}

function countEntries(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
