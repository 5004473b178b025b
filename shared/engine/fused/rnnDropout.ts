/** The dropout of a recurrent cell: one mask for its inputs and one for its state, the same at every step of a sequence. */
import * as tf from "@tensorflow/tfjs";
import { disturb } from "./disturb.ts";
import { takeStream } from "./random.ts";

export interface DroppedCell {
  /** `[batch, time, features]`. */
  readonly input: tf.Tensor;
  /** `[batch, units]`, 0 or 1 / (1 − rate); null where the state stays whole. */
  readonly state: tf.Tensor | null;
}

/**
 * What the cell would draw by itself, in its order, so that every backend has the same masks: tfjs's cells draw one for
 * each gate (src/layers/recurrent.ts, generateDropoutMask) and use the first.
 */
export function dropCell(
  cell: tf.layers.Layer,
  input: tf.Tensor,
  { units, training }: { readonly units: number; readonly training: boolean },
): DroppedCell {
  const drop = (field: string, x: () => tf.Tensor, noiseShape: readonly (number | null)[]) => {
    const amount: unknown = Reflect.get(cell, field);
    if (!training || typeof amount !== "number" || amount <= 0 || amount >= 1) return null;
    const dropped = disturb(x(), cell, { kind: "dropout", amount, noiseShape });
    for (let unused = 1; unused < countDraws(cell); unused++) takeStream(cell);
    return dropped;
  };
  // One mask [batch, features] counts its places as one of [batch, 1, features] does.
  const dropped = drop("dropout", () => input, [null, 1, null]);
  const state = drop("recurrentDropout", () => tf.fill([input.shape[0] ?? 1, units], 1), []);
  return { input: dropped ?? input, state };
}

function countDraws(cell: tf.layers.Layer): number {
  switch (cell.getClassName()) {
    case "LSTMCell":
      return 4;
    case "GRUCell":
      return 3;
    default:
      return 1;
  }
}
