import * as tf from "@tensorflow/tfjs";

export interface ReLUArgs {
  name?: string;
  trainable?: boolean;
  maxValue?: number | null;
  negativeSlope?: number;
  threshold?: number;
}

/** x above the threshold, up to the largest value; negativeSlope · (x − threshold) below. As Keras's layer of this name. */
export class ReLU extends tf.layers.Layer {
  static className = "netloom>ReLU";

  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(args: ReLUArgs = {}) {
    super(args);
    this.maxValue = args.maxValue ?? null;
    this.negativeSlope = args.negativeSlope ?? 0;
    this.threshold = args.threshold ?? 0;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("ReLU got no input.");
      const { threshold, maxValue, negativeSlope } = this;
      const kept =
        threshold === 0
          ? tf.relu(input)
          : // Unlike a comparison, a step has a gradient (none).
            tf.mul(input, tf.step(tf.sub(input, threshold)));
      const clipped = maxValue === null ? kept : tf.clipByValue(kept, 0, maxValue);
      if (negativeSlope === 0) return clipped;
      const below = tf.relu(tf.sub(threshold, input));
      return tf.sub(clipped, tf.mul(below, negativeSlope));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { maxValue, negativeSlope, threshold } = this;
    return { ...super.getConfig(), maxValue, negativeSlope, threshold };
  }
}
tf.serialization.registerClass(ReLU, "netloom", "ReLU");
