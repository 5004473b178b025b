import * as tf from "@tensorflow/tfjs";

export interface MaskingArgs {
  maskValue?: number;
  name?: string;
  trainable?: boolean;
}

/**
 * Keras's Masking: steps of a sequence of which every feature equals maskValue count as padding; they become zeros, and
 * recurrent layers skip them. tf.layers.masking does the same but can't be trained through: a comparison has no gradient.
 */
export class Masking extends tf.layers.Layer {
  static className = "netloom>Masking";

  readonly maskValue: number;

  constructor(args: MaskingArgs = {}) {
    super(args);
    this.maskValue = args.maskValue ?? 0;
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [input] = [inputs].flat();
      if (input === undefined) throw new Error("Masking got no input.");
      return tf.mul(input, this.findSteps(input, true));
    });
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat();
    if (input === undefined) throw new Error("Masking got no input.");
    return tf.cast(this.findSteps(input, false), "bool");
  }

  /** 1 where a step counts; a constant as far as gradients go. */
  private findSteps(input: tf.Tensor, keepsAxis: boolean): tf.Tensor {
    const find = tf.customGrad((values) => {
      // tfjs's types allow functions among the arguments; the first is the tensor given below.
      const tensor = values as tf.Tensor;
      const differs = tf.cast(tf.notEqual(tensor, this.maskValue), "float32");
      return { value: tf.max(differs, -1, keepsAxis), gradFunc: () => tf.zerosLike(tensor) };
    });
    return find(input);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), maskValue: this.maskValue };
  }
}
tf.serialization.registerClass(Masking, "netloom", "Masking");
