import * as tf from "@tensorflow/tfjs";
import { createRandom } from "../base/random.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { Metrics, RunEvent } from "../training/events.ts";
import { joinNames } from "../training/metricNames.ts";
import type { TrainingControl } from "./control.ts";
import { RunFault, type FaultWatch } from "./faults.ts";
import { measureSamples, splitSamples } from "./measure.ts";
import { listPenalties } from "./penalties.ts";
import { createOptimizer } from "./optimizers.ts";
import { createProgress, type Progress } from "./progress.ts";
import { runModel } from "./runModel.ts";
import { prepareRandomLayers } from "./seedLayers.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, inferenceBatchSize, type Session } from "./session.ts";
import { isSnapshotFinite, readWeights, type Snapshot } from "./snapshots.ts";
import { createStopping, type Stopping } from "./stopping.ts";
import type { Batch } from "./batches.ts";
import type { Tally } from "./objective.ts";

export interface LoopContext {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly control: TrainingControl;
  readonly faults: FaultWatch;
  onEvent(event: RunEvent): void;
  /** Told of weights known to be finite, for the case that the run ends badly. */
  onGoodWeights(good: GoodWeights): void;
}

export interface GoodWeights {
  readonly snapshot: Snapshot;
  /** Epochs done when they were taken. */
  readonly epochs: number;
  readonly metrics: Metrics;
}

export interface LoopEnd {
  readonly reason: "finished" | "stopped" | "early-stopping";
  /** Epochs completed. */
  readonly epochs: number;
  readonly metrics: Metrics;
  /** Weights to go back to, where the configuration wants the best rather than the last. */
  readonly best: GoodWeights | null;
  readonly elapsedMs: number;
}

/** A copy in plain memory this often within long epochs, and after every epoch. */
const snapshotIntervalMs = 15_000;
/** Batches handed over before the oldest result is awaited: keeps the device busy and stop quick. */
const maxInFlight = 2;

/** Trains epoch by epoch until done or stopped. Throws `RunFault` and whatever tfjs throws. */
export async function runEpochs(context: LoopContext): Promise<LoopEnd> {
  const { session, config } = context;
  const { train, validation } = session.dataset;
  const stepsPerEpoch = countSteps(session.plan, train.length, config.batchSize);
  const progress = createProgress({ epochs: config.epochs, stepsPerEpoch });
  const stopping = createStopping(config.earlyStopping);
  const stepper = createStepper(context);
  let metrics: Metrics = {};
  try {
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const tally = await trainEpoch(context, { epoch, stepper, progress });
      if (tally === null) return endOf("stopped", epoch - 1);
      const measured = validation.length > 0 ? await validate(context, progress) : {};
      if (measured === null) return endOf("stopped", epoch - 1, tally.means());
      metrics = { ...tally.means(), ...measured };
      await keepWeights(context, { epochs: epoch, metrics });
      if (validation.length > 0 && !("valLoss" in metrics)) {
        throw notFinite("The validation loss", context, `in epoch ${epoch}`);
      }
      const isBest = await stopping.judge(epoch, metrics, () => readWeights(session.model));
      context.onEvent({
        kind: "epoch",
        epoch,
        metrics,
        elapsedMs: progress.elapsedMs(),
        isBest,
      });
      if (stopping.isOver()) return endOf("early-stopping", epoch);
    }
    return endOf("finished", config.epochs);
  } finally {
    stepper.dispose();
  }

  function endOf(reason: LoopEnd["reason"], epochs: number, running?: Metrics): LoopEnd {
    const best = reason === "stopped" ? null : bestOf(stopping);
    return {
      reason,
      epochs,
      metrics: best?.metrics ?? (epochs === 0 ? (running ?? stepper.lastMeans()) : metrics),
      best,
      elapsedMs: progress.elapsedMs(),
    };
  }
}

function bestOf(stopping: Stopping): GoodWeights | null {
  return stopping.best();
}

interface EpochPlan {
  readonly epoch: number;
  readonly stepper: Stepper;
  readonly progress: Progress;
}

/** null when stopped on the way. */
async function trainEpoch(context: LoopContext, plan: EpochPlan): Promise<Tally | null> {
  const { session, config, control, backend, faults } = context;
  const { epoch, stepper, progress } = plan;
  const order = session.dataset.train.slice();
  if (config.shuffle) createRandom(config.seed).fork(`shuffle/${epoch}`).shuffle(order);
  const tally = stepper.beginEpoch();
  session.model.resetStates();
  // With a fixed batch size the few samples behind the last whole batch are left out.
  const whole = countSteps(session.plan, order.length, config.batchSize) * config.batchSize;
  const inFlight: (() => Promise<void>)[] = [];
  let step = 0;
  try {
    for (const samples of splitSamples(order.subarray(0, whole), config.batchSize)) {
      if (control.state !== "running") {
        await drain(inFlight);
        if (!(await waitToGoOn(context, progress))) return null;
      }
      faults.check();
      step++;
      inFlight.push(stepper.start(session.reader.read(samples), { epoch, step }));
      if (inFlight.length >= maxInFlight) await inFlight.shift()?.();
      await backend.breathe();
      progress.countStep(samples.length);
      if (step === 1 || progress.isTimeToTell()) {
        if (step === 1) await drain(inFlight);
        context.onEvent(progress.describe({ epoch, step, metrics: tally.means() }));
      }
      if (progress.isTimeForSnapshot(snapshotIntervalMs)) {
        await drain(inFlight);
        await keepWeights(context, { epochs: epoch - 1, metrics: tally.means() });
      }
    }
    await drain(inFlight);
    return tally;
  } finally {
    // After a fault nobody reads these any more; their tensors must go all the same.
    stepper.abandon();
  }
}

async function drain(inFlight: (() => Promise<void>)[]): Promise<void> {
  while (inFlight.length > 0) await inFlight.shift()?.();
}

/** Sits out a pause; false when the run is to stop. */
async function waitToGoOn(context: LoopContext, progress: Progress): Promise<boolean> {
  const { control } = context;
  if (control.state === "paused") {
    progress.pause();
    context.onEvent({ kind: "paused", elapsedMs: progress.elapsedMs() });
    await control.waitWhilePaused();
    progress.resume();
    if (isRunning(control)) {
      context.onEvent({ kind: "resumed", elapsedMs: progress.elapsedMs() });
    }
  }
  return isRunning(control);
}

/** Read anew: the state changes while a pause is sat out. */
function isRunning(control: TrainingControl): boolean {
  return control.state === "running";
}

async function validate(context: LoopContext, progress: Progress): Promise<Metrics | null> {
  const { session, config, backend, faults } = context;
  const startedMs = progress.elapsedMs();
  const measured = await measureSamples(
    {
      model: session.model,
      reader: session.reader,
      samples: session.dataset.validation,
      batchSize: inferenceBatchSize(session.plan, config.batchSize),
      async proceed() {
        await backend.breathe();
        faults.check();
        return waitToGoOn(context, progress);
      },
      guard: faults.guard,
    },
    session.objective,
  );
  progress.countValidation(progress.elapsedMs() - startedMs);
  if (!measured) return null;
  return Object.fromEntries(
    Object.entries(measured).map(([name, value]) => [joinNames("val", name), value]),
  );
}

async function keepWeights(
  context: LoopContext,
  at: { readonly epochs: number; readonly metrics: Metrics },
): Promise<void> {
  const snapshot = await context.faults.guard(readWeights(context.session.model));
  if (!isSnapshotFinite(snapshot)) {
    throw notFinite("The weights", context, `after epoch ${at.epochs}`);
  }
  context.onGoodWeights({ snapshot, ...at });
}

export function notFinite(
  what: string,
  { config }: Pick<LoopContext, "config">,
  where: string,
): RunFault {
  return new RunFault(
    "not-finite",
    `${what} became infinite or not a number ${where}. Lower the learning rate (now ${config.optimizer.learningRate}), scale the data, or check it for extreme values.`,
  );
}

interface Stepper {
  beginEpoch(): Tally;
  /** Hands one step to the device; the returned function waits for its numbers and adds them up. */
  start(batch: Batch, at: { readonly epoch: number; readonly step: number }): () => Promise<void>;
  lastMeans(): Metrics;
  abandon(): void;
  dispose(): void;
}

function createStepper(context: LoopContext): Stepper {
  const { session, config, faults } = context;
  const { model, objective } = session;
  const variables = listVariables(model);
  const optimizer = createOptimizer(config.optimizer);
  const reseed = prepareRandomLayers(model, config.seed);
  const open = new Set<tf.Tensor>();
  let tally = objective.createTally();
  let stepCount = 0;
  return {
    beginEpoch() {
      tally = objective.createTally();
      return tally;
    },
    start(batch, at) {
      const into = tally;
      reseed(stepCount++);
      const kept: tf.Tensor[] = [];
      try {
        tf.tidy(() => {
          const { grads } = tf.variableGrads(() => {
            const predictions = runModel(model, batch.inputs, { training: true });
            const penalties = listPenalties(model);
            const { total, sums } = objective.measure(batch.truths, predictions, penalties);
            kept.push(tf.keep(sums));
            return total;
          }, variables);
          optimizer.applyGradients(grads);
        });
      } finally {
        batch.dispose();
        for (const tensor of kept) open.add(tensor);
      }
      const [sums] = kept;
      if (!sums) throw new Error("The step measured nothing.");
      const reading = sums.data();
      // Awaited below; a fault before that must not count as unhandled.
      reading.catch(() => {});
      return async () => {
        const values = await faults.guard(reading);
        open.delete(sums);
        sums.dispose();
        if (!Number.isFinite(values[0])) {
          throw notFinite("The loss", context, `in epoch ${at.epoch}, step ${at.step}`);
        }
        into.add(values, batch.size);
      };
    },
    lastMeans: () => tally.means(),
    abandon() {
      for (const tensor of open) tensor.dispose();
      open.clear();
    },
    dispose: () => optimizer.dispose(),
  };
}

function listVariables(model: tf.LayersModel): tf.Variable[] {
  const variables = model.trainableWeights
    .map((weight) => weight.read())
    .filter((weight) => weight instanceof tf.Variable);
  if (variables.length === 0) {
    throw new RunFault(
      "internal",
      "There is nothing to train: no layer of this model has trainable weights. Add a layer such as Dense.",
    );
  }
  return variables;
}
