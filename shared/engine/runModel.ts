import * as tf from "@tensorflow/tfjs";
import { executeModel } from "./executeModel.ts";

/** Samples that every batch must have, where the model's inputs fix them; null: any number. */
export function readFixedBatch(model: tf.LayersModel): number | null {
  for (const { shape } of model.inputs) {
    const [batch = null] = shape;
    if (batch !== null) return batch;
  }
  return null;
}

/**
 * The model's outputs for one batch of tensors, one per output. Not tidied: call it inside `tf.tidy` or a gradient.
 * A model of fixed batch size may be given fewer samples without training: the last is repeated, its results cut off.
 */
export function runModel(
  model: tf.LayersModel,
  inputs: readonly tf.Tensor[],
  options: { readonly training: boolean },
): tf.Tensor[] {
  const batch = readFixedBatch(model);
  const given = inputs[0]?.shape[0] ?? 0;
  if (batch === null || given === batch) return executeModel(model, inputs, options);
  if (options.training || given > batch)
    throw new Error(`The model takes batches of ${batch} samples, not of ${given}.`);
  const padded = inputs.map((input) => padBatch(input, batch));
  return executeModel(model, padded, options).map((output) =>
    tf.slice(output, 0, [given, ...output.shape.slice(1)]),
  );
}

function padBatch(input: tf.Tensor, batch: number): tf.Tensor {
  const count = input.shape[0] ?? 0;
  const last = tf.slice(input, [count - 1], [1]);
  return tf.concat([input, ...Array.from({ length: batch - count }, () => last)], 0);
}
