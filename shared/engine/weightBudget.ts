/**
 * Limits what layers of a file may allocate: a `model.json` of one kilobyte can describe a Dense of 20,000 × 20,000
 * units, which costs 1.6 GB and 15 s before tfjs sees that there are no weights for it.
 */
import * as tf from "@tensorflow/tfjs";

/** Values that may still be made; null: any number. */
let left: number | null = null;
let isInstalled = false;

/** From now on layers may make weights of `values` numbers together; null lifts the limit. */
export function setWeightBudget(values: number | null): void {
  install();
  left = values;
}

/** Every layer makes its weights through this method, ours included; its types call it protected. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const makeWeight: unknown = Reflect.get(tf.layers.Layer.prototype, "addWeight");
  if (typeof makeWeight !== "function") throw new Error("tfjs's layers make no weights.");
  Reflect.set(
    tf.layers.Layer.prototype,
    "addWeight",
    function (this: tf.layers.Layer, ...args: unknown[]): unknown {
      const [name, shape] = args;
      if (left !== null && Array.isArray(shape)) {
        const count = shape.reduce<number>((product, size) => product * Number(size), 1);
        left -= count;
        if (!(left >= 0))
          throw new Error(
            `${this.name} would have a weight "${String(name)}" of ${shape.join(" × ")} numbers, more than the weight files hold.`,
          );
      }
      return Reflect.apply(makeWeight, this, args);
    },
  );
}
