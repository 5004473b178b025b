import type * as tf from "@tensorflow/tfjs";
import { visitParts } from "../seedLayers.ts";

/**
 * Runs a training pass that leaves nothing behind in the model: moving statistics are not written, the states of stateful
 * layers not moved on. `run` must not await: the next step would go without its traces, too.
 */
export function withoutTraces<T>(model: tf.LayersModel, run: () => T): T {
  const undo: (() => void)[] = [];
  const replace = (owner: object, method: string, by: (...given: never[]) => unknown) => {
    Reflect.set(owner, method, by);
    // The method itself is the prototype's.
    undo.push(() => void Reflect.deleteProperty(owner, method));
  };
  for (const weight of model.weights) replace(weight, "write", () => weight);
  for (const layer of model.layers) {
    visitParts(layer, (part) => {
      const isStateful: unknown = Reflect.get(part, "stateful");
      // Where a stateful layer keeps what its next call begins with.
      if (isStateful === true && "resetStates" in part) replace(part, "resetStates", () => {});
    });
  }
  isLeavingNone = true;
  try {
    return run();
  } finally {
    isLeavingNone = false;
    for (const step of undo) step();
  }
}

let isLeavingNone = false;

/** For kernels of ours that change a layer's state in place: they must not now. */
export function leavesNoTraces(): boolean {
  return isLeavingNone;
}
