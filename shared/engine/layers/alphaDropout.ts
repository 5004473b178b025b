import * as tf from "@tensorflow/tfjs";

export interface AlphaDropoutArgs {
  name?: string;
  trainable?: boolean;
  rate: number;
  /** Axes of 1 share one decision, null is the input's size. */
  noiseShape?: (number | null)[];
  seed?: number;
}

/**
 * Sets random values to selu's lower limit and shifts and scales the rest so that mean and variance stay. Klambauer et al.
 * 2017. tfjs's own forgets its noise shape when saved and can't be given a seed.
 */
export class AlphaDropout extends tf.layers.Layer {
  static className = "netloom>AlphaDropout";

  readonly args: AlphaDropoutArgs;
  /** May be set anew before each step. */
  stepSeed: number | undefined;

  constructor(args: AlphaDropoutArgs) {
    super(args);
    this.args = { ...args };
    this.stepSeed = args.seed;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("AlphaDropout got no input.");
      const { rate, noiseShape } = this.args;
      if (kwargs["training"] !== true || rate === 0) return input;
      const shape = input.shape.map((size, index) => noiseShape?.[index] ?? size);
      const lowest = -1.6732632423543772 * 1.0507009873554805;
      const scale = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5;
      const draw = tf.randomUniform(shape, 0, 1, "float32", this.stepSeed);
      const kept = tf.sub(1, tf.step(tf.sub(rate, draw)));
      const mixed = tf.add(tf.mul(input, kept), tf.mul(tf.sub(1, kept), lowest));
      return tf.add(tf.mul(mixed, scale), -scale * lowest * rate);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.args, ...super.getConfig() };
  }
}
tf.serialization.registerClass(AlphaDropout, "netloom", "AlphaDropout");
