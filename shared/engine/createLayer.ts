import * as tf from "@tensorflow/tfjs";
import { nameTfjsActivation } from "../layers/activations.ts";
import type { CallOption, CallValue, LayerCall } from "../layers/defineLayer.ts";
import { toTfjsConfig } from "../layers/namedConfigs.ts";
import { patchLayer } from "./layerPatches.ts";
import { ownLayers } from "./ownLayers.ts";

/** tfjs's factories, looked up by name: every one takes one options object. */
type Factory = (options: Record<string, unknown>) => unknown;

/**
 * The tfjs layer that a call describes, not yet built. Throws where tfjs refuses the options or knows no such layer:
 * a plan that went through analysis does not come to that.
 */
export function createLayer(call: LayerCall, name?: string): tf.layers.Layer {
  const options: Record<string, unknown> = {};
  for (const option of call.options) {
    const key = option.tfjsName;
    if (key === null || isUnsaid(option)) continue;
    options[key] = nameTfjsActivation(key, convertValue(option.value));
  }
  if (name !== undefined) options["name"] = name;
  const layer =
    call.tfjsSource === "own"
      ? makeOwnLayer(call.tfjsFactory, options)
      : findFactory(tf.layers, call.tfjsFactory)(options);
  if (!(layer instanceof tf.layers.Layer)) {
    throw new Error(`tf.layers.${call.tfjsFactory} gave no layer.`);
  }
  patchLayer(layer);
  return layer;
}

function makeOwnLayer(name: string, options: Record<string, unknown>): unknown {
  const found = Object.hasOwn(ownLayers, name) ? ownLayers[name] : undefined;
  if (found === undefined) throw new Error(`There is no layer "${name}" of our own.`);
  return Reflect.construct(found, [options]);
}

/**
 * null means "none" in Keras's vocabulary; tfjs has the same meaning for an absent option, unless its default is
 * something else (a Bidirectional's merge mode).
 */
function isUnsaid(option: CallOption): boolean {
  return option.value === null && (option.tfjsDefault ?? null) === null;
}

function convertValue(value: CallValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A copy: tfjs's Reshape and LayerNormalization write into the list they are given.
  if (!("kind" in value)) return structuredClone(value);
  if (value.kind === "layer") return createLayer(value.call);
  if (value.kind === "layers") return value.calls.map((call) => createLayer(call));
  if (value.kind === "json") return structuredClone(value.value);
  const { factory, options } = toTfjsConfig(value.kind, value.name, value.config);
  switch (value.kind) {
    case "initializer":
      return findFactory(tf.initializers, factory)({ ...options });
    case "regularizer":
      return findFactory(tf.regularizers, factory)({ ...options });
    case "constraint":
      return findFactory(tf.constraints, factory)({ ...options });
  }
}

/**
 * Sends inputs through the layers that tfjs needs before the call itself (see `LayerCall.tfjsInputCalls`). A tensor
 * that a layer takes twice (attention to itself) passes through a layer that does nothing: tfjs counts it once as
 * taken and twice as used, and disposes of it before others have had it.
 */
export function prepareInputs(
  call: LayerCall,
  inputs: readonly tf.SymbolicTensor[],
  name: string,
): tf.SymbolicTensor[] {
  return inputs.map((input, index) => {
    const before = call.tfjsInputCalls?.[index];
    const isAgain = inputs.indexOf(input) < index;
    if (!before && !isAgain) return input;
    const between = `${name}_input_${index + 1}`;
    const layer = before
      ? createLayer(before, between)
      : tf.layers.activation({ activation: "linear", name: between });
    const output = layer.apply(input);
    if (output instanceof tf.SymbolicTensor) return output;
    throw new Error(`${between} gave no symbolic tensor.`);
  });
}

function findFactory(namespace: object, name: string): Factory {
  const found: unknown = Object.hasOwn(namespace, name) ? Reflect.get(namespace, name) : undefined;
  if (typeof found !== "function") throw new Error(`tfjs has no "${name}".`);
  return (options) => Reflect.apply(found, namespace, [options]);
}
