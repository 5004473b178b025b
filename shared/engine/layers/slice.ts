import * as tf from "@tensorflow/tfjs";

export interface SliceArgs extends NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]> {
  /** As Keras counts: 0 is the batch, which stays whole; −1 the last axis. */
  axis?: number;
  /** First entry; negative ones count from the end. */
  start?: number;
  /** The entry behind the last; absent: to the end. */
  stop?: number | null;
  /** Drops the axis, of which one entry must be left. */
  squeeze?: boolean;
}

/** Entries `start` to `stop` of one axis, as in Python's `x[start:stop]`. */
export class Slice extends tf.layers.Layer {
  static className = "netloom>Slice";

  readonly axis: number;
  readonly start: number;
  readonly stop: number | null;
  readonly squeeze: boolean;

  constructor(args: SliceArgs = {}) {
    super(args);
    this.axis = args.axis ?? -1;
    this.start = args.start ?? 0;
    this.stop = args.stop ?? null;
    this.squeeze = args.squeeze ?? false;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = Array.isArray(inputs) ? inputs[0] : inputs;
      if (input === undefined) throw new Error("Slice got no input.");
      const axis = this.resolveAxis(input.rank);
      const { first, count } = this.findRange(input.shape[axis] ?? 1);
      const begin = input.shape.map((_size, index) => (index === axis ? first : 0));
      const sizes = input.shape.map((size, index) => (index === axis ? count : size));
      const part = tf.slice(input, begin, sizes);
      return this.squeeze ? tf.squeeze(part, [axis]) : part;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // One input, so one shape.
    const shape = [...(inputShape as tf.Shape)];
    const axis = this.resolveAxis(shape.length);
    const size = shape[axis] ?? null;
    if (this.squeeze) shape.splice(axis, 1);
    else shape[axis] = size === null ? this.countUnknown() : this.findRange(size).count;
    return shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis, start, stop, squeeze } = this;
    return { ...super.getConfig(), axis, start, stop, squeeze };
  }

  private resolveAxis(rank: number): number {
    return this.axis < 0 ? rank + this.axis : this.axis;
  }

  private findRange(size: number): { first: number; count: number } {
    const place = (index: number) => Math.min(size, Math.max(0, index < 0 ? size + index : index));
    const first = place(this.start);
    return { first, count: Math.max(0, place(this.stop ?? size) - first) };
  }

  /** Only the last few entries are as many whatever the size. */
  private countUnknown(): number | null {
    return this.start < 0 && this.stop === null ? -this.start : null;
  }
}
tf.serialization.registerClass(Slice, "netloom", "Slice");
