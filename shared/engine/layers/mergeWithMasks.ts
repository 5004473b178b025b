import * as tf from "@tensorflow/tfjs";

export interface MergeWithMasksArgs {
  name?: string;
  trainable?: boolean;
  operation: "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum" | "concatenate";
  /** For concatenate; the last one unless told. */
  axis?: number;
  /** Which inputs carry their mask as an additional last feature (see MaskFeature). */
  maskedInputs?: boolean[];
}

/**
 * Merges sequences with masked steps as Keras does: a step stays where any input has it, and there is no mask where an
 * input has none. tfjs's own merges fail for inputs of which only some are masked, and give the mask an axis too many.
 */
export class MergeWithMasks extends tf.layers.Layer {
  static className = "netloom>MergeWithMasks";

  readonly args: MergeWithMasksArgs;

  constructor(args: MergeWithMasksArgs) {
    super(args);
    this.args = { ...args };
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      const { operation, axis = -1 } = this.args;
      if (operation === "concatenate") return tf.concat(list, axis);
      const pairs = list.map((input, index) => this.splitMask(input, index));
      if (operation === "multiply") return this.multiply(pairs);
      if (operation === "maximum" || operation === "minimum") return this.pick(pairs, operation);
      const merge = operation === "subtract" ? tf.sub : tf.add;
      const merged = list.reduce((all, next) => merge(all, next));
      return operation === "average" ? tf.div(merged, list.length) : merged;
    });
  }

  /** The tensor, and its mask [batch, steps, 1] or null. */
  private splitMask(input: tf.Tensor, index: number): [tf.Tensor, tf.Tensor | null] {
    if (this.args.maskedInputs?.[index] !== true) return [input, null];
    const [tensor, mask] = tf.split(input, [(input.shape.at(-1) ?? 1) - 1, 1], -1);
    return [tensor ?? input, mask ?? null];
  }

  /** Masked steps count as 1; what is masked everywhere is 0. */
  private multiply(pairs: [tf.Tensor, tf.Tensor | null][]): tf.Tensor {
    const factors = pairs.map(([tensor, mask]) =>
      mask === null ? tensor : tf.add(tf.mul(tensor, mask), tf.sub(1, mask)),
    );
    const product = factors.reduce((all, next) => tf.mul(all, next));
    const masks = pairs.flatMap(([, mask]) => (mask === null ? [] : [mask]));
    const [first, ...others] = masks;
    if (first === undefined || masks.length < pairs.length) return product;
    return tf.mul(
      product,
      others.reduce((all, next) => tf.sub(tf.add(all, next), tf.mul(all, next)), first),
    );
  }

  /** Where one input is masked the other counts alone. */
  private pick(
    [first, ...others]: [tf.Tensor, tf.Tensor | null][],
    operation: "maximum" | "minimum",
  ): tf.Tensor {
    if (first === undefined) throw new Error("MergeWithMasks got no input.");
    const choose = (mask: tf.Tensor | null, open: tf.Tensor, masked: tf.Tensor) =>
      mask === null ? open : tf.add(tf.mul(open, mask), tf.mul(masked, tf.sub(1, mask)));
    let [result, known] = first;
    for (const [tensor, mask] of others) {
      const right = choose(mask, tensor, result);
      const left = choose(known, result, right);
      // The gradients of tfjs's own maximum and minimum don't broadcast.
      result =
        operation === "maximum"
          ? tf.add(left, tf.relu(tf.sub(right, left)))
          : tf.sub(left, tf.relu(tf.sub(left, right)));
      known = mask && known && tf.sub(tf.add(mask, known), tf.mul(mask, known));
    }
    return result;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // A merge has several inputs.
    const shapes = (inputShape as tf.Shape[]).map((shape, index) =>
      this.args.maskedInputs?.[index] === true
        ? [...shape.slice(0, -1), (shape.at(-1) ?? 1) - 1]
        : shape,
    );
    const [first = []] = shapes;
    const { operation, axis = -1 } = this.args;
    const joined = axis < 0 ? axis + first.length : axis;
    return first.map((_size, index) => {
      const sizes = shapes.map((shape) => shape[index] ?? null);
      if (operation === "concatenate" && index !== joined) return sizes[0] ?? null;
      const known = sizes.flatMap((size) => (size === null ? [] : [size]));
      if (known.length < sizes.length) return null;
      if (operation !== "concatenate") return Math.max(...known);
      return known.reduce((sum, size) => sum + size, 0);
    });
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const list = Array.isArray(inputs) ? inputs : [inputs];
    const masks: (tf.Tensor | null | undefined)[] = Array.isArray(mask) ? mask : [mask];
    const known = masks.flatMap((each) => (each ? [each] : []));
    const [first, ...others] = known;
    const { operation, axis = -1 } = this.args;
    // tfjs takes null for "no mask", which its types don't say.
    const none = null as unknown as tf.Tensor;
    if (first === undefined) return none;
    return tf.tidy(() => {
      if (operation === "concatenate" && (axis === 1 || axis === -2)) {
        const parts = list.map((input, index) => {
          const given = masks[index];
          return given ? tf.cast(given, "bool") : tf.ones(input.shape.slice(0, 2), "bool");
        });
        return tf.concat(parts, 1);
      }
      if (known.length < list.length) return none;
      const either = (all: tf.Tensor, next: tf.Tensor) => tf.logicalOr(all, tf.cast(next, "bool"));
      return others.reduce(either, tf.cast(first, "bool"));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.args, ...super.getConfig() };
  }
}
tf.serialization.registerClass(MergeWithMasks, "netloom", "MergeWithMasks");
