import * as tf from "@tensorflow/tfjs";

export interface MergeWithMasksArgs {
  name?: string;
  trainable?: boolean;
  operation: "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum" | "concatenate";
  /** For concatenate; the last one unless told. */
  axis?: number;
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
      const merge = {
        add: tf.add,
        subtract: tf.sub,
        multiply: tf.mul,
        average: tf.add,
        // The gradients of tfjs's own maximum and minimum don't broadcast.
        maximum: (a: tf.Tensor, b: tf.Tensor) => tf.add(a, tf.relu(tf.sub(b, a))),
        minimum: (a: tf.Tensor, b: tf.Tensor) => tf.sub(a, tf.relu(tf.sub(a, b))),
      }[operation];
      const merged = list.reduce((all, next) => merge(all, next));
      return operation === "average" ? tf.div(merged, list.length) : merged;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    // A merge has several inputs.
    const shapes = inputShape as tf.Shape[];
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
