import * as tf from "@tensorflow/tfjs";

export interface ELUArgs {
  name?: string;
  trainable?: boolean;
  alpha?: number;
}

/** x for x ≥ 0, alpha · (exp(x) − 1) below. Clevert et al. 2016. tfjs's own throws for any alpha but 1. */
export class ELU extends tf.layers.Layer {
  static className = "netloom>ELU";

  readonly alpha: number;

  constructor(args: ELUArgs = {}) {
    super(args);
    this.alpha = args.alpha ?? 1;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("ELU got no input.");
      const below = tf.neg(tf.relu(tf.neg(input)));
      return tf.add(tf.relu(input), tf.mul(tf.elu(below), this.alpha));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}
tf.serialization.registerClass(ELU, "netloom", "ELU");
