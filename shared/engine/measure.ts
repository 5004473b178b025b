import * as tf from "@tensorflow/tfjs";
import type { Metrics } from "../training/events.ts";
import type { BatchReader } from "./batches.ts";
import type { Objective } from "./objective.ts";
import { listPenalties } from "./penalties.ts";
import { readFixedBatch, runModel } from "./runModel.ts";
import type { Backend } from "./selectBackend.ts";

/** What a pass over samples without training needs. */
export interface Pass {
  readonly model: tf.LayersModel;
  readonly reader: BatchReader;
  readonly samples: Uint32Array;
  readonly batchSize: number;
  /** Awaited at each batch; `false` breaks off. */
  readonly proceed: () => Promise<boolean>;
  /** Makes reads fail when the device does. */
  readonly guard: <T>(promise: Promise<T>) => Promise<T>;
}

/** How a pass is gone through outside a run: to its end, with the window kept alive. */
export function passAtOnce(backend: Backend): Pick<Pass, "proceed" | "guard"> {
  return {
    async proceed() {
      await backend.breathe();
      return true;
    },
    guard: (promise) => promise,
  };
}

/** Loss (penalties included, as in Keras) and metrics over the samples; null when broken off. */
export async function measureSamples(pass: Pass, objective: Objective): Promise<Metrics | null> {
  const tally = objective.createTally();
  for (const samples of beginPass(pass)) {
    if (!(await pass.proceed())) return null;
    const batch = pass.reader.read(samples);
    const sums = tf.tidy(() => {
      const predictions = runModel(pass.model, batch.inputs, { training: false });
      return objective.measure(batch.truths, predictions, listPenalties(pass.model)).sums;
    });
    try {
      tally.add(await pass.guard(sums.data()), batch.size);
    } finally {
      sums.dispose();
      batch.dispose();
    }
  }
  return tally.means();
}

/**
 * One output's values for the samples, row-major, with its sizes; null when broken off. Where the loss takes logits and
 * `makeChances` is given, they come as what they stand for.
 */
export async function predictSamples(
  pass: Pass,
  output: number,
  makeChances: (predicted: tf.Tensor) => tf.Tensor = (predicted) => predicted,
): Promise<{ readonly values: Float32Array; readonly sizes: readonly number[] } | null> {
  let values = new Float32Array(0);
  let sizes: readonly number[] = [];
  let filled = 0;
  for (const samples of beginPass(pass)) {
    if (!(await pass.proceed())) return null;
    const inputs = pass.reader.readInputs(samples);
    const predicted = tf.tidy(() => {
      const values = runModel(pass.model, inputs, { training: false })[output];
      if (!values) throw new Error(`The model has no output ${output + 1}.`);
      return makeChances(values);
    });
    tf.dispose(inputs);
    try {
      const part = await pass.guard(predicted.data());
      if (filled === 0) {
        sizes = predicted.shape.slice(1);
        values = new Float32Array((part.length / samples.length) * pass.samples.length);
      }
      values.set(part, filled);
      filled += part.length;
    } finally {
      predicted.dispose();
    }
  }
  return { values, sizes };
}

/** Stateful layers start from zeros; the batches, the last of which may be smaller. */
function beginPass({ model, samples, batchSize }: Pass): Generator<Uint32Array> {
  model.resetStates();
  return splitSamples(samples, readFixedBatch(model) ?? batchSize);
}

export function* splitSamples(samples: Uint32Array, batchSize: number): Generator<Uint32Array> {
  for (let start = 0; start < samples.length; start += batchSize) {
    yield samples.subarray(start, start + batchSize);
  }
}
