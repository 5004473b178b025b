/** When numbers ran out of bounds: which layer, and whether the data are to blame. Runs after the run has ended. */
import * as tf from "@tensorflow/tfjs";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Checkpoint } from "../training/checkpoint.ts";
import type { TrainingConfig } from "../training/config.ts";
import { createLearningRate } from "../training/learningRate.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { buildModel } from "./buildModel.ts";
import { restoreCheckpoint } from "./checkpoints.ts";
import { disposeModel } from "./disposeModel.ts";
import { executeModel } from "./executeModel.ts";
import { findBadSample } from "./findBadSample.ts";
import { RunFault, type FaultWatch, type NotFiniteFault } from "./faults.ts";
import { writeLayerStates } from "./layerStates.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, type Session } from "./session.ts";
import { isSnapshotFinite, readWeights, writeWeights } from "./snapshots.ts";
import { createEagerRunner } from "./step/eagerRunner.ts";
import { createStopping } from "./stopping.ts";
import { orderSamples } from "./trainLoop.ts";

interface Scene {
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly session: Session;
  readonly faults: FaultWatch;
  /** The last good place; null: the start. */
  readonly from: Checkpoint | null;
}

/** Steps are done again up to the bad one for no longer than this. */
const maxReplayMs = 4000;

/** The same fault with the culprit named; as it was where none is found. Never throws. */
export async function explainNotFinite(scene: Scene, fault: NotFiniteFault): Promise<RunFault> {
  try {
    const { place } = fault;
    const culprit =
      place === null
        ? await findAfterSteps(scene)
        : (findBadSample(scene.session, listSamples(scene, place)) ??
          (await findLayer(scene, place)));
    if (culprit === null) return fault;
    return new RunFault("not-finite", `${fault.fact} ${culprit} ${fault.remedy}`);
  } catch {
    return fault;
  }
}

interface Place {
  readonly epoch: number;
  readonly step: number;
}

function listSamples({ session, config }: Scene, { epoch, step }: Place): Uint32Array {
  const order = orderSamples(session, config, epoch);
  return order.subarray((step - 1) * config.batchSize, step * config.batchSize);
}

/**
 * No step is to blame, but weights that were looked at after it, or the validation. The model still has the weights of
 * that moment.
 */
async function findAfterSteps(scene: Scene): Promise<string | null> {
  const { session, config, faults, plan } = scene;
  const { validation } = session.dataset;
  const weights = await faults.guard(readWeights(session.model));
  const index = weights.findIndex((values) => !isSnapshotFinite([values]));
  const weight = session.model.weights[index];
  if (weight !== undefined) return `The weights ${weight.originalName} are no longer finite.`;
  const deadlineMs = performance.now() + maxReplayMs;
  const size = inferenceBatchSize(plan, config.batchSize);
  for (let start = 0; start < validation.length; start += size) {
    if (performance.now() > deadlineMs) return null;
    const samples = validation.subarray(start, start + size);
    const sample = findBadSample(scene.session, samples);
    if (sample !== null) return sample;
    const output = await findBadOutput(scene, samples, { training: false });
    if (output !== null)
      return `The output of ${output} is the first that is no longer finite, for samples of the validation part.`;
  }
  return null;
}

/** Does the steps since the last good place again, and looks into the first that goes wrong. */
async function findLayer(scene: Scene, place: Place): Promise<string | null> {
  const { session, config, from, faults } = scene;
  const { model } = session;
  const runner = createEagerRunner(scene);
  try {
    // The same runner may have drawn from layers' random parts; steps seed them anew.
    const stopping = createStopping(null);
    if (from) restoreCheckpoint({ session, runner, stopping }, from);
    else writeFreshWeights(scene);
    const steps = countSteps(scene.plan, session.dataset.train.length, config.batchSize);
    const learningRate = createLearningRate(config, {
      stepsPerEpoch: steps,
      totalSteps: steps * config.epochs,
    });
    if (from) learningRate.write(from.schedule);
    const deadlineMs = performance.now() + maxReplayMs;
    const first = { epoch: (from?.epochsDone ?? 0) + 1, step: (from?.step ?? 0) + 1 };
    for (let { epoch, step } = first; epoch <= place.epoch; epoch++, step = 1) {
      const order = orderSamples(session, config, epoch);
      model.resetStates();
      if (from && epoch === first.epoch) writeLayerStates(model, from.states);
      runner.beginEpoch(order);
      const last = epoch === place.epoch ? place.step : steps;
      for (; step <= last; step++) {
        if (performance.now() > deadlineMs) return null;
        const start = (step - 1) * config.batchSize;
        const before = await readWeights(model);
        await runner.run({
          epoch,
          step,
          start,
          count: Math.min(config.batchSize, order.length - start),
          learningRate: learningRate.at(runner.stepsDone),
        });
        await runner.settle();
        const loss = runner.takeResults().at(-1)?.sums[0] ?? NaN;
        const after = await faults.guard(readWeights(model));
        if (Number.isFinite(loss) && isSnapshotFinite(after)) continue;
        const samples = listSamples(scene, { epoch, step });
        const sample = findBadSample(scene.session, samples);
        if (sample !== null) return sample;
        writeWeights(model, before);
        const output = await findBadOutput(scene, samples, { training: true });
        if (output !== null)
          return `The output of ${output} is the first that is no longer finite, in epoch ${epoch}, step ${step}.`;
        const index = after.findIndex((values) => !isSnapshotFinite([values]));
        const weight = model.weights[index];
        if (weight === undefined) return null;
        return `The update of ${weight.originalName} in epoch ${epoch}, step ${step}, is the first that is not finite.`;
      }
    }
    return null;
  } finally {
    runner.dispose();
  }
}

function writeFreshWeights({ plan, config, session }: Scene): void {
  const fresh = buildModel(plan, { seed: config.seed });
  try {
    // In the same order: both are built from one plan.
    tf.tidy(() => {
      for (const [index, weight] of session.model.weights.entries()) {
        const own = fresh.weights[index]?.read();
        if (own) weight.write(tf.clone(own));
      }
    });
  } finally {
    disposeModel(fresh);
  }
}

/** The first layer whose output for the samples is not finite. */
async function findBadOutput(
  { session }: Scene,
  samples: Uint32Array,
  options: { readonly training: boolean },
): Promise<string | null> {
  const inputs = session.reader.readInputs(samples);
  const checks: { readonly layer: string; readonly isFinite: tf.Tensor }[] = [];
  try {
    tf.tidy(() => {
      executeModel(session.model, inputs, {
        ...options,
        onLayer(layer, outputs) {
          for (const output of outputs) {
            const isFinite = tf.keep(tf.all(tf.isFinite(tf.cast(output, "float32"))));
            checks.push({ layer, isFinite });
          }
        },
      });
    });
    for (const { layer, isFinite } of checks) {
      const [value] = await isFinite.data();
      if (value === 0) return layer;
    }
    return null;
  } finally {
    tf.dispose(inputs);
    for (const { isFinite } of checks) isFinite.dispose();
  }
}
