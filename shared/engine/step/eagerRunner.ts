import * as tf from "@tensorflow/tfjs";
import type { TrainingConfig } from "../../training/config.ts";
import type { FaultWatch } from "../faults.ts";
import { createUpdater, type Updater } from "../optimizers/createUpdater.ts";
import { scalingLayout } from "../optimizers/lossScaling.ts";
import { prepareRandomLayers } from "../seedLayers.ts";
import type { Session } from "../session.ts";
import { setStep } from "./stepNumbers.ts";
import type { StepCounts, StepResult, StepRunner, StepScaling } from "./stepRunner.ts";
import { listVariables, trainBatch } from "./trainBatch.ts";

export interface RunnerContext {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly faults: FaultWatch;
}

/** Steps handed over before the oldest result is awaited: keeps the device busy and stop quick. */
const maxInFlight = 2;

/** Steps as tfjs runs them, on any backend: whatever a model does, this does it. */
export function createEagerRunner({ session, config, faults }: RunnerContext): StepRunner {
  const { model, reader } = session;
  const variables = listVariables(model);
  const updater = createUpdater(config, variables);
  const reseed = prepareRandomLayers(model, config.seed);
  const inFlight: (Pick<StepResult, "place" | "scaling"> & {
    readonly sums: tf.Tensor;
    readonly values: Promise<Sums>;
  })[] = [];
  const results: StepResult[] = [];
  let order = new Uint32Array(0);
  let stepsDone = 0;

  async function awaitOldest(): Promise<void> {
    const [oldest] = inFlight;
    if (oldest === undefined) return;
    const values = await faults.guard(oldest.values);
    inFlight.shift();
    oldest.sums.dispose();
    const { place, scaling } = oldest;
    results.push({ place, scaling, sums: Float32Array.from(values) });
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
        learningRate: place.learningRate ?? config.optimizer.learningRate,
        optimizer: updater.numbers(stepsDone),
      });
      let sums: tf.Tensor;
      try {
        sums = tf.tidy(() => trainBatch({ session, variables, updater }, batch));
      } finally {
        setStep(null);
        batch.dispose();
      }
      stepsDone++;
      const values: Promise<Sums> = sums.data();
      // Awaited later; a fault before that must not count as unhandled.
      values.catch(() => {});
      inFlight.push({ place, sums, values, scaling: readScaling(updater) });
      if (inFlight.length >= maxInFlight) await awaitOldest();
    },
    takeResults: () => results.splice(0),
    async settle() {
      while (inFlight.length > 0) await awaitOldest();
    },
    async readOptimizer() {
      return { updates: stepsDone, slots: await faults.guard(updater.readSlots()) };
    },
    writeOptimizer: ({ slots }) => updater.writeSlots(slots),
    get stepsDone() {
      return stepsDone;
    },
    setStepsDone(count) {
      stepsDone = count;
    },
    counts: notCounted,
    dispose() {
      for (const { sums } of inFlight.splice(0)) sums.dispose();
      updater.dispose();
    },
  };
}

/** Of the step just done. */
function readScaling({ scaling }: Updater): StepScaling | null {
  if (scaling?.state.at !== "host") return null;
  const { values } = scaling.state;
  return {
    scale: values[scalingLayout.used] ?? 1,
    isSkipped: values[scalingLayout.isApplied] === 0,
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
  precision: "float32",
  precisionReason: null,
  intermediateBytes: 0,
};
