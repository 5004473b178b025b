import type { Checkpoint } from "./checkpoint.ts";
import { makeWeightShards, type WeightShard } from "./weightShards.ts";

/**
 * The model of a checkpoint as tfjs files, `model.json` and its weights as they were then. Needs no engine: the window
 * uses it where the worker that trained is gone.
 */
export function makeCheckpointModel({ modelText, weights }: Checkpoint): readonly WeightShard[] {
  const values = weights.map(({ values }) => Float32Array.from(values));
  return [
    { name: "model.json", bytes: new TextEncoder().encode(modelText) },
    ...makeWeightShards(values),
  ];
}
