import type * as tf from "@tensorflow/tfjs";
import { visitParts } from "../seedLayers.ts";

/** Sees which layers draw random numbers on the processor. */
export interface HostRandomness {
  /** Names of the layers that have drawn since the last call. */
  takeNames(): readonly string[];
}

/**
 * Those whose sizes depend on what they draw. Such layers read the seed that they are given for the step (`stepSeed`). Two
 * recorded steps that are the same do not tell them: there are so few sizes that one may well be drawn twice running.
 */
export function watchHostRandomness(model: tf.LayersModel): HostRandomness {
  const names = new Set<string>();
  for (const layer of model.layers) {
    visitParts(layer, (part) => {
      if (!("stepSeed" in part)) return;
      let value: unknown = part.stepSeed;
      Object.defineProperty(part, "stepSeed", {
        configurable: true,
        enumerable: true,
        get() {
          names.add(layer.name);
          return value;
        },
        set(next: unknown) {
          value = next;
        },
      });
    });
  }
  return {
    takeNames() {
      const taken = [...names];
      names.clear();
      return taken;
    },
  };
}
