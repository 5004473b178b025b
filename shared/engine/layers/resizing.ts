import * as tf from "@tensorflow/tfjs";

export interface ResizingArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** The size of the output (Keras's Resizing) … */
  height?: number;
  width?: number;
  /** … or how many times the input's it is (Keras's UpSampling2D). */
  size?: number[];
  interpolation?: "nearest" | "bilinear" | "bicubic" | "lanczos3" | "lanczos5";
  /** Cuts off what would distort the image, or adds borders of `fillValue`. */
  cropToAspectRatio?: boolean;
  padToAspectRatio?: boolean;
  fillValue?: number;
  /** Blends all pixels that fall into one when the image gets smaller. */
  antialias?: boolean;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * Resizing and UpSampling2D as in Keras 3: with half-pixel centres (tfjs-layers 4.22 has none), every interpolation,
 * and gradients (tfjs-cpu's of resizeBilinear throws on images that aren't square). Rows and columns are each mixed by
 * a matrix: output = rowsᵀ · input · columns.
 */
export class Resizing extends tf.layers.Layer {
  static className = "netloom>Resizing";

  readonly target: { height: number; width: number } | null;
  readonly size: number[] | null;
  readonly interpolation: "nearest" | "bilinear" | "bicubic" | "lanczos3" | "lanczos5";
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillValue: number;
  readonly antialias: boolean;
  readonly dataFormat: "channelsLast" | "channelsFirst";

  constructor(args: ResizingArgs) {
    super(args as object);
    const hasTarget = args.height !== undefined || args.width !== undefined;
    // UpSampling2D's default where nothing is given.
    this.size = args.size ? [...args.size] : hasTarget ? null : [2, 2];
    this.target = this.size ? null : { height: args.height ?? 1, width: args.width ?? 1 };
    this.interpolation = args.interpolation ?? "bilinear";
    this.cropToAspectRatio = args.cropToAspectRatio ?? false;
    this.padToAspectRatio = args.padToAspectRatio ?? false;
    this.fillValue = args.fillValue ?? 0;
    this.antialias = args.antialias ?? false;
    this.dataFormat = args.dataFormat ?? "channelsLast";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const given = Array.isArray(inputs) ? inputs[0] : inputs;
      if (given === undefined) throw new Error(`${this.name}: no input.`);
      const isFirst = this.dataFormat === "channelsFirst";
      const input = isFirst ? tf.transpose(given, [0, 2, 3, 1]) : given;
      const [, inHeight = 1, inWidth = 1] = input.shape;
      const [byHeight = 1, byWidth = 1] = this.size ?? [];
      const height = this.target?.height ?? inHeight * byHeight;
      const width = this.target?.width ?? inWidth * byWidth;
      const framed = this.frame(input, height / width);
      const [batch = 1, rows = 1, columns = 1, channels = 1] = framed.shape;
      const upright = tf.reshape(tf.transpose(framed, [0, 2, 3, 1]), [-1, rows]);
      const mixed = tf.matMul(upright, this.weigh(rows, height));
      const tall = tf.reshape(mixed, [batch, columns, channels, height]);
      const across = tf.reshape(tf.transpose(tall, [0, 3, 2, 1]), [-1, columns]);
      const wide = tf.matMul(across, this.weigh(columns, width));
      const output = tf.transpose(tf.reshape(wide, [batch, height, channels, width]), [0, 1, 3, 2]);
      return isFirst ? tf.transpose(output, [0, 3, 1, 2]) : output;
    });
  }

  /** Cut or padded to the ratio of height to width asked for, as Keras rounds it. */
  private frame(input: tf.Tensor, ratio: number): tf.Tensor {
    const [batch = 1, height = 1, width = 1, channels = 1] = input.shape;
    const tall = Math.trunc(width * ratio);
    const wide = Math.trunc(height / ratio);
    if (this.cropToAspectRatio) {
      const rows = Math.max(Math.min(height, tall), 1);
      const columns = Math.max(Math.min(width, wide), 1);
      const start = [0, Math.floor((height - rows) / 2), Math.floor((width - columns) / 2), 0];
      return tf.slice(input, start, [batch, rows, columns, channels]);
    }
    if (!this.padToAspectRatio) return input;
    // Keras gives both sides the same, rounded down.
    const around = [Math.max(tall - height, 0), Math.max(wide - width, 0)].map(
      (missing): [number, number] => [Math.floor(missing / 2), Math.floor(missing / 2)],
    );
    return tf.pad(input, [[0, 0], ...around, [0, 0]], this.fillValue);
  }

  /** [from, to]: the share of each value along an axis in each resized one. */
  private weigh(from: number, to: number): tf.Tensor {
    const scale = from / to;
    const spread = this.antialias ? Math.max(scale, 1) : 1;
    const weights = new Float32Array(from * to);
    for (let column = 0; column < to; column++) {
      const place = (column + 0.5) * scale - 0.5;
      const nearest = Math.min(Math.floor(place + 0.5), from - 1);
      const shares = Array.from({ length: from }, (_, at) =>
        this.interpolation === "nearest"
          ? Number(at === nearest)
          : this.measureShare(Math.abs(place - at) / spread),
      );
      const total = shares.reduce((sum, share) => sum + share, 0);
      shares.forEach((share, at) => (weights[at * to + column] = share / total));
    }
    return tf.tensor2d(weights, [from, to]);
  }

  /** How much a value counts at a distance, in pixels. */
  private measureShare(distance: number): number {
    switch (this.interpolation) {
      case "nearest":
      case "bilinear":
        return Math.max(1 - distance, 0);
      case "bicubic":
        // Keys 1981, a = −0.5.
        if (distance >= 2) return 0;
        return distance < 1
          ? (1.5 * distance - 2.5) * distance * distance + 1
          : ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
      case "lanczos3":
      case "lanczos5": {
        const reach = this.interpolation === "lanczos3" ? 3 : 5;
        if (distance >= reach) return 0;
        const angle = Math.PI * distance;
        if (angle === 0) return 1;
        return (reach * Math.sin(angle) * Math.sin(angle / reach)) / (angle * angle);
      }
    }
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, ...sizes] = inputShape as tf.Shape; // A list of shapes comes only to several inputs.
    const isFirst = this.dataFormat === "channelsFirst";
    const [channels = null] = isFirst ? sizes : sizes.slice(-1);
    const given = isFirst ? sizes.slice(1) : sizes.slice(0, -1);
    const spatial = this.target
      ? [this.target.height, this.target.width]
      : given.map((size, axis) =>
          size === null || size === undefined ? null : size * (this.size?.[axis] ?? 1),
        );
    return isFirst ? [batch, channels, ...spatial] : [batch, ...spatial, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { interpolation, cropToAspectRatio, padToAspectRatio, fillValue } = this;
    const own = { interpolation, cropToAspectRatio, padToAspectRatio, fillValue };
    const wanted: tf.serialization.ConfigDict = this.size
      ? { size: this.size }
      : { ...this.target };
    const { antialias, dataFormat } = this;
    return { ...super.getConfig(), ...wanted, ...own, antialias, dataFormat };
  }
}
tf.serialization.registerClass(Resizing, "netloom", "Resizing");
