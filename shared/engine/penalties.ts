import type * as tf from "@tensorflow/tfjs";

/**
 * What the layers add to the loss of the pass that just ran, as Keras counts it: weights' regularizers once a layer,
 * however often it is used, and not at all where it is frozen; penalties on activations once a use.
 * `model.calculateLosses` asks every layer once a use (tfjs-layers engine/container.js).
 */
export function listPenalties(model: tf.LayersModel): tf.Scalar[] {
  return model.layers
    .filter((layer) => layer.trainable || "penalties" in layer)
    .flatMap((layer) => layer.calculateLosses());
}
