import * as tf from "@tensorflow/tfjs";

export interface SinusoidalPositionsArgs {
  name?: string;
  trainable?: boolean;
  maxWavelength?: number;
  /** Adds the positions to the input instead of giving them alone; true unless told. */
  add?: boolean;
}

/**
 * output[t] = input[t] + position[t], where position[t, 2i] = sin(t / w^(2i / size)) and position[t, 2i + 1] is its cosine.
 * Vaswani et al. 2017, section 3.5. Nothing is learned.
 */
export class SinusoidalPositions extends tf.layers.Layer {
  static className = "netloom>SinusoidalPositions";

  readonly maxWavelength: number;
  readonly add: boolean;

  constructor(args: SinusoidalPositionsArgs = {}) {
    super(args);
    this.maxWavelength = args.maxWavelength ?? 10_000;
    this.add = args.add ?? true;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("SinusoidalPositions got no input.");
      const [, steps = 1, size = 1] = input.shape;
      const values = Float32Array.from({ length: steps * size }, (_unused, at) => {
        const feature = at % size;
        const pair = 2 * Math.floor(feature / 2);
        const angle = Math.floor(at / size) / this.maxWavelength ** (pair / size);
        return feature === pair ? Math.sin(angle) : Math.cos(angle);
      });
      const positions = tf.tensor(values, [1, steps, size]);
      return tf.add(this.add ? input : tf.zerosLike(input), positions);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), maxWavelength: this.maxWavelength, add: this.add };
  }
}
tf.serialization.registerClass(SinusoidalPositions, "netloom", "SinusoidalPositions");
