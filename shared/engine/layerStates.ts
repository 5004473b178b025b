import * as tf from "@tensorflow/tfjs";
import type { NamedTensor } from "../training/tensorFile.ts";
import { visitParts } from "./seedLayers.ts";

/** Where recurrent layers keep what goes on from batch to batch: tfjs's own, and ours. */
const stateFields = ["states_", "kept"] as const;

/** The states of stateful layers, copied to plain memory; empty for models without any. */
export async function readLayerStates(model: tf.LayersModel): Promise<readonly NamedTensor[]> {
  const found: { readonly name: string; readonly tensor: tf.Tensor }[] = [];
  visitStates(model, ({ name, tensors }) => {
    tensors.forEach((tensor, index) => found.push({ name: `${name}/${index}`, tensor }));
  });
  return Promise.all(
    found.map(async ({ name, tensor }) => ({
      name,
      shape: tensor.shape,
      values: Float32Array.from(await tensor.data()),
    })),
  );
}

/** Puts the states back; call after `resetStates`. Layers that the list does not name keep theirs. */
export function writeLayerStates(model: tf.LayersModel, states: readonly NamedTensor[]): void {
  if (states.length === 0) return;
  const byName = new Map(states.map((state) => [state.name, state]));
  visitStates(model, ({ name, part, field, tensors }) => {
    const next: tf.Tensor[] = [];
    for (let index = 0; ; index++) {
      const state = byName.get(`${name}/${index}`);
      if (state === undefined) break;
      next.push(tf.keep(tf.tensor(Float32Array.from(state.values), [...state.shape])));
    }
    if (next.length === 0) return;
    tf.dispose([...tensors]);
    Reflect.set(part, field, next);
  });
}

interface StatePlace {
  readonly name: string;
  readonly part: object;
  readonly field: string;
  readonly tensors: readonly tf.Tensor[];
}

function visitStates(model: tf.LayersModel, visit: (place: StatePlace) => void): void {
  for (const layer of model.layers) {
    visitParts(layer, (part, path) => {
      if (!(part instanceof tf.layers.Layer) || !isStateful(part)) return;
      for (const field of stateFields) {
        const kept: unknown = Reflect.get(part, field);
        if (!Array.isArray(kept)) continue;
        const tensors = kept.filter((entry: unknown) => entry instanceof tf.Tensor);
        visit({ name: `${layer.name}${path}/${field}`, part, field, tensors });
      }
    });
  }
}

/** Others have such fields, too, but start anew with every batch. */
function isStateful(layer: tf.layers.Layer): boolean {
  return Reflect.get(layer, "stateful") === true;
}
