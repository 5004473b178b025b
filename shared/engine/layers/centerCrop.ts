import * as tf from "@tensorflow/tfjs";

export interface CenterCropArgs extends Pick<
  Parameters<typeof tf.layers.maxPooling1d>[0],
  "name" | "trainable" | "inputShape" | "batchInputShape"
> {
  height: number;
  width: number;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/**
 * CenterCrop as in Keras 3, of images at least as large. tfjs-layers 4.22 has no gradient of it, shifts it by a column
 * where the width is one too many, and rounds to other pixels (layers/preprocessing/center_crop.ts).
 */
export class CenterCrop extends tf.layers.Layer {
  static className = "netloom>CenterCrop";

  readonly height: number;
  readonly width: number;
  readonly dataFormat: "channelsLast" | "channelsFirst";

  constructor(args: CenterCropArgs) {
    super(args as object);
    this.height = args.height;
    this.width = args.width;
    this.dataFormat = args.dataFormat ?? "channelsLast";
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      const size = this.computeOutputShape(input.shape).map(Number);
      const start = input.shape.map((length, axis) => Math.floor((length - (size[axis] ?? 0)) / 2));
      if (start.some((before) => before < 0))
        throw new Error(`${this.name} needs an image of at least ${this.height} × ${this.width}.`);
      return tf.slice(input, start, size);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, first = null, , last = null] = inputShape as tf.Shape; // One input, so one shape.
    return this.dataFormat === "channelsFirst"
      ? [batch, first, this.height, this.width]
      : [batch, this.height, this.width, last];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { height, width, dataFormat } = this;
    return { ...super.getConfig(), height, width, dataFormat };
  }
}
tf.serialization.registerClass(CenterCrop, "netloom", "CenterCrop");
