import * as tf from "@tensorflow/tfjs";

export type LayerNormalizationArgs = Omit<
  NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>,
  "axis" | "momentum"
> & { axis?: number | number[] };

/**
 * output = gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance of each sample over `axis`. Ba et
 * al. 2016. Unlike tfjs's own for inputs of any rank, also without gamma or beta, and with constraints.
 */
export class LayerNormalization extends tf.layers.Layer {
  static className = "netloom>LayerNormalization";

  readonly args: LayerNormalizationArgs;
  readonly axes: number[];
  readonly epsilon: number;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly gammaInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly betaInitializer: ReturnType<typeof tf.initializers.ones>;
  gamma: tf.LayerVariable | null = null;
  beta: tf.LayerVariable | null = null;

  constructor(args: LayerNormalizationArgs = {}) {
    super(args);
    this.args = args;
    const { axis = -1, ...others } = args;
    this.axes = Array.isArray(axis) ? [...axis] : [axis];
    this.epsilon = args.epsilon ?? 1e-3;
    this.supportsMasking = true;
    this.reader = tf.layers.batchNormalization(others);
    this.gammaInitializer = Reflect.get(this.reader, "gammaInitializer");
    this.betaInitializer = Reflect.get(this.reader, "betaInitializer");
  }

  private sortAxes(rank: number): number[] {
    return this.axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const shape = inputShape as tf.Shape;
    const sizes = this.sortAxes(shape.length).map((axis) => shape[axis] ?? 1);
    const add = (name: "gamma" | "beta", initializer: typeof this.gammaInitializer) =>
      this.addWeight(
        name,
        sizes,
        "float32",
        initializer,
        Reflect.get(this.reader, `${name}Regularizer`),
        true,
        Reflect.get(this.reader, `${name}Constraint`),
      );
    if (this.args.scale ?? true) this.gamma = add("gamma", this.gammaInitializer);
    if (this.args.center ?? true) this.beta = add("beta", this.betaInitializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("LayerNormalization got no input.");
      const axes = this.sortAxes(input.rank);
      const shape = input.shape.map((size, index) => (axes.includes(index) ? size : 1));
      const { mean, variance } = tf.moments(input, axes, true);
      const scale = tf.rsqrt(tf.add(variance, this.epsilon));
      const normal = tf.mul(tf.sub(input, mean), scale);
      const scaled =
        this.gamma === null ? normal : tf.mul(normal, tf.reshape(this.gamma.read(), shape));
      return this.beta === null ? scaled : tf.add(scaled, tf.reshape(this.beta.read(), shape));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.reader.getConfig(), ...super.getConfig(), axis: this.axes };
  }
}
tf.serialization.registerClass(LayerNormalization, "netloom", "LayerNormalization");
