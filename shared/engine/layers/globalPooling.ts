import * as tf from "@tensorflow/tfjs";

export interface GlobalPoolingArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** Spatial axes: 1 for sequences, 2 for images, 3 for volumes. */
  rank: 1 | 2 | 3;
  mode: "max" | "average";
  /** Leaves the pooled axes in place, with size 1. */
  keepdims?: boolean;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * GlobalMaxPooling1D to 3D and GlobalAveragePooling1D to 3D as in Keras 3, with what tfjs-layers 4.22 lacks: volumes,
 * `keepdims`, channels-first sequences, and averages that leave out masked steps.
 */
export class GlobalPooling extends tf.layers.Layer {
  static className = "netloom>GlobalPooling";

  readonly rank: 1 | 2 | 3;
  readonly mode: "max" | "average";
  readonly keepdims: boolean;
  readonly dataFormat: "channelsLast" | "channelsFirst";

  constructor(args: GlobalPoolingArgs) {
    super(args as object);
    this.rank = args.rank;
    this.mode = args.mode;
    this.keepdims = args.keepdims ?? false;
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      const isFirst = this.dataFormat === "channelsFirst";
      const [batch = 1, ...sizes] = input.shape;
      const channels = (isFirst ? sizes[0] : sizes.at(-1)) ?? 1;
      // All places as one axis: tfjs-webgpu knows few programs for five.
      const flat = tf.reshape(input, isFirst ? [batch, channels, -1] : [batch, -1, channels]);
      const axis = isFirst ? 2 : 1;
      const mask = kwargs["mask"];
      const pooled =
        this.mode === "max"
          ? tf.max(flat, axis)
          : mask instanceof tf.Tensor
            ? this.averageUnmasked(flat, mask, axis)
            : tf.mean(flat, axis);
      if (!this.keepdims) return pooled;
      const ones = Array.from({ length: this.rank }, () => 1);
      return tf.reshape(pooled, isFirst ? [batch, channels, ...ones] : [batch, ...ones, channels]);
    });
  }

  private averageUnmasked(flat: tf.Tensor, mask: tf.Tensor, axis: number): tf.Tensor {
    const weights = tf.expandDims(tf.cast(mask, "float32"), axis === 1 ? 2 : 1);
    // At least 1, so that a sequence of padding alone gives zeros.
    return tf.div(tf.sum(tf.mul(flat, weights), axis), tf.maximum(tf.sum(weights, axis), 1));
  }

  override computeMask(): tf.Tensor {
    // No mask is left; tfjs means null by that, though its types don't say so.
    return null as unknown as tf.Tensor;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    const isFirst = this.dataFormat === "channelsFirst";
    const batch = shape[0] ?? null;
    const channels = (isFirst ? shape[1] : shape.at(-1)) ?? null;
    if (!this.keepdims) return [batch, channels];
    const ones = Array.from({ length: this.rank }, () => 1);
    return isFirst ? [batch, channels, ...ones] : [batch, ...ones, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rank, mode, keepdims, dataFormat } = this;
    return { ...super.getConfig(), rank, mode, keepdims, dataFormat };
  }
}
tf.serialization.registerClass(GlobalPooling, "netloom", "GlobalPooling");
