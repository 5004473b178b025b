import * as tf from "@tensorflow/tfjs";

/**
 * Adds the mask of its input as one more feature, 1 or 0: [batch, time, features] → [batch, time, features + 1].
 * tfjs tells a layer only the mask of its first input; attention needs those of all, so they travel this way.
 */
export class MaskFeature extends tf.layers.Layer {
  static className = "netloom>MaskFeature";

  private static made = 0;

  constructor(args: { name?: string; trainable?: boolean } = {}) {
    // tfjs would take the class's name, which no layer's name may be.
    super({ name: `mask_feature_${++MaskFeature.made}`, ...args });
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { mask?: tf.Tensor | null }): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("MaskFeature got no input.");
      const shape = [...input.shape.slice(0, -1), 1];
      const mask = kwargs["mask"];
      const feature = mask ? tf.reshape(tf.cast(mask, "float32"), shape) : tf.ones(shape);
      return tf.concat([input, feature], -1);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // A list of shapes comes only where a layer has several inputs.
    const shape = inputShape as tf.Shape;
    const size = shape.at(-1) ?? null;
    return [...shape.slice(0, -1), size === null ? null : size + 1];
  }
}
tf.serialization.registerClass(MaskFeature, "netloom", "MaskFeature");
