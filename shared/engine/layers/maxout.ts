import * as tf from "@tensorflow/tfjs";

/** What a Dense takes, but for the activation: taking the largest of several sums is one. */
export interface MaxoutArgs extends Omit<Parameters<typeof tf.layers.dense>[0], "activation"> {
  /** Sums of which each unit gives the largest; 2 unless told. */
  pieces?: number;
}

/**
 * output[…, u] = max over p of (input · kernel + bias)[…, u · pieces + p]; kernel [features, units × pieces].
 * Goodfellow et al. 2013, Maxout Networks.
 */
export class Maxout extends tf.layers.Layer {
  static className = "netloom>Maxout";

  readonly units: number;
  readonly pieces: number;
  readonly useBias: boolean;
  /** Only tfjs's own layers can read initializers and the like by name or from a model file: this one does it for us. */
  readonly reader: tf.layers.Layer;
  readonly kernelInitializer: ReturnType<typeof tf.initializers.ones>;
  readonly biasInitializer: ReturnType<typeof tf.initializers.ones>;
  kernel: tf.LayerVariable | null = null;
  bias: tf.LayerVariable | null = null;

  constructor(args: MaxoutArgs) {
    super(args);
    this.units = args.units;
    this.pieces = args.pieces ?? 2;
    this.useBias = args.useBias ?? true;
    this.supportsMasking = true;
    this.reader = tf.layers.dense({ kernelInitializer: "glorotUniform", ...args });
    this.kernelInitializer = Reflect.get(this.reader, "kernelInitializer");
    this.biasInitializer = Reflect.get(this.reader, "biasInitializer");
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const size = Maxout.onlyShape(inputShape).at(-1) ?? null;
    if (size === null) throw new Error("Maxout needs a known number of features.");
    const sums = this.units * this.pieces;
    this.kernel = this.addWeight(
      "kernel",
      [size, sums],
      "float32",
      this.kernelInitializer,
      Reflect.get(this.reader, "kernelRegularizer"),
      true,
      Reflect.get(this.reader, "kernelConstraint"),
    );
    if (this.useBias) {
      this.bias = this.addWeight(
        "bias",
        [sums],
        "float32",
        this.biasInitializer,
        Reflect.get(this.reader, "biasRegularizer"),
        true,
        Reflect.get(this.reader, "biasConstraint"),
      );
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined || this.kernel === null) throw new Error("Maxout got no input.");
      const rows = tf.reshape(input, [-1, input.shape.at(-1) ?? 1]);
      const product = tf.matMul(rows, this.kernel.read());
      const sums = this.bias === null ? product : tf.add(product, this.bias.read());
      const largest = tf.max(tf.reshape(sums, [-1, this.units, this.pieces]), 2);
      return tf.reshape(largest, [...input.shape.slice(0, -1), this.units]);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [...Maxout.onlyShape(inputShape).slice(0, -1), this.units];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { activation: _unused, ...options } = this.reader.getConfig();
    return { ...options, ...super.getConfig(), pieces: this.pieces };
  }

  private static onlyShape(shape: tf.Shape | tf.Shape[]): tf.Shape {
    // A list of shapes comes only where a layer has several inputs.
    return shape as tf.Shape;
  }
}
tf.serialization.registerClass(Maxout, "netloom", "Maxout");
