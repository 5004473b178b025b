import * as tf from "@tensorflow/tfjs";
import { buildModel } from "../../../shared/engine/buildModel.ts";
import { makeWorkloadData, type Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import type { Dataset } from "../../../shared/datasets/dataset.ts";
import { batchCount } from "./contender.ts";

/** The same weights and batches for everybody. */
export interface Material {
  readonly batchSize: number;
  readonly weights: readonly Weight[];
  readonly dataset: Dataset;
  /** `[batches · batch, …input]`, row-major. */
  readonly x: Float32Array;
  readonly labels: Int32Array;
}

export interface Weight {
  /** `<layer>/<weight>`, as tfjs names it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Leaves tfjs on its CPU backend; the contender starts its own. */
export async function prepareMaterial(workload: Workload, batchSize: number): Promise<Material> {
  await tf.setBackend("cpu");
  const model = buildModel(workload.plan, { seed: 1 });
  const weights = model.weights.map((weight): Weight => {
    const values = weight.read();
    return {
      name: weight.originalName,
      shape: values.shape,
      values: Float32Array.from(values.dataSync()),
    };
  });
  model.dispose();
  const dataset = makeWorkloadData(workload, batchCount * batchSize);
  return {
    batchSize,
    weights,
    dataset,
    x: Float32Array.from(dataset.gather("x", dataset.train)),
    labels: Int32Array.from(dataset.gather("class", dataset.train)),
  };
}
