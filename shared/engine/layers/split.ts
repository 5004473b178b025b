import * as tf from "@tensorflow/tfjs";

export interface SplitArgs extends NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]> {
  /** Entries of each part along the axis; together the whole axis. */
  sizes: readonly number[];
  /** As Keras counts: 0 is the batch, −1 the last axis. */
  axis?: number;
}

/** Cuts one axis into parts: one output per size. */
export class Split extends tf.layers.Layer {
  static className = "netloom>Split";

  readonly sizes: readonly number[];
  readonly axis: number;

  constructor(args: SplitArgs) {
    super(args);
    this.sizes = [...args.sizes];
    this.axis = args.axis ?? -1;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("Split got no input.");
      const axis = this.resolveAxis(input.rank);
      // Slices, because tfjs's split wants to know the whole axis and gives its gradient only as a whole.
      let first = 0;
      return this.sizes.map((count) => {
        const begin = input.shape.map((_size, index) => (index === axis ? first : 0));
        const sizes = input.shape.map((size, index) => (index === axis ? count : size));
        first += count;
        return tf.slice(input, begin, sizes);
      });
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    // One input, so one shape.
    const shape = inputShape as tf.Shape;
    const axis = this.resolveAxis(shape.length);
    return this.sizes.map((count) => shape.map((size, index) => (index === axis ? count : size)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), sizes: [...this.sizes], axis: this.axis };
  }

  private resolveAxis(rank: number): number {
    return this.axis < 0 ? rank + this.axis : this.axis;
  }
}
tf.serialization.registerClass(Split, "netloom", "Split");
