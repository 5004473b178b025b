import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { nameTfjsActivation } from "../../../shared/layers/activations.ts";
import type { PlanLayer } from "../../../shared/compiler/plan.ts";
import type { Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import { batchCount, type Contender } from "./contender.ts";
import type { Material } from "./material.ts";

/** tfjs as it comes: its own layers, kernels and optimizer, trained by `model.fit` or by the loop its guide shows. */
export async function createStock(
  workload: Workload,
  material: Material,
  options: { readonly backend: "webgpu" | "cpu"; readonly way: "fit" | "loop" },
): Promise<Contender> {
  if (!(await tf.setBackend(options.backend)))
    throw new Error(`tfjs could not start ${options.backend}.`);
  await tf.ready();
  const model = buildStock(workload);
  const values = new Map(material.weights.map((weight) => [weight.name, weight]));
  model.setWeights(
    model.weights.map(({ originalName }) => {
      const weight = values.get(originalName);
      if (weight === undefined) throw new Error(`No weight is called ${originalName}.`);
      return tf.tensor(weight.values, [...weight.shape]);
    }),
  );
  const optimizer = tf.train.adam(material.learningRate);
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  const { batchSize } = material;
  const x = tf.tensor(material.x, [batchCount * batchSize, ...workload.input]);
  const y = tf.oneHot(tf.tensor1d(material.labels, "int32"), workload.classes);
  const labels = tf.cast(y, "float32");

  if (options.way === "fit") {
    const fit = async (steps: number, onLoss?: (loss: number) => void) => {
      const callbacks = onLoss
        ? { onBatchEnd: (_: number, logs?: tf.Logs) => onLoss(Number(logs?.["loss"])) }
        : {};
      // Part of a round is one epoch over its first batches.
      const count = Math.min(steps, batchCount) * batchSize;
      const epochs = Math.ceil(steps / batchCount);
      const [some, theirs] = [tf.slice(x, 0, count), tf.slice(labels, 0, count)];
      await model.fit(some, theirs, { batchSize, epochs, shuffle: false, verbose: 0, callbacks });
      tf.dispose([some, theirs]);
    };
    return {
      train: (steps) => fit(steps),
      async trainWithLosses(steps) {
        const losses: number[] = [];
        await fit(steps, (loss) => losses.push(loss));
        return losses.slice(0, steps);
      },
    };
  }

  const batches = Array.from({ length: batchCount }, (_, index) => ({
    x: tf.slice(x, index * batchSize, batchSize),
    y: tf.slice(labels, index * batchSize, batchSize),
  }));
  const step = (index: number): tf.Scalar => {
    const batch = batches[index % batchCount];
    if (batch === undefined) throw new Error("There is no such batch.");
    const loss = optimizer.minimize(() => {
      const predicted = model.apply(batch.x, { training: true });
      if (!(predicted instanceof tf.Tensor)) throw new Error("The model gave no tensor.");
      return tf.mean(tf.metrics.categoricalCrossentropy(batch.y, predicted)).asScalar();
    }, true);
    if (loss === null) throw new Error("The step gave no loss.");
    return loss;
  };
  return {
    async train(steps) {
      for (let index = 0; index < steps; index++) {
        const loss = step(index);
        // As the guide does; it is also what keeps the queue from growing without end.
        await loss.data();
        loss.dispose();
      }
    },
    async trainWithLosses(steps) {
      const losses: number[] = [];
      for (let index = 0; index < steps; index++) {
        const loss = step(index);
        losses.push((await loss.data())[0] ?? Number.NaN);
        loss.dispose();
      }
      return losses;
    },
  };
}

function buildStock({ plan }: Workload): tf.LayersModel {
  const values = new Map<string, tf.SymbolicTensor>();
  const [input] = plan.inputs;
  if (input === undefined) throw new Error("The plan has no input.");
  const first = tf.input({ shape: input.shape.axes.map(({ size }) => size ?? 1) });
  values.set(input.name, first);
  let last = first;
  for (const layer of plan.layers) {
    const sources = layer.inputs.map((source) => {
      const value = values.get(source.layer);
      if (value === undefined) throw new Error(`${layer.name} reads ${source.layer} too early.`);
      return value;
    });
    const [only] = sources;
    const applied = makeLayer(layer).apply(sources.length === 1 && only ? only : sources);
    if (!(applied instanceof tf.SymbolicTensor)) throw new Error(`${layer.name} gave no tensor.`);
    values.set(layer.name, applied);
    last = applied;
  }
  return tf.model({ inputs: first, outputs: last });
}

/** Weights are set afterwards, so of the options only the plain ones count. */
function makeLayer({ name, call }: PlanLayer): tf.layers.Layer {
  const options: Record<string, unknown> = { name };
  for (const { tfjsName, value } of call.options) {
    if (tfjsName === null || value === null) continue;
    if (typeof value === "object" && "kind" in value) continue;
    options[tfjsName] = nameTfjsActivation(tfjsName, structuredClone(value));
  }
  const factory: unknown = Reflect.get(tf.layers, call.tfjsFactory);
  if (typeof factory !== "function") throw new Error(`tfjs has no ${call.tfjsFactory}.`);
  const layer: unknown = Reflect.apply(factory, tf.layers, [options]);
  if (!(layer instanceof tf.layers.Layer)) throw new Error(`${name} is no layer.`);
  return layer;
}
