import { assertNever } from "../base/assertNever.ts";
import { createRandom } from "../base/random.ts";
import type { Checkpoint, RunFingerprint } from "../training/checkpoint.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { Metrics, RunEvent, StepCost } from "../training/events.ts";
import type { Observation } from "../training/observations.ts";
import { createLearningRate, type LearningRate } from "../training/learningRate.ts";
import { joinNames } from "../training/metricNames.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { restoreCheckpoint, type RunPosition } from "./checkpoints.ts";
import type { TrainingControl } from "./control.ts";
import { findBadSample } from "./findBadSample.ts";
import { NotFiniteFault, type FaultWatch } from "./faults.ts";
import { writeLayerStates } from "./layerStates.ts";
import { createObserver, type ObserveOptions, type Observer } from "./observe/createObserver.ts";
import { measureSamples } from "./measure.ts";
import type { Tally } from "./objective.ts";
import { createProgress, type Progress } from "./progress.ts";
import { createRunKeeper, type CheckpointSinks, type RunKeeper } from "./runKeeper.ts";
import type { Backend } from "./selectBackend.ts";
import { mostIdleSteps, watchScaling, type ScalingWatch } from "./scalingWatch.ts";
import { countSteps, type Session } from "./session.ts";
import type { Snapshot } from "./snapshots.ts";
import { createStepRunner } from "./step/createStepRunner.ts";
import type { StepPlace, StepRunner } from "./step/stepRunner.ts";
import { createStopping } from "./stopping.ts";

export interface LoopContext {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly control: TrainingControl;
  readonly faults: FaultWatch;
  readonly fingerprint: RunFingerprint;
  /** Where to go on; null: from the start. */
  readonly resume: Checkpoint | null;
  readonly sinks: CheckpointSinks;
  /** null: the network is not looked into, which then costs nothing. */
  readonly observe: ObserveOptions | null;
  onEvent(event: RunEvent): void;
  /** Told of weights known to be finite, for the case that the run ends badly. */
  onGoodWeights(good: GoodWeights): void;
  /** The newest checkpoint in plain memory. */
  onKept(checkpoint: Checkpoint): void;
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

/** Trains epoch by epoch until done or stopped. Throws `RunFault` and whatever tfjs throws. */
export async function runEpochs(context: LoopContext): Promise<LoopEnd> {
  const { session, config, resume } = context;
  const { train, validation } = session.dataset;
  const stepsPerEpoch = countSteps(session.plan, train.length, config.batchSize);
  const progress = createProgress({
    epochs: config.epochs,
    stepsPerEpoch,
    beforeMs: resume?.elapsedMs ?? 0,
  });
  const stopping = createStopping(config.earlyStopping, config.keepBest);
  const totalSteps = stepsPerEpoch * config.epochs;
  const learningRate = createLearningRate(config, { stepsPerEpoch, totalSteps });
  const runner = createStepRunner(context);
  const findNewCost = watchCost(runner);
  const scaling = watchScaling();
  const observer = openObserver(context);
  const keeper = openKeeper(context, { runner, stopping, progress, learningRate });
  let tally = session.objective.createTally();
  let metrics: Metrics = resume?.metrics ?? {};
  try {
    if (resume) {
      restoreCheckpoint({ session, runner, stopping }, resume);
      learningRate.write(resume.schedule);
    }
    const first = (resume?.epochsDone ?? 0) + 1;
    for (let epoch = first; epoch <= config.epochs; epoch++) {
      tally = session.objective.createTally();
      const before = epoch === first ? resume : null;
      if (before) tally.write(before.tally);
      const locate = (step: number): RunPosition => ({
        epochsDone: epoch - 1,
        step,
        metrics,
        tally: tally.read(),
      });
      const plan = {
        epoch,
        runner,
        observer,
        keeper,
        progress,
        learningRate,
        tally,
        before,
        locate,
        findNewCost,
        scaling,
      };
      const stepped = await trainEpoch(context, plan);
      if (!stepped.isDone) return await endOf("stopped", locate(stepped.step));
      const measured = validation.length > 0 ? await validate(context, plan, stepped.step) : {};
      if (measured === null) return await endOf("stopped", locate(stepped.step));
      metrics = { ...tally.means(), ...measured };
      context.sinks.onWork?.("epoch end");
      learningRate.judge(metrics, epoch * stepsPerEpoch);
      const done = { ...locate(0), epochsDone: epoch, tally: emptyTally };
      const snapshot = await keeper.readFiniteWeights(done);
      context.onGoodWeights({ snapshot, epochs: epoch, metrics });
      if (validation.length > 0 && !("valLoss" in metrics)) {
        throw notFinite("The validation loss", context, `in epoch ${epoch}`);
      }
      const isBest = await stopping.judge(epoch, metrics, () => Promise.resolve(snapshot));
      context.onEvent({
        kind: "epoch",
        epoch,
        metrics,
        elapsedMs: progress.elapsedMs(),
        isBest,
      });
      if (stopping.isOver()) return await endOf("early-stopping", done);
      if (epoch < config.epochs) await keeper.keepEpoch(done, snapshot);
    }
    const epochsDone = Math.max(config.epochs, first - 1);
    return await endOf("finished", { epochsDone, step: 0, metrics, tally: emptyTally });
  } finally {
    observer?.dispose();
    runner.dispose();
  }

  /** Keeps how the run ended, so that it can be continued, stopped or finished. */
  async function endOf(reason: LoopEnd["reason"], position: RunPosition): Promise<LoopEnd> {
    if (reason === "stopped") context.sinks.onStopping?.();
    context.sinks.onWork?.("ending");
    await keeper.keep(position, "memory");
    const best = reason === "stopped" ? null : stopping.best();
    const { epochsDone } = position;
    return {
      reason,
      epochs: epochsDone,
      metrics: best?.metrics ?? (epochsDone === 0 ? tally.means() : metrics),
      best,
      elapsedMs: progress.elapsedMs(),
    };
  }
}

const emptyTally = { samples: 0, rows: [], totals: [] } as const;

function openKeeper(
  context: LoopContext,
  parts: Pick<EpochPlan, "runner" | "progress" | "learningRate"> & {
    readonly stopping: ReturnType<typeof createStopping>;
  },
): RunKeeper {
  const { config, progress, learningRate, ...rest } = { ...context, ...parts };
  return createRunKeeper({
    ...rest,
    epochs: config.epochs,
    batchSize: config.batchSize,
    checkpoints: config.checkpoints,
    keptSteps: context.resume?.stepsDone ?? 0,
    readSchedule: () => learningRate.read(),
    elapsedMs: () => progress.elapsedMs(),
    refuse({ epochsDone, step }) {
      const where =
        step === 0 ? `after epoch ${epochsDone}` : `in epoch ${epochsDone + 1}, step ${step}`;
      throw notFinite(
        "The weights",
        context,
        where,
        step === 0 ? null : { epoch: epochsDone + 1, step },
      );
    },
  });
}

interface EpochPlan {
  readonly epoch: number;
  readonly runner: StepRunner;
  readonly observer: Observer | null;
  readonly keeper: RunKeeper;
  readonly progress: Progress;
  readonly learningRate: LearningRate;
  /** What the epoch's steps measure is added here. */
  readonly tally: Tally;
  /** The checkpoint that lies within this epoch, if one does. */
  readonly before: Checkpoint | null;
  readonly locate: (step: number) => RunPosition;
  readonly findNewCost: () => StepCost | null;
  readonly scaling: ScalingWatch;
}

/** The order in which an epoch takes its samples; it follows from the seed and the epoch alone. */
export function orderSamples(
  { dataset }: Pick<Session, "dataset">,
  { shuffle, seed }: Pick<TrainingConfig, "shuffle" | "seed">,
  epoch: number,
): Uint32Array {
  const order = dataset.train.slice();
  return shuffle ? createRandom(seed).fork(`shuffle/${epoch}`).shuffle(order) : order;
}

/** Those of a step, told by its place. */
function listSamples({ session, config }: LoopContext, place: StepPlace): Uint32Array {
  return orderSamples(session, config, place.epoch).subarray(
    place.start,
    place.start + place.count,
  );
}

/** What a step costs, where that is not what was told last. */
function watchCost(runner: StepRunner): () => StepCost | null {
  let told: StepCost | null = null;
  return () => {
    const { isRecorded, dispatches, ...counts } = runner.counts;
    const reason = [counts.reason, counts.precisionReason].filter(Boolean).join(" ") || null;
    const isTold =
      told?.isRecorded === isRecorded && told.reason === reason && told.dispatches === dispatches;
    // Before the first steady step there is nothing to tell.
    if (isTold || (!isRecorded && reason === null && dispatches === 0)) return null;
    told = { isRecorded, reason, dispatches };
    return told;
  };
}

/** Pause and stop act at the next step. */
async function trainEpoch(
  context: LoopContext,
  plan: EpochPlan,
): Promise<{ readonly isDone: boolean; readonly step: number }> {
  const { session, config, control, backend, faults, sinks } = context;
  const { epoch, runner, progress, keeper, before } = plan;
  sinks.onWork?.("epoch start");
  const order = orderSamples(session, config, epoch);
  session.model.resetStates();
  if (before) writeLayerStates(session.model, before.states);
  runner.beginEpoch(order);
  const steps = countSteps(session.plan, order.length, config.batchSize);
  const first = (before?.step ?? 0) + 1;
  for (let step = first; step <= steps; step++) {
    if (control.state !== "running") {
      await settle(context, plan);
      if (!(await waitToGoOn(context, plan, step - 1))) return { isDone: false, step: step - 1 };
    }
    faults.check();
    const start = (step - 1) * config.batchSize;
    const count = Math.min(config.batchSize, order.length - start);
    // By the place in the run: steps done are others where it has gone on with another batch.
    const learningRate = plan.learningRate.at((epoch - 1) * steps + step - 1);
    // Another size is another program.
    sinks.onWork?.(`step/${count}`);
    await runner.run({ epoch, step, start, count, learningRate });
    takeResults(context, plan);
    await plan.observer?.afterStep({
      epoch,
      step,
      samples: order.subarray(start, start + count),
      settle() {
        sinks.onWork?.("observing");
        return settle(context, plan);
      },
    });
    await backend.breathe();
    progress.countStep(count);
    if (step === first || progress.isTimeToTell()) {
      if (step === first) await settle(context, plan);
      const cost = plan.findNewCost();
      context.onEvent({
        ...progress.describe({ epoch, step, metrics: plan.tally.means() }),
        learningRate,
        ...(plan.scaling.latest === null ? {} : { scaling: plan.scaling.latest }),
        ...(cost === null ? {} : { cost }),
      });
    }
    if (keeper.isDue()) {
      await settle(context, plan);
      await keeper.keep(plan.locate(step), "due");
    }
  }
  await settle(context, plan);
  return { isDone: true, step: steps };
}

function openObserver(context: LoopContext): Observer | null {
  const { session, faults, observe } = context;
  if (observe === null) return null;
  const onObservation = (observation: Observation) =>
    context.onEvent({ kind: "observed", observation });
  return createObserver({ session, faults, onObservation }, observe);
}

/** Waits until every step handed over is done and counted. */
async function settle(context: LoopContext, plan: EpochPlan): Promise<void> {
  await plan.runner.settle();
  takeResults(context, plan);
}

/** Adds up what has arrived. Results come late, but in order: the first bad one names its step. */
function takeResults(context: LoopContext, { runner, tally, scaling }: EpochPlan): void {
  for (const result of runner.takeResults()) {
    const { place, sums } = result;
    const where = `in epoch ${place.epoch}, step ${place.step}`;
    // No scale helps against a number in the data that is none; a skipped step would hide it for ever.
    if (
      result.scaling?.isSkipped === true &&
      findBadSample(context.session, listSamples(context, place))
    )
      throw notFinite("A gradient", context, where, place);
    const verdict = scaling.judge(result);
    switch (verdict) {
      case "counts":
        tally.add(sums, context.session.reader.sizeOf(place.count));
        break;
      case "skipped":
        break;
      case "lost":
        throw notFinite("The loss", context, where, place);
      case "stuck":
        throw notFinite(
          `${mostIdleSteps} steps in a row changed nothing: the gradients`,
          context,
          where,
          place,
        );
      default:
        assertNever(verdict);
    }
  }
}

/** Sits out a pause; false when the run is to stop. Whoever pauses may close the lid: the run is kept first. */
async function waitToGoOn(
  context: LoopContext,
  { progress, keeper, locate }: EpochPlan,
  step: number,
): Promise<boolean> {
  const { control } = context;
  if (control.state === "paused") {
    await keeper.keep(locate(step), "write");
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

/** null when stopped on the way. */
async function validate(
  context: LoopContext,
  plan: EpochPlan,
  step: number,
): Promise<Metrics | null> {
  const { progress } = plan;
  const { session, config, backend, faults, sinks } = context;
  const startedMs = progress.elapsedMs();
  const batchSize = inferenceBatchSize(session.plan, config.batchSize);
  let batchesLeft = Math.ceil(session.dataset.validation.length / batchSize);
  const measured = await measureSamples(
    {
      model: session.model,
      reader: session.reader,
      samples: session.dataset.validation,
      batchSize,
      async proceed() {
        // The last one may be smaller, and is another program then.
        sinks.onWork?.(--batchesLeft > 0 ? "validation" : "validation, last batch");
        await backend.breathe();
        faults.check();
        return waitToGoOn(context, plan, step);
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

export function notFinite(
  what: string,
  { config }: Pick<LoopContext, "config">,
  where: string,
  place: NotFiniteFault["place"] = null,
): NotFiniteFault {
  return new NotFiniteFault(
    place,
    `${what} became infinite or not a number ${where}.`,
    `${config.precision === "mixed" ? "Choose 32 bits as the precision, whose numbers reach further. " : ""}Lower the learning rate (now ${config.optimizer.learningRate}), scale the data, or check it for extreme values.`,
  );
}
