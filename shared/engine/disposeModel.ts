import * as tf from "@tensorflow/tfjs";
import { visitParts } from "./seedLayers.ts";

/** What recurrent layers and cells keep between calls: masks of dropout, states of stateful layers. */
const keptFields = [
  "dropoutMask",
  "recurrentDropoutMask",
  "states_",
  "keptStates",
  "kept",
] as const;

/** Frees weights, and what recurrent layers keep. */
export function disposeModel(model: tf.LayersModel): void {
  try {
    for (const layer of model.layers) visitParts(layer, freeKept);
    model.dispose();
  } catch {
    // After the device is lost there is nothing left to free.
  }
}

function freeKept(part: object): void {
  if (!(part instanceof tf.layers.Layer)) return;
  for (const field of keptFields) {
    const kept: unknown = Reflect.get(part, field);
    const isList = Array.isArray(kept);
    for (const tensor of isList ? (kept as readonly unknown[]).flat() : [kept])
      if (tensor instanceof tf.Tensor) tensor.dispose();
    if (kept !== undefined) Reflect.set(part, field, isList ? [] : null);
  }
}
