import * as tf from "@tensorflow/tfjs";

export interface SpatialReshapingArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  /** What is done along each spatial axis: cut both ends off, add zeros at both ends, or repeat each step. */
  mode: "crop" | "pad" | "repeat";
  /** Spatial axes: 1 for sequences, 2 for images, 3 for volumes. */
  rank: 1 | 2 | 3;
  /** For crop: [before, after] of each spatial axis. */
  cropping?: number | number[] | number[][];
  /** For pad: [before, after] of each spatial axis. */
  padding?: number | number[] | number[][];
  /** For repeat: how often, for each spatial axis. */
  size?: number | number[];
  dataFormat?: "channelsLast" | "channelsFirst";
}

/** Cropping1D and 3D, ZeroPadding1D and 3D, UpSampling1D and 3D as in Keras 3: tfjs-layers 4.22 has those in 2D only. */
export class SpatialReshaping extends tf.layers.Layer {
  static className = "netloom>SpatialReshaping";

  readonly mode: "crop" | "pad" | "repeat";
  readonly rank: 1 | 2 | 3;
  readonly dataFormat: "channelsLast" | "channelsFirst";
  readonly cropping: number[][];
  readonly padding: number[][];
  readonly size: number[];

  constructor(args: SpatialReshapingArgs) {
    super(args as object);
    this.mode = args.mode;
    this.rank = args.rank;
    this.dataFormat = args.dataFormat ?? "channelsLast";
    const toPairs = (value: number | number[] | number[][] | undefined) =>
      Array.from({ length: args.rank }, (_, axis): number[] => {
        const entry = Array.isArray(value) && args.rank > 1 ? value[axis] : (value ?? 0);
        const flat = Array.isArray(entry) ? entry.flat() : [entry ?? 0, entry ?? 0];
        return [flat[0] ?? 0, flat[1] ?? 0];
      });
    // Keras's defaults; only the one of the mode counts.
    this.cropping = toPairs(args.cropping ?? 1);
    this.padding = toPairs(args.padding ?? 1);
    const size = args.size ?? 2;
    this.size = Array.from({ length: args.rank }, (_, axis) =>
      Array.isArray(size) ? (size[axis] ?? 1) : size,
    );
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      const first = this.dataFormat === "channelsFirst" ? 2 : 1;
      let output = input;
      for (let axis = 0; axis < this.rank; axis++) {
        // Three axes at a time, because tfjs-webgpu pads no five, which is also the gradient of a slice.
        const shape = [...output.shape];
        const length = shape[axis + first] ?? 1;
        const outer = shape.slice(0, axis + first).reduce((product, size) => product * size, 1);
        const changed = this.change(tf.reshape(output, [outer, length, -1]), axis);
        shape[axis + first] = this.measure(length, axis);
        output = tf.reshape(changed, shape);
      }
      return output;
    });
  }

  private change(rows: tf.Tensor, axis: number): tf.Tensor {
    const [outer = 1, length = 1, inner = 1] = rows.shape;
    switch (this.mode) {
      case "crop": {
        const [before = 0] = this.cropping[axis] ?? [];
        return tf.slice(rows, [0, before, 0], [outer, this.measure(length, axis), inner]);
      }
      case "pad": {
        const [before = 0, after = 0] = this.padding[axis] ?? [];
        return tf.pad(rows, [
          [0, 0],
          [before, after],
          [0, 0],
        ]);
      }
      case "repeat":
        return tf.tile(tf.expandDims(rows, 2), [1, 1, this.size[axis] ?? 1, 1]);
    }
  }

  private measure(length: number, axis: number): number {
    const sum = (ends: number[] | undefined) => (ends?.[0] ?? 0) + (ends?.[1] ?? 0);
    switch (this.mode) {
      case "crop":
        return length - sum(this.cropping[axis]);
      case "pad":
        return length + sum(this.padding[axis]);
      case "repeat":
        return length * (this.size[axis] ?? 1);
    }
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = inputShape as tf.Shape; // A list of shapes comes only to layers with several inputs.
    const first = this.dataFormat === "channelsFirst" ? 2 : 1;
    return shape.map((size, index) => {
      const axis = index - first;
      if (axis < 0 || axis >= this.rank) return size;
      return size === null || size === undefined ? null : this.measure(size, axis);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { mode, rank, dataFormat } = this;
    const ends = this.rank === 1 ? (list: number[][]) => list[0] ?? [] : (list: number[][]) => list;
    const own: tf.serialization.ConfigDict =
      mode === "crop"
        ? { cropping: ends(this.cropping) }
        : mode === "pad"
          ? { padding: ends(this.padding) }
          : { size: this.size };
    return { ...super.getConfig(), mode, rank, dataFormat, ...own };
  }
}
tf.serialization.registerClass(SpatialReshaping, "netloom", "SpatialReshaping");
