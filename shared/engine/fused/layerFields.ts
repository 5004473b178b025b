/** Fields of layers that the types of tfjs-layers hide. */
import * as tf from "@tensorflow/tfjs";

/** The tensor of a weight; null where the layer has none of this name. */
export function readWeight(layer: tf.layers.Layer, name: string): tf.Tensor | null {
  const weight: unknown = Reflect.get(layer, name);
  if (typeof weight !== "object" || weight === null) return null;
  const read: unknown = Reflect.get(weight, "read");
  if (typeof read !== "function") return null;
  const value: unknown = Reflect.apply(read, weight, []);
  return value instanceof tf.Tensor ? value : null;
}

export interface LayerActivation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
}

/** The activation in a field, or that of the layer in it; null where there is none. */
export function readActivation(layer: object, name: string): LayerActivation | null {
  const found: unknown = Reflect.get(layer, name);
  if (found instanceof tf.layers.Layer) return readActivation(found, "activation");
  return found instanceof tf.serialization.Serializable && "apply" in found
    ? (found as tf.serialization.Serializable & LayerActivation) // Only activations are ever stored there.
    : null;
}

/** Numbers of a field that holds one or a list. */
export function readList(layer: object, name: string): readonly number[] {
  const found: unknown = Reflect.get(layer, name);
  if (typeof found === "number") return [found];
  const list: readonly unknown[] = Array.isArray(found) ? found : [];
  return list.filter((entry) => typeof entry === "number");
}

export function readNumber(layer: object, name: string): number | null {
  const found: unknown = Reflect.get(layer, name);
  return typeof found === "number" ? found : null;
}

export function readText(layer: object, name: string): string | null {
  const found: unknown = Reflect.get(layer, name);
  return typeof found === "string" ? found : null;
}
