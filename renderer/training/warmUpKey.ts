import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { OptimizerConfig, TrainingConfig } from "#shared/training/config.ts";

/**
 * Says which programs a step of this model asks of the device: two with one key need no second warm-up. Names and places
 * of nodes make no difference, nor does what only the step's numbers carry, such as the learning rate.
 */
export function makeWarmUpKey(plan: ModelPlan, config: TrainingConfig): string {
  const { optimizer, clipping, accumulation, batching, batchSize } = config;
  const { classWeights, sampleWeightField, precision } = config;
  return JSON.stringify([
    plan.inputs.map(({ shape }) => shape),
    plan.layers.map(({ call, inputs, outputShapes, sharedWith }) => [
      call,
      inputs,
      outputShapes,
      sharedWith,
    ]),
    plan.outputs.map(({ id: _id, name: _name, ...output }) => output),
    describeOptimizer(optimizer),
    clipping?.kind,
    accumulation > 1,
    batching,
    batchSize,
    classWeights === "none",
    sampleWeightField !== null,
    precision,
  ]);
}

/** Which optimizer, and which of its options are on: their sizes are numbers that programs are given. */
function describeOptimizer(optimizer: OptimizerConfig): readonly (readonly [string, unknown])[] {
  return Object.entries(optimizer).map(([name, value]) => [
    name,
    typeof value === "number" ? value > 0 : value,
  ]);
}
