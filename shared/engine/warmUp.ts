import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import { countValues } from "../layers/shape.ts";
import { effectiveBatchSize, type TrainingConfig } from "../training/config.ts";
import { buildModel } from "./buildModel.ts";
import { disposeModel } from "./disposeModel.ts";
import { watchFaults } from "./faults.ts";
import { compilePrograms } from "./gpu/compilePrograms.ts";
import type { Backend } from "./selectBackend.ts";
import { createSession } from "./session.ts";
import { makeBlankDataset } from "./step/blankDataset.ts";
import { createStepRunner } from "./step/createStepRunner.ts";
import type { StepRunner } from "./step/stepRunner.ts";

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
 * Prepares a step of this model before Train is pressed, on a throw-away copy. On WebGPU its programs are compiled, all
 * beside each other, and none is run; WebGL compiles as it runs, so there a step is done on zeros. Does nothing where
 * nothing is compiled, where a step is big, or where the model can't be built: training will tell.
 */
export async function warmUpModel(
  plan: ModelPlan,
  config: TrainingConfig,
  backend: Backend,
): Promise<void> {
  if (backend.name === "cpu") return;
  if (config.precision === "mixed" && !backend.hasHalf) return;
  const batchSize = findFixedBatch(plan) ?? effectiveBatchSize(config, config.batchSize);
  if (isTooBigToTry(plan, batchSize)) return;
  const dataset = makeBlankDataset(plan, batchSize);
  const run = { ...config, batchSize };
  const faults = watchFaults(backend, { plan, config: run });
  let model: tf.LayersModel | null = null;
  let runner: StepRunner | null = null;
  try {
    const session = createSession(plan, dataset, () => buildModel(plan, { seed: 1 }));
    if (!session.ok) return;
    model = session.value.model;
    const opened = createStepRunner({ session: session.value, config: run, backend, faults });
    runner = opened;
    const step = () => {
      opened.beginEpoch(dataset.train);
      return opened.run({ epoch: 1, step: 1, start: 0, count: batchSize });
    };
    const device = tf.backend();
    if (device instanceof WebGPUBackend) {
      let stepped: Promise<void> = Promise.resolve();
      await compilePrograms(device, () => {
        stepped = step();
      });
      await stepped;
    } else {
      await step();
      await opened.settle();
    }
  } catch {
    // Whatever is wrong shows when the run starts, with a sentence.
  } finally {
    runner?.dispose();
    if (model) disposeModel(model);
    faults.close();
  }
}
