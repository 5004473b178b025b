/** The masks of a recurrent cell: one for its inputs and one for its state, the same at every step of a sequence. */
import * as tf from "@tensorflow/tfjs";

export interface CellMasks {
  /** `[batch, features]`, 0 or 1 / (1 − rate). */
  readonly input: tf.Tensor | null;
  /** `[batch, units]`. */
  readonly state: tf.Tensor | null;
}

/**
 * The very masks that the cell would draw by itself, from its own function and in its order: tfjs's cells draw one for
 * each gate (src/layers/recurrent.ts, generateDropoutMask) and use the first.
 */
export function drawCellMasks(
  cell: tf.layers.Layer,
  sizes: {
    readonly batch: number;
    readonly features: number;
    readonly units: number;
    readonly training: boolean;
  },
): CellMasks {
  const { batch, features, units, training } = sizes;
  const draw = (rate: unknown, width: number): tf.Tensor | null => {
    if (!training || typeof rate !== "number" || rate <= 0 || rate >= 1) return null;
    const [mask] = Array.from({ length: drawsOf(cell) }, () =>
      drawOne(cell, tf.ones([batch, width]), rate),
    );
    return mask ?? null;
  };
  const input = draw(Reflect.get(cell, "dropout"), features);
  return { input, state: draw(Reflect.get(cell, "recurrentDropout"), units) };
}

function drawsOf(cell: tf.layers.Layer): number {
  switch (cell.getClassName()) {
    case "LSTMCell":
      return 4;
    case "GRUCell":
      return 3;
    default:
      return 1;
  }
}

function drawOne(cell: tf.layers.Layer, ones: tf.Tensor, rate: number): tf.Tensor {
  const own: unknown = Reflect.get(cell, "dropoutFunc");
  const drawn: unknown =
    typeof own === "function" ? Reflect.apply(own, cell, [ones, rate]) : tf.dropout(ones, rate);
  if (!(drawn instanceof tf.Tensor)) throw new Error(`${cell.name} has drawn no mask.`);
  return drawn;
}
