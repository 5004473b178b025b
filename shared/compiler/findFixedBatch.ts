import type { ModelPlan } from "./plan.ts";

/** Samples that every batch must have, where an Input fixes them for stateful layers; null: any number. */
export function findFixedBatch({ inputs }: ModelPlan): number | null {
  return inputs.find(({ shape }) => shape.batch !== undefined)?.shape.batch ?? null;
}
