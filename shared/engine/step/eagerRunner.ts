import * as tf from "@tensorflow/tfjs";
import type { TrainingConfig } from "../../training/config.ts";
import { RunFault, type FaultWatch } from "../faults.ts";
import { createOptimizer } from "../optimizers.ts";
import { listPenalties } from "../penalties.ts";
import { runModel } from "../runModel.ts";
import { prepareRandomLayers } from "../seedLayers.ts";
import type { Session } from "../session.ts";
import { setStep } from "./stepNumbers.ts";
import type {
  OptimizerState,
  StepCounts,
  StepPlace,
  StepResult,
  StepRunner,
  TrainedVariable,
} from "./stepRunner.ts";

export interface RunnerContext {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly faults: FaultWatch;
}

/** Steps handed over before the oldest result is awaited: keeps the device busy and stop quick. */
const maxInFlight = 2;

/** Steps as tfjs runs them, on any backend: whatever a model does, this does it. */
export function createEagerRunner({ session, config, faults }: RunnerContext): StepRunner {
  const { model, objective, reader } = session;
  const variables = listVariables(model);
  const optimizer = createOptimizer(config.optimizer);
  const reseed = prepareRandomLayers(model, config.seed);
  const inFlight: { readonly place: StepPlace; readonly sums: tf.Tensor; values: Promise<Sums> }[] =
    [];
  const results: StepResult[] = [];
  let order = new Uint32Array(0);
  let stepsDone = 0;

  async function awaitOldest(): Promise<void> {
    const [oldest] = inFlight;
    if (oldest === undefined) return;
    const values = await faults.guard(oldest.values);
    inFlight.shift();
    oldest.sums.dispose();
    results.push({ place: oldest.place, sums: Float32Array.from(values) });
  }

  return {
    beginEpoch(next) {
      order = Uint32Array.from(next);
    },
    async run(place) {
      const batch = reader.read(order.subarray(place.start, place.start + place.count));
      reseed(stepsDone);
      setStep({
        step: stepsDone,
        seed: config.seed,
        batchStart: place.start,
        row: 0,
        learningRate: config.optimizer.learningRate,
        optimizer: [],
      });
      let kept: tf.Tensor | null = null;
      try {
        tf.tidy(() => {
          const { grads } = tf.variableGrads(
            () => {
              const predictions = runModel(model, batch.inputs, { training: true });
              const { total, sums } = objective.measure(
                batch.truths,
                predictions,
                listPenalties(model),
              );
              kept = tf.keep(sums);
              return total;
            },
            variables.map(({ variable }) => variable),
          );
          optimizer.applyGradients(grads);
        });
      } catch (error) {
        tf.dispose(kept ?? []);
        throw error;
      } finally {
        setStep(null);
        batch.dispose();
      }
      stepsDone++;
      // Assigned in a function, which the compiler does not follow.
      const sums = kept as tf.Tensor | null;
      if (sums === null) throw new Error("The step measured nothing.");
      const values: Promise<Sums> = sums.data();
      // Awaited later; a fault before that must not count as unhandled.
      values.catch(() => {});
      inFlight.push({ place, sums, values });
      if (inFlight.length >= maxInFlight) await awaitOldest();
    },
    takeResults: () => results.splice(0),
    async settle() {
      while (inFlight.length > 0) await awaitOldest();
    },
    readOptimizer: () => Promise.resolve<OptimizerState>({ updates: stepsDone, slots: new Map() }),
    writeOptimizer() {},
    get stepsDone() {
      return stepsDone;
    },
    setStepsDone(count) {
      stepsDone = count;
    },
    counts: notCounted,
    dispose() {
      for (const { sums } of inFlight.splice(0)) sums.dispose();
      optimizer.dispose();
    },
  };
}

type Sums = ArrayLike<number>;

const notCounted: StepCounts = {
  isRecorded: false,
  reason: null,
  dispatches: 0,
  submits: 0,
  readbacks: 0,
  uploadBytes: 0,
};

/** What is trained, in the model's order. Throws a `RunFault` where there is nothing. */
export function listVariables(model: tf.LayersModel): readonly TrainedVariable[] {
  const variables = model.trainableWeights.flatMap((weight) => {
    const variable = weight.read();
    return variable instanceof tf.Variable ? [{ name: weight.name, variable }] : [];
  });
  if (variables.length === 0) {
    throw new RunFault(
      "internal",
      "There is nothing to train: no layer of this model has trainable weights. Add a layer such as Dense.",
    );
  }
  return variables;
}
