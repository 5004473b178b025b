import * as tf from "@tensorflow/tfjs";
import type { ModelPlan } from "../compiler/plan.ts";
import { countValues } from "../layers/shape.ts";
import { buildModel } from "./buildModel.ts";
import { createLoss } from "./losses.ts";
import { createOptimizer } from "./optimizers.ts";
import { runModel } from "./runModel.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import { checkLimits } from "./checkLimits.ts";
import type { Backend } from "./selectBackend.ts";
import { disposeModel } from "./disposeModel.ts";
import type { TrainingConfig } from "../training/config.ts";

/** Numbers: 64 MB of activations, 80 MB of weights. More would keep the device busy when only a project was opened. */
const mostActivations = 16_000_000;
const mostWeights = 20_000_000;

/** Whether one step would take longer, or more memory, than is fair before anybody asked for training. */
export function isTooBigToTry({ layers }: ModelPlan, batchSize: number): boolean {
  let activations = 0;
  let weights = 0;
  for (const layer of layers) {
    for (const shape of layer.outputShapes) activations += batchSize * (countValues(shape) ?? 1);
    if (layer.sharedWith === null)
      for (const { shape } of layer.weights)
        weights += shape.reduce((product, size) => product * size, 1);
  }
  return activations > mostActivations || weights > mostWeights;
}

/**
 * Trains a throw-away copy of the model for one step on zeros, so that the backend's kernels are compiled before Train
 * is pressed. Does nothing where nothing is compiled, where a step is big, or where the model can't be
 * built: training will tell.
 */
export async function warmUpModel(
  plan: ModelPlan,
  config: TrainingConfig,
  backend: Backend,
): Promise<void> {
  if (backend.name === "cpu") return;
  const batchSize = findFixedBatch(plan) ?? config.batchSize;
  if (checkLimits(plan, batchSize, backend.maxTensorBytes) !== null) return;
  if (isTooBigToTry(plan, batchSize)) return;
  let model: tf.LayersModel | null = null;
  const optimizer = createOptimizer(config.optimizer);
  try {
    const built = buildModel(plan, { seed: 1 });
    model = built;
    const variables = built.trainableWeights
      .map((weight) => weight.read())
      .filter((weight) => weight instanceof tf.Variable);
    const loss = tf.tidy(() => {
      const inputs = plan.inputs.map(({ shape }) =>
        tf.zeros([batchSize, ...shape.axes.map((axis) => axis.size ?? 8)], shape.dtype),
      );
      const { value, grads } = tf.variableGrads(() => {
        const outputs = runModel(built, inputs, { training: true });
        const losses = plan.outputs.map((output, index) => {
          const predicted = outputs[index];
          if (!predicted) throw new Error("An output is missing.");
          return createLoss(output.loss, output.lossOptions)(tf.zerosLike(predicted), predicted);
        });
        return tf.addN(losses).asScalar();
      }, variables);
      optimizer.applyGradients(grads);
      return value;
    });
    await loss.data();
    loss.dispose();
  } catch {
    // Whatever is wrong shows when the run starts, with a sentence.
  } finally {
    optimizer.dispose();
    if (model) disposeModel(model);
  }
}
