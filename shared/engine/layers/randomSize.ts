import * as tf from "@tensorflow/tfjs";

export interface RandomSizeArgs extends NonNullable<
  ConstructorParameters<typeof tf.layers.Layer>[0]
> {
  /** What is stretched. */
  direction: "height" | "width";
  /** Largest change, as a share: 0.2 draws 80 % to 120 % for each batch. */
  factor: number;
  interpolation?: "nearest" | "bilinear";
  /** Makes the draws repeatable, one after the other. */
  seed?: number | null;
}

/**
 * Stretches the images of a batch by one random share in training; passes them on as they are otherwise. tfjs-layers
 * 4.22's RandomWidth and RandomHeight stretch in predictions too, give no batch axis in their output shape, and wait for
 * the device to read the share (layers/preprocessing/random_width.ts).
 */
export class RandomSize extends tf.layers.Layer {
  static className = "netloom>RandomSize";

  readonly direction: "height" | "width";
  readonly factor: number;
  readonly interpolation: "nearest" | "bilinear";
  readonly seed: number | null;
  /** Set before each step, where training draws its random numbers from one seed. */
  stepSeed: number | null = null;
  private draws = 0;

  constructor(args: RandomSizeArgs) {
    super(args);
    this.direction = args.direction;
    this.factor = args.factor;
    this.interpolation = args.interpolation ?? "bilinear";
    this.seed = args.seed ?? null;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error(`${this.name}: no input.`);
      if (kwargs.training !== true) return tf.clone(input);
      const [batch = 1, height = 1, width = 1, channels = 1] = input.shape;
      const isTall = this.direction === "height";
      const from = isTall ? height : width;
      const to = Math.max(1, Math.round(from * (1 + this.factor * (2 * this.draw() - 1))));
      // The axis to stretch comes last, where one matrix product does it.
      const order = isTall ? [0, 2, 3, 1] : [0, 1, 3, 2];
      const lines = tf.reshape(tf.transpose(input, order), [-1, from]);
      const stretched = tf.matMul(lines, this.weigh(from, to));
      return isTall
        ? tf.transpose(tf.reshape(stretched, [batch, width, channels, to]), [0, 3, 1, 2])
        : tf.transpose(tf.reshape(stretched, [batch, height, channels, to]), [0, 1, 3, 2]);
    });
  }

  /** 0 to 1, without asking the device (mulberry32). */
  private draw(): number {
    const seed = this.stepSeed ?? (this.seed === null ? null : this.seed + ++this.draws);
    if (seed === null) return Math.random();
    const first = (seed + 0x6d2b79f5) | 0;
    const second = Math.imul(first ^ (first >>> 15), first | 1);
    const third = second ^ (second + Math.imul(second ^ (second >>> 7), second | 61));
    return ((third ^ (third >>> 14)) >>> 0) / 4294967296;
  }

  /** [from, to]: the share of each line in each stretched one, with half-pixel centres. */
  private weigh(from: number, to: number): tf.Tensor {
    const weights = new Float32Array(from * to);
    for (let line = 0; line < to; line++) {
      const place = Math.min(Math.max(((line + 0.5) * from) / to - 0.5, 0), from - 1);
      const before = this.interpolation === "nearest" ? Math.round(place) : Math.floor(place);
      const share = this.interpolation === "nearest" ? 0 : place - before;
      weights[before * to + line] = 1 - share;
      if (share > 0) weights[(before + 1) * to + line] = share;
    }
    return tf.tensor2d(weights, [from, to]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height = null, width = null, channels = null] = inputShape as tf.Shape; // One input.
    return this.direction === "height"
      ? [batch, null, width, channels]
      : [batch, height, null, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { direction, factor, interpolation, seed } = this;
    return { ...super.getConfig(), direction, factor, interpolation, seed };
  }
}
tf.serialization.registerClass(RandomSize, "netloom", "RandomSize");
