import * as tf from "@tensorflow/tfjs";

export interface UnitNormalizationArgs {
  name?: string;
  trainable?: boolean;
  axis?: number | number[];
}

/** output = x / ‖x‖, the length of each sample over `axis`; all zeros stay so. */
export class UnitNormalization extends tf.layers.Layer {
  static className = "netloom>UnitNormalization";

  readonly axes: number[];

  constructor(args: UnitNormalizationArgs = {}) {
    super(args);
    const { axis = -1 } = args;
    this.axes = Array.isArray(axis) ? [...axis] : [axis];
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("UnitNormalization got no input.");
      const axes = this.axes.map((axis) => (axis < 0 ? axis + input.rank : axis));
      // Keras divides by at least 1e-12; the square of that keeps the gradient finite too.
      const squares = tf.add(tf.sum(tf.square(input), axes, true), 1e-24);
      return tf.mul(input, tf.rsqrt(squares));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), axis: this.axes };
  }
}
tf.serialization.registerClass(UnitNormalization, "netloom", "UnitNormalization");
