import * as tf from "@tensorflow/tfjs";
import { watchFaults } from "../../../shared/engine/faults.ts";
import { buildModel } from "../../../shared/engine/buildModel.ts";
import { selectBackend } from "../../../shared/engine/selectBackend.ts";
import { createSession } from "../../../shared/engine/session.ts";
import { createStepRunner } from "../../../shared/engine/step/createStepRunner.ts";
import type { Workload } from "../../../shared/engine/step/workloads.testkit.ts";
import { defaultTraining, type TrainingConfig } from "../../../shared/training/config.ts";
import { batchCount, type Contender } from "./contender.ts";
import type { Material } from "./material.ts";

/** Netloom's engine, as the training worker drives it. */
export async function createOurs(workload: Workload, material: Material): Promise<Contender> {
  const backend = await selectBackend("webgpu");
  if (backend.name !== "webgpu") throw new Error(backend.note ?? "WebGPU could not be started.");
  const { batchSize, dataset, learningRate } = material;
  const config: TrainingConfig = {
    ...defaultTraining,
    optimizer: { ...defaultTraining.optimizer, learningRate },
    batchSize,
    shuffle: false,
  };
  const session = createSession(workload.plan, dataset, () =>
    buildModel(workload.plan, { seed: 1 }),
  );
  if (!session.ok) throw new Error(session.error);
  const values = new Map(material.weights.map((weight) => [weight.name, weight]));
  session.value.model.setWeights(
    session.value.model.weights.map(({ originalName }) => {
      const weight = values.get(originalName);
      if (weight === undefined) throw new Error(`No weight is called ${originalName}.`);
      return tf.tensor(weight.values, [...weight.shape]);
    }),
  );
  const faults = watchFaults(backend, { plan: workload.plan, config });
  const runner = createStepRunner({ session: session.value, config, backend, faults });
  runner.beginEpoch(dataset.train);
  let stepsDone = 0;
  const train = async (steps: number) => {
    const losses: number[] = [];
    for (let index = 0; index < steps; index++, stepsDone++) {
      const start = (stepsDone % batchCount) * batchSize;
      await runner.run({ epoch: 1, step: stepsDone + 1, start, count: batchSize });
      for (const { sums } of runner.takeResults()) losses.push(sums[0] ?? Number.NaN);
    }
    await runner.settle();
    for (const { sums } of runner.takeResults()) losses.push(sums[0] ?? Number.NaN);
    return losses;
  };
  return {
    async train(steps) {
      await train(steps);
    },
    trainWithLosses: train,
  };
}
