import { createRandom } from "../base/random.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { Metrics, RunEvent } from "../training/events.ts";
import type { Observation } from "../training/observations.ts";
import { joinNames } from "../training/metricNames.ts";
import type { TrainingControl } from "./control.ts";
import { RunFault, type FaultWatch } from "./faults.ts";
import { createObserver, type ObserveOptions, type Observer } from "./observe/createObserver.ts";
import { measureSamples } from "./measure.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, inferenceBatchSize, type Session } from "./session.ts";
import { isSnapshotFinite, readWeights, type Snapshot } from "./snapshots.ts";
import { createStepRunner } from "./step/createStepRunner.ts";
import type { StepRunner } from "./step/stepRunner.ts";
import { createStopping, type Stopping } from "./stopping.ts";
import type { Tally } from "./objective.ts";

export interface LoopContext {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly control: TrainingControl;
  readonly faults: FaultWatch;
  /** null: the network is not looked into, which then costs nothing. */
  readonly observe: ObserveOptions | null;
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
/** Trains epoch by epoch until done or stopped. Throws `RunFault` and whatever tfjs throws. */
export async function runEpochs(context: LoopContext): Promise<LoopEnd> {
  const { session, config } = context;
  const { train, validation } = session.dataset;
  const stepsPerEpoch = countSteps(session.plan, train.length, config.batchSize);
  const progress = createProgress({ epochs: config.epochs, stepsPerEpoch });
  const stopping = createStopping(config.earlyStopping);
  const runner = createStepRunner(context);
  const observer = openObserver(context);
  let tally = session.objective.createTally();
  let metrics: Metrics = {};
  try {
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      tally = session.objective.createTally();
      const isDone = await trainEpoch(context, { epoch, runner, observer, progress, tally });
      if (!isDone) return endOf("stopped", epoch - 1, tally.means());
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
    observer?.dispose();
    runner.dispose();
  }

  function endOf(reason: LoopEnd["reason"], epochs: number, running?: Metrics): LoopEnd {
    const best = reason === "stopped" ? null : bestOf(stopping);
    return {
      reason,
      epochs,
      metrics: best?.metrics ?? (epochs === 0 ? (running ?? tally.means()) : metrics),
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
  readonly runner: StepRunner;
  readonly observer: Observer | null;
  readonly progress: Progress;
  /** What the epoch's steps measure is added here. */
  readonly tally: Tally;
}

/** False when stopped on the way. Pause and stop act at the next step. */
async function trainEpoch(context: LoopContext, plan: EpochPlan): Promise<boolean> {
  const { session, config, control, backend, faults } = context;
  const { epoch, runner, progress, tally } = plan;
  const order = session.dataset.train.slice();
  if (config.shuffle) createRandom(config.seed).fork(`shuffle/${epoch}`).shuffle(order);
  session.model.resetStates();
  runner.beginEpoch(order);
  const steps = countSteps(session.plan, order.length, config.batchSize);
  for (let step = 1; step <= steps; step++) {
    if (control.state !== "running") {
      await settle(context, plan);
      if (!(await waitToGoOn(context, progress))) return false;
    }
    faults.check();
    const start = (step - 1) * config.batchSize;
    const count = Math.min(config.batchSize, order.length - start);
    await runner.run({ epoch, step, start, count });
    takeResults(context, plan);
    await plan.observer?.afterStep({
      epoch,
      step,
      samples: order.subarray(start, start + count),
      settle: () => settle(context, plan),
    });
    await backend.breathe();
    progress.countStep(count);
    if (step === 1 || progress.isTimeToTell()) {
      if (step === 1) await settle(context, plan);
      context.onEvent(progress.describe({ epoch, step, metrics: tally.means() }));
    }
    if (progress.isTimeForSnapshot(snapshotIntervalMs)) {
      await settle(context, plan);
      await keepWeights(context, { epochs: epoch - 1, metrics: tally.means() });
    }
  }
  await settle(context, plan);
  return true;
}

function openObserver({ session, faults, observe, onEvent }: LoopContext): Observer | null {
  if (observe === null) return null;
  const onObservation = (observation: Observation) => onEvent({ kind: "observed", observation });
  return createObserver({ session, faults, onObservation }, observe);
}

/** Waits until every step handed over is done and counted. */
async function settle(context: LoopContext, plan: EpochPlan): Promise<void> {
  await plan.runner.settle();
  takeResults(context, plan);
}

/** Adds up what has arrived. Results come late, but in order: the first bad one names its step. */
function takeResults(context: LoopContext, { runner, tally }: EpochPlan): void {
  for (const { place, sums } of runner.takeResults()) {
    if (!Number.isFinite(sums[0])) {
      throw notFinite("The loss", context, `in epoch ${place.epoch}, step ${place.step}`);
    }
    tally.add(sums, context.session.reader.sizeOf(place.count));
  }
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
