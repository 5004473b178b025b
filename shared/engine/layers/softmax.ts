import * as tf from "@tensorflow/tfjs";

export interface SoftmaxArgs {
  name?: string;
  trainable?: boolean;
  axis?: number | number[];
}

/**
 * output = exp(x) / Σ exp(x), the sum over `axis`. Unlike tfjs's own along any axes, and with a mask as second input:
 * where it is 0.5 or less the output is 0.
 */
export class Softmax extends tf.layers.Layer {
  static className = "netloom>Softmax";

  readonly axes: number[];

  constructor(args: SoftmaxArgs = {}) {
    super(args);
    const { axis = -1 } = args;
    this.axes = Array.isArray(axis) ? [...axis] : [axis];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [input, mask] = Array.isArray(inputs) ? inputs : [inputs];
      if (input === undefined) throw new Error("Softmax got no input.");
      const axes = this.axes.map((axis) => (axis < 0 ? axis + input.rank : axis));
      const isOpen = mask && tf.step(tf.sub(tf.cast(mask, "float32"), 0.5));
      const scores = isOpen ? tf.add(input, tf.mul(tf.sub(isOpen, 1), 1e9)) : input;
      const largest = tf.max(scores, axes, true);
      const powers = tf.exp(tf.sub(scores, largest));
      const shares = tf.div(powers, tf.sum(powers, axes, true));
      return isOpen ? tf.mul(shares, isOpen) : shares;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [first] = inputShape;
    return Array.isArray(first) ? first : inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), axis: this.axes };
  }
}
tf.serialization.registerClass(Softmax, "netloom", "Softmax");
