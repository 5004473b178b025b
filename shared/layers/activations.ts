/**
 * Activation functions of Keras 3, by Keras's name in camelCase. https://keras.io/api/layers/activations/
 * Left out: glu (halves an axis), threshold (needs two numbers) and sparsemax (Keras 3.15 adds up running sums, so that
 * its values don't sum to 1); gelu is the exact one.
 */
const sharedActivations = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "softmax",
  "elu",
  "selu",
  "relu6",
  "gelu",
  "swish",
  "mish",
  "softplus",
  "softsign",
  "logSoftmax",
] as const;

/**
 * tfjs lacks these or, as hardSigmoid (0.2 x + 0.5 there, relu6(x + 3) / 6 in Keras 3), computes something else. Ours
 * are registered by `engine/layers/activation.ts`.
 */
const ownActivations = [
  "leakyRelu",
  "hardSigmoid",
  "hardSilu",
  "hardTanh",
  "exponential",
  "celu",
  "logSigmoid",
  "squareplus",
  "softShrink",
  "hardShrink",
  "tanhShrink",
  "sparsePlus",
  "sparseSigmoid",
] as const;

export const activationNames = [...sharedActivations, ...ownActivations] as const;
export type ActivationName = (typeof activationNames)[number];

/** Whether tfjs finds the function only where our `activation.ts` is loaded. */
export function isOwnActivation(name: string): boolean {
  const names: readonly string[] = ownActivations;
  return names.includes(name);
}

/** What a tfjs layer wants for an option: ours have a prefix, everything else stays as it is. */
export function nameTfjsActivation<Value>(option: string, value: Value): Value | string {
  const isActivation = /activation$/i.test(option) && typeof value === "string";
  return isActivation && isOwnActivation(value) ? `netloom>${value}` : value;
}
