import * as tf from "@tensorflow/tfjs";
import type { CallOption, CallValue, LayerCall } from "../layers/defineLayer.ts";

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
    options[key] = convertValue(option.value);
  }
  if (name !== undefined) options["name"] = name;
  const layer = findFactory(tf.layers, call.tfjsFactory)(options);
  if (!(layer instanceof tf.layers.Layer)) {
    throw new Error(`tf.layers.${call.tfjsFactory} gave no layer.`);
  }
  return layer;
}

/** null means "none" in Keras's vocabulary; tfjs has the same meaning for an absent option. */
function isUnsaid(option: CallOption): boolean {
  return option.value === null;
}

function convertValue(value: CallValue): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!("kind" in value)) return value;
  switch (value.kind) {
    case "layer":
      return createLayer(value.call);
    case "initializer":
      return findFactory(tf.initializers, value.name)({ ...value.config });
    case "regularizer":
      return findFactory(tf.regularizers, value.name)({ ...value.config });
    case "constraint":
      return findFactory(tf.constraints, value.name)({ ...value.config });
  }
}

function findFactory(namespace: object, name: string): Factory {
  // tfjs spells `leCunNormal` where Keras has `lecun_normal`, hence the second look.
  const key = name in namespace ? name : findIgnoringCase(namespace, name);
  const found: unknown = key === undefined ? undefined : Reflect.get(namespace, key);
  if (typeof found !== "function") throw new Error(`tfjs has no "${name}".`);
  return (options) => Reflect.apply(found, namespace, [options]);
}

function findIgnoringCase(namespace: object, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.keys(namespace).find((key) => key.toLowerCase() === wanted);
}
