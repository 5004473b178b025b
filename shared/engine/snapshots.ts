import * as tf from "@tensorflow/tfjs";

/** All weights of a model in plain memory, in the order of `model.weights`: outlives the device. */
export type Snapshot = readonly Float32Array[];

export async function readWeights(model: tf.LayersModel): Promise<Snapshot> {
  const values = await Promise.all(model.weights.map((weight) => weight.read().data()));
  // A copy, because the JavaScript backend hands out its own memory.
  return values.map((value) => Float32Array.from(value));
}

/** Writes weights back; constraints have been applied when they were learnt. */
export function writeWeights(model: tf.LayersModel, snapshot: Snapshot): void {
  tf.tidy(() => {
    for (const [index, weight] of model.weights.entries()) {
      const values = snapshot[index];
      const shape = weight.shape.map((size) => size ?? 1);
      if (values) weight.write(tf.tensor(values, shape, "float32"));
    }
  });
}

export function isSnapshotFinite(snapshot: Snapshot): boolean {
  return snapshot.every((values) => {
    // A sum of infinities and NaNs is no finite number, and a loop without branches is quick. Doubles can't overflow here.
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
    return Number.isFinite(sum);
  });
}
