import * as tf from "@tensorflow/tfjs";

/** The model's outputs for one batch of tensors, one per output. Not tidied: call it inside `tf.tidy` or a gradient. */
export function runModel(
  model: tf.LayersModel,
  inputs: readonly tf.Tensor[],
  options: { readonly training: boolean },
): tf.Tensor[] {
  const [only] = inputs;
  const result = model.apply(inputs.length === 1 && only ? only : [...inputs], {
    training: options.training,
  });
  const list: readonly unknown[] = Array.isArray(result) ? result : [result];
  return list.map((output) => {
    if (output instanceof tf.Tensor) return output;
    throw new Error("The model gave a symbolic output for real inputs.");
  });
}
