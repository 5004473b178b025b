import * as tf from "@tensorflow/tfjs";

export interface ActivityRegularizationArgs {
  name?: string;
  trainable?: boolean;
  l1?: number;
  l2?: number;
}

/** Gives its input on unchanged and adds l1 · Σ|x| + l2 · Σx², per sample, to the loss. */
export class ActivityRegularization extends tf.layers.Layer {
  static className = "netloom>ActivityRegularization";

  readonly l1: number;
  readonly l2: number;
  /** Of the calls since they were last asked for: a shared layer has several. */
  private penalties: tf.Scalar[] = [];

  constructor(args: ActivityRegularizationArgs = {}) {
    super(args);
    this.l1 = args.l1 ?? 0;
    this.l2 = args.l2 ?? 0;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const input = Array.isArray(inputs) ? inputs[0] : inputs;
    if (input === undefined) throw new Error("ActivityRegularization got no input.");
    const penalty = tf.tidy(() => {
      const sizes = tf.mul(tf.sum(tf.abs(input)), this.l1);
      const squares = tf.mul(tf.sum(tf.square(input)), this.l2);
      return tf.div(tf.add(sizes, squares), input.shape[0] ?? 1).asScalar();
    });
    // Those of passes that nobody asked about are gone with the pass.
    this.penalties = [...this.penalties.filter(({ isDisposed }) => !isDisposed), penalty];
    return input;
  }

  /** All at once: tfjs asks once per use of a layer. */
  override calculateLosses(): tf.Scalar[] {
    const found = this.penalties.filter(({ isDisposed }) => !isDisposed);
    this.penalties = [];
    return found;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), l1: this.l1, l2: this.l2 };
  }
}
tf.serialization.registerClass(ActivityRegularization, "netloom", "ActivityRegularization");
