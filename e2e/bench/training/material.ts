import { createRandom, type Random } from "../../../shared/base/random.ts";
import type { Dataset } from "../../../shared/datasets/dataset.ts";
import { makeWorkloadData, type Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import { batchCount } from "./contender.ts";

/**
 * The same weights and batches for everybody. Made without tfjs: building the product's model would put our gradients into the
 * process of stock tfjs.
 */
export interface Material {
  readonly batchSize: number;
  readonly learningRate: number;
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

/**
 * Small where larger ones leave nothing to compare: the widest network knows its four batches by heart after five steps, with
 * losses of 1e-8; in the ResNet Adam blows the rounding of gradients near zero up to whole steps, so that at 1e-3 stock tfjs and
 * jax-js are 2e-4 apart after 20 steps.
 */
const learningRates: Readonly<Record<string, number>> = { mlpLarge: 1e-5, resnet: 1e-4 };

export function prepareMaterial(workload: Workload, batchSize: number): Material {
  const random = createRandom(`weights/${workload.id}`);
  const dataset = makeWorkloadData(workload, batchCount * batchSize);
  return {
    batchSize,
    learningRate: learningRates[workload.id] ?? 1e-3,
    weights: workload.plan.layers.flatMap((layer) =>
      layer.weights.map(({ name, shape }) => ({
        name: `${layer.name}/${name}`,
        shape,
        values: drawWeight(name, { shape, random }),
      })),
    ),
    dataset,
    x: Float32Array.from(dataset.gather("x", dataset.train)),
    labels: Int32Array.from(dataset.gather("class", dataset.train)),
  };
}

/** As Keras begins, but for recurrent kernels: Glorot and Bengio's uniform too, instead of orthogonal. */
function drawWeight(
  name: string,
  { shape, random }: { readonly shape: readonly number[]; readonly random: Random },
): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  if (name === "gamma" || name === "moving_variance") return new Float32Array(size).fill(1);
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  const values = new Float32Array(size);
  if (!name.endsWith("kernel")) return values;
  const positions = size / (inputs * outputs);
  const limit = Math.sqrt(6 / (positions * (inputs + outputs)));
  return values.map(() => limit * (2 * random.next() - 1));
}
