import * as tf from "@tensorflow/tfjs";

export interface DotArgs {
  name?: string;
  trainable?: boolean;
  /** One axis for both inputs, or one each; the batch is 0. */
  axes: number | number[];
  normalize?: boolean;
}

/** Sums products along one axis of each input, sample by sample. Unlike tfjs's own for any number of axes. */
export class Dot extends tf.layers.Layer {
  static className = "netloom>Dot";

  readonly axes: number[];
  readonly normalize: boolean;

  constructor(args: DotArgs) {
    super(args);
    this.axes = [args.axes].flat();
    this.normalize = args.normalize ?? false;
  }

  private axisOf(input: number, rank: number): number {
    const axis = this.axes[input] ?? this.axes[0] ?? -1;
    return axis < 0 ? axis + rank : axis;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [left, right] = Array.isArray(inputs) ? inputs : [inputs];
      if (left === undefined || right === undefined) throw new Error("Dot needs two inputs.");
      const [first, second] = [left, right].map((input, index) => {
        const axis = this.axisOf(index, input.rank);
        const others = input.shape.flatMap((_size, at) => (at === 0 || at === axis ? [] : [at]));
        const summed = tf.transpose(input, [0, ...others, axis]);
        const shape = [input.shape[0] ?? 1, -1, input.shape[axis] ?? 1];
        return this.toUnit(tf.reshape(summed, shape));
      });
      if (first === undefined || second === undefined) throw new Error("Dot needs two inputs.");
      const product = tf.matMul(first, second, false, true);
      const shape = this.computeOutputShape([left.shape, right.shape]);
      return tf.reshape(
        product,
        shape.map((size) => size ?? 1),
      );
    });
  }

  private toUnit(rows: tf.Tensor): tf.Tensor {
    if (!this.normalize) return rows;
    const squares = tf.sum(tf.square(rows), -1, true);
    return tf.mul(rows, tf.rsqrt(tf.add(squares, 1e-12)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // A Dot has two inputs.
    const shapes = inputShape as tf.Shape[];
    const rest = shapes.flatMap((shape, index) => {
      const axis = this.axisOf(index, shape.length);
      return shape.filter((_size, at) => at !== 0 && at !== axis);
    });
    return [shapes[0]?.[0] ?? null, ...(rest.length === 0 ? [1] : rest)];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize };
  }
}
tf.serialization.registerClass(Dot, "netloom", "Dot");
