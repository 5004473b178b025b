import * as tf from "@tensorflow/tfjs";

export interface NormalizationArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** The axes that have a mean and a variance of their own, the batch being 0; the last one unless told. */
  axis?: number | number[];
  /** Given: constants. Absent: kept as weights that are never trained. */
  mean?: number | number[] | null;
  variance?: number | number[] | null;
  /** Turns normalized values back. */
  invert?: boolean;
}

/** Normalization as in Keras 3: output = (input − mean) / √variance. */
export class Normalization extends tf.layers.Layer {
  static className = "netloom>Normalization";

  readonly axis: number[];
  readonly given: { mean: number | number[]; variance: number | number[] } | null;
  readonly invert: boolean;
  mean: tf.LayerVariable | null = null;
  variance: tf.LayerVariable | null = null;

  constructor(args: NormalizationArgs) {
    super(args as object);
    const axis = args.axis ?? -1;
    this.axis = Array.isArray(axis) ? [...axis] : [axis];
    const mean = args.mean ?? null;
    const variance = args.variance ?? null;
    this.given = mean === null || variance === null ? null : { mean, variance };
    this.invert = args.invert ?? false;
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    if (this.given === null) {
      const kept = this.keep(shape).filter((_size, index) => this.isKept(index, shape.length));
      this.mean = this.addWeight(
        "mean",
        kept,
        "float32",
        tf.initializers.zeros(),
        undefined,
        false,
      );
      this.variance = this.addWeight(
        "variance",
        kept,
        "float32",
        tf.initializers.ones(),
        undefined,
        false,
      );
      // How many values they were made of; Keras keeps it for old models.
      this.addWeight("count", [], "float32", tf.initializers.zeros(), undefined, false);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      const mean = this.spread(this.mean?.read() ?? this.given?.mean ?? 0, input.shape);
      const variance = this.spread(this.variance?.read() ?? this.given?.variance ?? 1, input.shape);
      // Keras's epsilon.
      const deviation = tf.maximum(tf.sqrt(variance), 1e-7);
      const values = tf.cast(input, "float32");
      return this.invert
        ? tf.add(mean, tf.mul(values, deviation))
        : tf.div(tf.sub(values, mean), deviation);
    });
  }

  /** With all axes of the input, so that it meets the right ones. One list of numbers belongs to the last axis kept. */
  private spread(value: tf.Tensor | number | number[], inputShape: number[]): tf.Tensor {
    const shape = this.keep(inputShape).map(Number);
    if (value instanceof tf.Tensor) return tf.reshape(value, shape);
    const numbers = Array.isArray(value) ? value : [value];
    const last = shape.reduce((found, size, index) => (size > 1 ? index : found), 0);
    return tf.tensor(
      numbers,
      shape.map((_size, index) => (index === last ? numbers.length : 1)),
    );
  }

  private isKept(index: number, rank: number): boolean {
    return this.axis.some((axis) => (axis < 0 ? axis + rank : axis) === index);
  }

  /** The sizes of the axes kept, 1 for the others. */
  private keep(shape: tf.Shape): tf.Shape {
    return shape.map((size, index) => (this.isKept(index, shape.length) ? size : 1));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return inputShape as tf.Shape; // As in `build`.
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis, invert, given } = this;
    return { ...super.getConfig(), axis, invert, ...given };
  }
}
tf.serialization.registerClass(Normalization, "netloom", "Normalization");
