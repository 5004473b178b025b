import * as tf from "@tensorflow/tfjs";

export interface RMSNormalizationArgs {
  name?: string;
  trainable?: boolean;
  axis?: number | number[];
  epsilon?: number;
}

/** output = scale · x / √(mean(x²) + epsilon), the mean of each sample over `axis`. Zhang & Sennrich 2019. */
export class RMSNormalization extends tf.layers.Layer {
  static className = "netloom>RMSNormalization";

  readonly axes: number[];
  readonly epsilon: number;
  scale: tf.LayerVariable | null = null;

  constructor(args: RMSNormalizationArgs = {}) {
    super(args);
    const { axis = -1 } = args;
    this.axes = Array.isArray(axis) ? [...axis] : [axis];
    this.epsilon = args.epsilon ?? 1e-6;
  }

  private sortAxes(rank: number): number[] {
    return this.axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const shape = inputShape as tf.Shape;
    const sizes = this.sortAxes(shape.length).map((axis) => shape[axis] ?? 1);
    this.scale = this.addWeight("scale", sizes, "float32", tf.initializers.ones());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined || this.scale === null) throw new Error("There is no input.");
      const axes = this.sortAxes(input.rank);
      const shape = input.shape.map((size, index) => (axes.includes(index) ? size : 1));
      const mean = tf.mean(tf.square(input), axes, true);
      const normal = tf.mul(input, tf.rsqrt(tf.add(mean, this.epsilon)));
      return tf.mul(normal, tf.reshape(this.scale.read(), shape));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), axis: this.axes, epsilon: this.epsilon };
  }
}
tf.serialization.registerClass(RMSNormalization, "netloom", "RMSNormalization");
