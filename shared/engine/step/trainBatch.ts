import * as tf from "@tensorflow/tfjs";
import { applyConstraints } from "../constraints.ts";
import { RunFault } from "../faults.ts";
import type { Updater } from "../optimizers/createUpdater.ts";
import { listPenalties } from "../penalties.ts";
import { runModel } from "../runModel.ts";
import type { Session } from "../session.ts";
import type { TrainedVariable } from "./stepRunner.ts";

export interface BatchTensors {
  readonly inputs: readonly tf.Tensor[];
  readonly truths: readonly tf.Tensor[];
}

export interface StepParts {
  readonly session: Pick<Session, "model" | "objective">;
  readonly variables: readonly TrainedVariable[];
  readonly updater: Updater;
}

/** One step on a batch: forward, backward, update. Gives the objective's sums. Call inside a tidy. */
export function trainBatch(
  { session, variables, updater }: StepParts,
  batch: BatchTensors,
): tf.Tensor1D {
  const { model, objective } = session;
  const scale = updater.scaling?.makeTensor() ?? null;
  const measured: tf.Tensor1D[] = [];
  const { grads } = tf.variableGrads(
    () => {
      const predictions = runModel(model, batch.inputs, { training: true });
      const { total, sums } = objective.measure(batch.truths, predictions, listPenalties(model), {
        isTraining: true,
        scale,
      });
      measured.push(tf.keep(sums));
      return scale === null ? total : scaleGradient(total, scale);
    },
    variables.map(({ variable }) => variable),
  );
  const named = new Map<string, tf.Tensor>();
  for (const { name, variable } of variables) {
    const gradient = grads[variable.name];
    if (gradient) named.set(name, gradient);
  }
  updater.apply(named);
  applyConstraints(model);
  const [sums] = measured;
  if (sums === undefined) throw new Error("The step measured nothing.");
  return sums;
}

/** The loss as it is, its gradient `scale`: as if it had been multiplied, which could take it out of range. */
function scaleGradient(loss: tf.Scalar, scale: tf.Scalar): tf.Scalar {
  const pass = tf.customGrad((...inputs) => ({
    // Inputs come as they are given; the type leaves room for the function that saves tensors.
    value: (inputs[0] as tf.Tensor).clone(),
    // The loss is the end of the tape: what changes by it is 1.
    gradFunc: () => scale.clone(),
  }));
  return pass(loss).asScalar();
}

/**
 * What is trained, in the model's order, under names that are the same in every process: tfjs numbers names on as models
 * are built. Throws a `RunFault` where there is nothing.
 */
export function listVariables(model: tf.LayersModel): readonly TrainedVariable[] {
  const counts = new Map<string, number>();
  const variables = model.trainableWeights.flatMap((weight) => {
    const variable = weight.read();
    if (!(variable instanceof tf.Variable)) return [];
    const count = (counts.get(weight.originalName) ?? 0) + 1;
    counts.set(weight.originalName, count);
    const name = count === 1 ? weight.originalName : `${weight.originalName}_${count}`;
    return [{ name, variable }];
  });
  if (variables.length === 0) {
    throw new RunFault(
      "internal",
      "There is nothing to train: no layer of this model has trainable weights. Add a layer such as Dense.",
    );
  }
  return variables;
}
