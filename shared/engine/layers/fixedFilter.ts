import * as tf from "@tensorflow/tfjs";

export interface FixedFilterArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  /** Rows of numbers. */
  kernel: readonly (readonly number[])[];
  padding?: "valid" | "same";
}

/** Slides one kernel of given numbers over every channel alike; nothing is learned. Images are height × width × channels. */
export class FixedFilter extends tf.layers.Layer {
  static className = "netloom>FixedFilter";

  readonly kernel: readonly (readonly number[])[];
  readonly padding: "valid" | "same";

  constructor(args: FixedFilterArgs) {
    super(args);
    this.kernel = args.kernel.map((row) => [...row]);
    this.padding = args.padding ?? "same";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("FixedFilter got no input.");
      const channels = input.shape[3] ?? 1;
      const rows = this.kernel.length;
      const columns = this.kernel[0]?.length ?? 0;
      const values = this.kernel.flatMap((row) =>
        row.flatMap((value) => Array.from({ length: channels }, () => value)),
      );
      const kernel = tf.tensor4d(values, [rows, columns, channels, 1]);
      // An Input of three axes and the batch feeds it; tfjs checks once more.
      return tf.depthwiseConv2d(input as tf.Tensor4D, kernel, 1, this.padding);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // One input, so one shape.
    const [batch, height, width, channels] = inputShape as tf.Shape;
    const shrink = (size: number | null | undefined, window: number) =>
      size === null || size === undefined || this.padding === "same"
        ? (size ?? null)
        : size - window + 1;
    return [
      batch ?? null,
      shrink(height, this.kernel.length),
      shrink(width, this.kernel[0]?.length ?? 1),
      channels ?? null,
    ];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const kernel = this.kernel.map((row) => [...row]);
    return { ...super.getConfig(), kernel, padding: this.padding };
  }
}
tf.serialization.registerClass(FixedFilter, "netloom", "FixedFilter");
