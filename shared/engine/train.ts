import type { RunId } from "../base/ids.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { TrainingConfig } from "../training/config.ts";
import type { Metrics, RunEvent, RunReport } from "../training/events.ts";
import { buildModel } from "./buildModel.ts";
import { checkLimits } from "./checkLimits.ts";
import type { TrainingControl } from "./control.ts";
import { disposeModel } from "./disposeModel.ts";
import { RunFault, toRunFault, watchFaults, type FaultWatch } from "./faults.ts";
import { saveModelFiles, type ModelFile } from "./modelFiles.ts";
import type { ObserveOptions } from "./observe/createObserver.ts";
import { buildReport } from "./report.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, createSession, inferenceBatchSize, type Session } from "./session.ts";
import { isSnapshotFinite, readWeights, writeWeights } from "./snapshots.ts";
import { notFinite, runEpochs, type GoodWeights, type LoopEnd } from "./trainLoop.ts";

export interface TrainingRequest {
  readonly runId: RunId;
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly control: TrainingControl;
  readonly onEvent: (event: RunEvent) => void;
  /** Looks into the network on the way; absent or null: does not. */
  readonly observe?: ObserveOptions | null;
  /** The trained model's files; awaited before `ended` is told. */
  onWeights?(files: readonly ModelFile[]): Promise<void> | void;
}

export interface TrainingOutcome {
  readonly ended: Extract<RunEvent, { kind: "ended" }>;
  readonly report: RunReport | null;
}

/**
 * Trains the plan on the data set from fresh, seeded weights. Never throws: whatever goes wrong ends the run with a
 * sentence and the last good weights. Order of events: started, steps and epochs, report, (files), ended. The report of
 * a stopped run follows `ended`, so that stopping is quick. Leaves no tensors behind.
 */
export async function trainModel(asked: TrainingRequest): Promise<TrainingOutcome> {
  // The Inputs of a stateful model say how large every batch is.
  const batchSize = findFixedBatch(asked.plan) ?? asked.config.batchSize;
  const request = { ...asked, config: { ...asked.config, batchSize } };
  const { config, backend, onEvent } = request;
  const startMs = performance.now();
  const faults = watchFaults(backend, config);
  let session: Session | null = null;
  let good: GoodWeights | null = null;
  try {
    session = openSession(request);
    onEvent(describeStart(request));
    const end = await runEpochs({
      session,
      config,
      backend,
      control: request.control,
      faults,
      onEvent,
      observe: request.observe ?? null,
      onGoodWeights: (weights) => {
        good = weights;
      },
    });
    if (end.best) writeWeights(session.model, end.best.snapshot);
    return await finish(request, { session, end, faults });
  } catch (error) {
    const fault = toRunFault(error, config);
    return await fail(request, { fault, session, good, elapsedMs: performance.now() - startMs });
  } finally {
    faults.close();
    if (session) disposeModel(session.model);
  }
}

/** Everything that can be known to be wrong before the first step. */
function openSession({ plan, dataset, config, backend }: TrainingRequest): Session {
  if (dataset.train.length === 0) {
    throw new RunFault(
      "data",
      "The training part of the data is empty. Hold out less for validation.",
    );
  }
  const fixed = findFixedBatch(plan);
  if (fixed !== null && dataset.train.length < fixed) {
    throw new RunFault(
      "data",
      `The Inputs fix the batch at ${fixed} samples, but there are only ${dataset.train.length} to train on. Give the Inputs a smaller batch size.`,
    );
  }
  const batchSize = Math.min(config.batchSize, dataset.train.length);
  const problem = checkLimits(plan, batchSize, backend.maxTensorBytes);
  if (problem !== null) throw new RunFault("limits", problem);
  const session = createSession(plan, dataset, () => buildModel(plan, { seed: config.seed }));
  if (!session.ok) throw new RunFault("data", session.error);
  return session.value;
}

function describeStart({ runId, plan, dataset, config, backend }: TrainingRequest): RunEvent {
  return {
    kind: "started",
    runId,
    // A date for people, not for measuring.
    atMs: Date.now(),
    backend: backend.name,
    device: backend.device,
    epochs: config.epochs,
    stepsPerEpoch: countSteps(plan, dataset.train.length, config.batchSize),
    sampleCount: dataset.train.length,
  };
}

interface Finish {
  readonly session: Session;
  readonly end: LoopEnd;
  readonly faults: FaultWatch;
}

async function finish(
  request: TrainingRequest,
  { session, end, faults }: Finish,
): Promise<TrainingOutcome> {
  const isStopped = end.reason === "stopped";
  let report: RunReport | null = null;
  if (!isStopped) report = await reportOn(request, session, faults);
  const snapshot = await faults.guard(readWeights(session.model));
  // Stopped within an epoch, the last step's weights have not been looked at.
  if (!isSnapshotFinite(snapshot)) throw notFinite("The weights", request, "in the last step");
  await request.onWeights?.(saveModelFiles(session.model, snapshot));
  const ended = {
    kind: "ended",
    reason: end.reason,
    message: describeEnd(end, request.config),
    epochs: end.epochs,
    metrics: end.metrics,
    elapsedMs: end.elapsedMs,
    hasWeights: true,
  } as const;
  request.onEvent(ended);
  if (isStopped) report = await reportOn(request, session, faults);
  return { ended, report };
}

/** A report that can't be made is no reason to lose a good run. */
async function reportOn(
  { plan, dataset, config, backend, onEvent }: TrainingRequest,
  session: Session,
  faults: FaultWatch,
): Promise<RunReport | null> {
  try {
    const samples = dataset.validation.length > 0 ? dataset.validation : dataset.train;
    const report = await buildReport(session, {
      samples,
      batchSize: inferenceBatchSize(plan, config.batchSize),
      async proceed() {
        await backend.breathe();
        return true;
      },
      guard: faults.guard,
    });
    if (report) onEvent({ kind: "report", report });
    return report;
  } catch {
    return null;
  }
}

function describeEnd(end: LoopEnd, config: TrainingConfig): string {
  const restored = end.best ? ` The weights of epoch ${end.best.epochs} are kept.` : "";
  switch (end.reason) {
    case "finished":
      return `Finished ${end.epochs} ${end.epochs === 1 ? "epoch" : "epochs"}.${restored}`;
    case "stopped":
      return `Stopped after ${end.epochs} of ${config.epochs} epochs; the weights are kept.`;
    case "early-stopping":
      return `Ended after ${end.epochs} ${end.epochs === 1 ? "epoch" : "epochs"}: ${config.earlyStopping?.monitor ?? "the loss"} did not improve any more.${restored}`;
  }
}

interface Failure {
  readonly fault: RunFault;
  readonly session: Session | null;
  readonly good: GoodWeights | null;
  readonly elapsedMs: number;
}

async function fail(
  request: TrainingRequest,
  { fault, session, good, elapsedMs }: Failure,
): Promise<TrainingOutcome> {
  let message = fault.message;
  let hasWeights = false;
  if (session && !good) {
    message += " No epoch was completed, so there are no good weights to keep.";
  } else if (session && good) {
    try {
      // Files come from plain memory: the device may be gone.
      await request.onWeights?.(saveModelFiles(session.model, good.snapshot));
      hasWeights = true;
      message += ` The last good weights, from ${good.epochs === 0 ? "the first epoch" : `epoch ${good.epochs}`}, are kept.`;
    } catch {
      message += " The last good weights could not be saved.";
    }
  }
  const metrics: Metrics = good?.metrics ?? {};
  const ended = {
    kind: "ended",
    reason: "failed",
    message,
    code: fault.code,
    epochs: good?.epochs ?? 0,
    metrics,
    elapsedMs,
    hasWeights,
  } as const;
  request.onEvent(ended);
  return { ended, report: null };
}
