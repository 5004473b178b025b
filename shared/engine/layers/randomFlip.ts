import * as tf from "@tensorflow/tfjs";

export interface RandomFlipArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  mode?: "horizontalAndVertical" | "horizontal" | "vertical";
  /** Makes the draws repeatable, one after the other. */
  seed?: number | null;
  dataFormat?: "channelsLast" | "channelsFirst";
}

/** RandomFlip as in Keras 3: mirrors each image with a chance of one half in training. tfjs-layers 4.22 has none. */
export class RandomFlip extends tf.layers.Layer {
  static className = "netloom>RandomFlip";

  readonly mode: "horizontalAndVertical" | "horizontal" | "vertical";
  readonly seed: number | null;
  readonly dataFormat: "channelsLast" | "channelsFirst";
  /** [batch, 1, 1, 1] of 1 where an image stays, else 0; replaced where training draws from one seed. */
  drawKept: (batch: number) => tf.Tensor;

  constructor(args: RandomFlipArgs = {}) {
    super(args);
    this.mode = args.mode ?? "horizontalAndVertical";
    this.seed = args.seed ?? null;
    this.dataFormat = args.dataFormat ?? "channelsLast";
    let draws = 0;
    this.drawKept = (batch) => {
      const seed = this.seed === null ? undefined : this.seed + ++draws;
      const numbers = tf.randomUniform([batch, 1, 1, 1], 0, 1, "float32", seed);
      return tf.cast(tf.greaterEqual(numbers, 0.5), "float32");
    };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      if (kwargs.training !== true) return tf.clone(input);
      const rows = this.dataFormat === "channelsFirst" ? 2 : 1;
      let output = input;
      if (this.mode !== "vertical") output = this.flip(output, rows + 1);
      if (this.mode !== "horizontal") output = this.flip(output, rows);
      return output;
    });
  }

  /** Each image is mirrored along the axis or stays. */
  private flip(images: tf.Tensor, axis: number): tf.Tensor {
    const mirrored = tf.reverse(images, axis);
    return tf.add(mirrored, tf.mul(this.drawKept(images.shape[0] ?? 1), tf.sub(images, mirrored)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return inputShape as tf.Shape; // One input, so one shape.
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { mode, seed, dataFormat } = this;
    return { ...super.getConfig(), mode, seed, dataFormat };
  }
}
tf.serialization.registerClass(RandomFlip, "netloom", "RandomFlip");
