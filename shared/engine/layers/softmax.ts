import * as tf from "@tensorflow/tfjs";

export interface SoftmaxArgs {
  name?: string;
  trainable?: boolean;
  axis?: number;
}

/**
 * output = exp(x) / Σ exp(x), the sum over `axis`. Unlike tfjs's own along any axis, and with a mask as second input:
 * where it is 0.5 or less the output is 0.
 */
export class Softmax extends tf.layers.Layer {
  static className = "netloom>Softmax";

  readonly axis: number;

  constructor(args: SoftmaxArgs = {}) {
    super(args);
    this.axis = args.axis ?? -1;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [input, mask] = Array.isArray(inputs) ? inputs : [inputs];
      if (input === undefined) throw new Error("Softmax got no input.");
      const axis = this.axis < 0 ? this.axis + input.rank : this.axis;
      const isOpen = mask && tf.step(tf.sub(tf.cast(mask, "float32"), 0.5));
      const scores = isOpen ? tf.add(input, tf.mul(tf.sub(isOpen, 1), 1e9)) : input;
      const largest = tf.max(scores, axis, true);
      const powers = tf.exp(tf.sub(scores, largest));
      const shares = tf.div(powers, tf.sum(powers, axis, true));
      return isOpen ? tf.mul(shares, isOpen) : shares;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [first] = inputShape;
    return Array.isArray(first) ? first : inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), axis: this.axis };
  }
}
tf.serialization.registerClass(Softmax, "netloom", "Softmax");
