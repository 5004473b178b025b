import * as tf from "@tensorflow/tfjs";

/** What tfjs's own pooling layers take (numbers or one number per spatial axis). */
export interface WindowPoolingArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** Spatial axes: 1 for sequences, 2 for images, 3 for volumes. */
  rank: 1 | 2 | 3;
  mode: "max" | "average";
  poolSize?: number | number[];
  /** As the pool size unless told. */
  strides?: number | number[] | null;
  padding?: "valid" | "same";
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * MaxPooling1D to 3D and AveragePooling1D to 3D as in Keras 3, with what tfjs 4.22 lacks: channels-first sequences, and
 * right gradients of averages over windows that padding has cut, and of largest values in uneven windows of volumes.
 */
export class WindowPooling extends tf.layers.Layer {
  static className = "netloom>WindowPooling";

  readonly rank: 1 | 2 | 3;
  readonly mode: "max" | "average";
  readonly poolSize: number[];
  readonly strides: number[];
  readonly padding: "valid" | "same";
  readonly dataFormat: "channelsLast" | "channelsFirst";

  constructor(args: WindowPoolingArgs) {
    super(args as object);
    const toList = (value: number | number[]) =>
      Array.isArray(value) ? [...value] : Array.from({ length: args.rank }, () => value);
    this.rank = args.rank;
    this.mode = args.mode;
    this.poolSize = toList(args.poolSize ?? 2);
    this.strides = toList(args.strides ?? this.poolSize);
    this.padding = args.padding ?? "valid";
    this.dataFormat = args.dataFormat ?? "channelsLast";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs[0] : inputs;
      if (given === undefined) throw new Error(`${this.name}: no input.`);
      const spatial = Array.from({ length: this.rank }, (_, index) => index + 1);
      const isFirst = this.dataFormat === "channelsFirst";
      const input = isFirst ? tf.transpose(given, [0, ...spatial.map((i) => i + 1), 1]) : given;
      const output =
        this.mode === "average" && this.padding === "same"
          ? this.averagePadded(input)
          : this.pool(input, this.padding);
      return isFirst ? tf.transpose(output, [0, this.rank + 1, ...spatial]) : output;
    });
  }

  /**
   * Channels last; sequences are images of width 1. Volumes are pooled slice by slice and then along their depth, which
   * comes to the same: tfjs's own gradient of maxPool3d takes the wrong place where height and width of the window
   * differ (tfjs-backend-cpu src/utils/pool_utils.ts, maxPool3dPositions, counts rows by the window's height).
   */
  private pool(input: tf.Tensor, padding: "valid" | "same"): tf.Tensor {
    const size: [number, number] = [this.poolSize.at(-2) ?? 1, this.poolSize.at(-1) ?? 1];
    const steps: [number, number] = [this.strides.at(-2) ?? 1, this.strides.at(-1) ?? 1];
    const pool = this.mode === "max" ? tf.maxPool : tf.avgPool;
    if (this.rank === 2) return pool(input as tf.Tensor4D, size, steps, padding);
    const [batch = 1, length = 1, height = 1, width = 1, channels = 1] = input.shape;
    const [window = 1] = this.poolSize;
    const [step = 1] = this.strides;
    const along = (x: tf.Tensor) => pool(x as tf.Tensor4D, [window, 1], [step, 1], padding);
    if (this.rank === 1) return tf.squeeze(along(tf.expandDims(input, 2)), [2]);
    const slices = tf.reshape(input, [batch * length, height, width, channels]);
    const flat = pool(slices as tf.Tensor4D, size, steps, padding);
    const [, rows, columns] = flat.shape;
    const deep = along(tf.reshape(flat, [batch, length, rows * columns, channels]));
    return tf.reshape(deep, [batch, deep.shape[1] ?? 1, rows, columns, channels]);
  }

  /**
   * The mean of the values that a window really has. tfjs's gradient of avgPool divides by the window's full size
   * instead: so zeros are added first, and full windows averaged, then scaled.
   */
  private averagePadded(input: tf.Tensor): tf.Tensor {
    let padded = input;
    let scale = [1];
    const sizes = this.poolSize.map((window, index) => {
      const size = input.shape[index + 1] ?? 1;
      const stride = this.strides[index] ?? 1;
      const count = Math.ceil(size / stride);
      const missing = Math.max((count - 1) * stride + window - size, 0);
      const before = Math.floor(missing / 2);
      padded = windowPoolingPad(padded, index + 1, [before, missing - before]);
      const shares = Array.from({ length: count }, (_, at) => {
        const start = at * stride - before;
        return window / (Math.min(size, start + window) - Math.max(0, start));
      });
      scale = scale.flatMap((outer) => shares.map((share) => outer * share));
      return count;
    });
    const pooled = this.pool(padded, "valid");
    return tf.mul(pooled, tf.tensor(scale, [1, ...sizes, 1]));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    const isFirst = this.dataFormat === "channelsFirst";
    const output = (isFirst ? shape.slice(2) : shape.slice(1, -1)).map((size, index) => {
      if (size === null || size === undefined) return null;
      const room = this.padding === "same" ? size : size - (this.poolSize[index] ?? 1) + 1;
      return Math.ceil(room / (this.strides[index] ?? 1));
    });
    const channels = (isFirst ? shape[1] : shape.at(-1)) ?? null;
    const batch = shape[0] ?? null;
    return isFirst ? [batch, channels, ...output] : [batch, ...output, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rank, mode, poolSize, strides, padding, dataFormat } = this;
    return { ...super.getConfig(), rank, mode, poolSize, strides, padding, dataFormat };
  }
}

/** Zeros before and after along one axis; three axes at a time, because tfjs-webgpu pads no five. */
function windowPoolingPad(input: tf.Tensor, axis: number, around: [number, number]): tf.Tensor {
  const shape = [...input.shape];
  const size = shape[axis] ?? 1;
  const [before, after] = around;
  if (before + after === 0) return input;
  const outer = shape.slice(0, axis).reduce((product, entry) => product * entry, 1);
  const padded = tf.pad(tf.reshape(input, [outer, size, -1]), [[0, 0], around, [0, 0]]);
  shape[axis] = before + size + after;
  return tf.reshape(padded, shape);
}
tf.serialization.registerClass(WindowPooling, "netloom", "WindowPooling");
