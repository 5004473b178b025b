import * as tf from "@tensorflow/tfjs";

export type BatchNormalizationArgs = NonNullable<
  Parameters<typeof tf.layers.batchNormalization>[0]
>;

/**
 * output = gamma · (x − mean) / √(variance + epsilon) + beta, one mean and variance for each place along `axis`. Ioffe &
 * Szegedy 2015. Unlike tfjs's own for inputs of any rank, along any axis, also without gamma or beta, and when frozen it
 * uses the moving averages, as in Keras.
 */
export class BatchNormalization extends tf.layers.Layer {
  static className = "netloom>BatchNormalization";

  readonly args: BatchNormalizationArgs;
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly gammaInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly betaInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly movingMeanInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly movingVarianceInitializer: ReturnType<typeof tf.initializers.ones>;
  gamma: tf.LayerVariable | null = null;
  beta: tf.LayerVariable | null = null;
  movingMean: tf.LayerVariable | null = null;
  movingVariance: tf.LayerVariable | null = null;

  constructor(args: BatchNormalizationArgs = {}) {
    super(args);
    this.args = args;
    this.axis = args.axis ?? -1;
    this.momentum = args.momentum ?? 0.99;
    this.epsilon = args.epsilon ?? 1e-3;
    this.reader = tf.layers.batchNormalization({ ...args });
    this.gammaInitializer = Reflect.get(this.reader, "gammaInitializer");
    this.betaInitializer = Reflect.get(this.reader, "betaInitializer");
    this.movingMeanInitializer = Reflect.get(this.reader, "movingMeanInitializer");
    this.movingVarianceInitializer = Reflect.get(this.reader, "movingVarianceInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const size = (inputShape as tf.Shape).at(this.axis) ?? null;
    if (size === null) throw new Error("BatchNormalization needs a known size along its axis.");
    const add = (name: "gamma" | "beta", initializer: typeof this.gammaInitializer) =>
      this.addWeight(
        name,
        [size],
        "float32",
        initializer,
        Reflect.get(this.reader, `${name}Regularizer`),
        true,
        Reflect.get(this.reader, `${name}Constraint`),
      );
    if (this.args.scale ?? true) this.gamma = add("gamma", this.gammaInitializer);
    if (this.args.center ?? true) this.beta = add("beta", this.betaInitializer);
    const average = (name: string, initializer: typeof this.gammaInitializer) =>
      this.addWeight(name, [size], "float32", initializer, undefined, false);
    this.movingMean = average("moving_mean", this.movingMeanInitializer);
    this.movingVariance = average("moving_variance", this.movingVarianceInitializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      const { movingMean, movingVariance } = this;
      if (!input || !movingMean || !movingVariance) throw new Error("There is no input.");
      const axis = this.axis < 0 ? this.axis + input.rank : this.axis;
      const shape = input.shape.map((size, index) => (index === axis ? size : 1));
      let mean = movingMean.read();
      let variance = movingVariance.read();
      if (kwargs["training"] === true && this.trainable) {
        const others = input.shape.flatMap((_size, index) => (index === axis ? [] : [index]));
        ({ mean, variance } = tf.moments(input, others));
        this.follow(movingMean, mean);
        this.follow(movingVariance, variance);
      }
      const scale = tf.rsqrt(tf.add(variance, this.epsilon));
      const factor = this.gamma === null ? scale : tf.mul(scale, this.gamma.read());
      const centred = tf.sub(input, tf.reshape(mean, shape));
      const scaled = tf.mul(centred, tf.reshape(factor, shape));
      return this.beta === null ? scaled : tf.add(scaled, tf.reshape(this.beta.read(), shape));
    });
  }

  private follow(average: tf.LayerVariable, value: tf.Tensor): void {
    const old = average.read();
    average.write(tf.add(old, tf.mul(tf.sub(value, old), 1 - this.momentum)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.reader.getConfig(), ...super.getConfig() };
  }
}
tf.serialization.registerClass(BatchNormalization, "netloom", "BatchNormalization");
