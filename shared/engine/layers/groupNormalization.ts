import * as tf from "@tensorflow/tfjs";

export interface GroupNormalizationArgs extends Omit<
  NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>,
  "momentum"
> {
  /** Into how many groups the channels are divided; −1: as many as there are channels. 32 unless told. */
  groups?: number;
}

/**
 * output = gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance of each sample and group of channels.
 * Wu & He 2018, Group Normalization.
 */
export class GroupNormalization extends tf.layers.Layer {
  static className = "netloom>GroupNormalization";

  readonly args: GroupNormalizationArgs;
  readonly groups: number;
  readonly axis: number;
  readonly epsilon: number;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly gammaInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly betaInitializer: ReturnType<typeof tf.initializers.ones>;
  gamma: tf.LayerVariable | null = null;
  beta: tf.LayerVariable | null = null;

  constructor(args: GroupNormalizationArgs = {}) {
    super(args);
    this.args = args;
    this.groups = args.groups ?? 32;
    this.axis = args.axis ?? -1;
    this.epsilon = args.epsilon ?? 1e-3;
    this.supportsMasking = true;
    this.reader = tf.layers.batchNormalization({ ...args });
    this.gammaInitializer = Reflect.get(this.reader, "gammaInitializer");
    this.betaInitializer = Reflect.get(this.reader, "betaInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    // A list of shapes comes only where a layer has several inputs.
    const size = (inputShape as tf.Shape).at(this.axis) ?? null;
    if (size === null) throw new Error("GroupNormalization needs a known number of channels.");
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
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("GroupNormalization got no input.");
      const axis = this.axis < 0 ? this.axis + input.rank : this.axis;
      const size = input.shape[axis] ?? 1;
      const groups = this.groups === -1 ? size : this.groups;
      const count = (sizes: number[]) => sizes.reduce((product, entry) => product * entry, 1);
      const [batch = 1, ...before] = input.shape.slice(0, axis);
      const after = count(input.shape.slice(axis + 1));
      // Five axes, whatever the input's rank: batch, those before the channels, group, channel in it, those behind.
      const grouped = tf.reshape(input, [batch, count(before), groups, size / groups, after]);
      const { mean, variance } = tf.moments(grouped, [1, 3, 4], true);
      const scale = tf.rsqrt(tf.add(variance, this.epsilon));
      const normal = tf.reshape(tf.mul(tf.sub(grouped, mean), scale), input.shape);
      const shape = input.shape.map((entry, index) => (index === axis ? entry : 1));
      const scaled =
        this.gamma === null ? normal : tf.mul(normal, tf.reshape(this.gamma.read(), shape));
      return this.beta === null ? scaled : tf.add(scaled, tf.reshape(this.beta.read(), shape));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.reader.getConfig(), ...super.getConfig(), groups: this.groups };
  }
}
tf.serialization.registerClass(GroupNormalization, "netloom", "GroupNormalization");
