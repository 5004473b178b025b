import type { RunId } from "../base/ids.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { serializeCheckpoint, type Checkpoint } from "../training/checkpoint.ts";
import { effectiveBatchSize, type TrainingConfig } from "../training/config.ts";
import type {
  Metrics,
  RecoveryCause,
  RunEvent,
  RunFailureCode,
  RunReport,
} from "../training/events.ts";
import { keepsEpoch, nameEpochFile, packWeights } from "../training/epochWeights.ts";
import { findMismatch, fingerprintRun } from "../training/fingerprint.ts";
import { rebatchCheckpoint } from "../training/rebatchCheckpoint.ts";
import { opening } from "../training/heartbeat.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { findPrecisionProblem } from "../training/precision.ts";
import { buildModel } from "./buildModel.ts";
import { checkMemory } from "./checkMemory.ts";
import type { TrainingControl } from "./control.ts";
import { disposeModel } from "./disposeModel.ts";
import { explainNotFinite } from "./explainNotFinite.ts";
import { NotFiniteFault, RunFault, toRunFault, watchFaults, type FaultWatch } from "./faults.ts";
import { saveModelFiles, type ModelFile } from "./modelFiles.ts";
import type { ObserveOptions } from "./observe/createObserver.ts";
import { buildReport } from "./report.ts";
import { placeOf, type CheckpointSinks } from "./runKeeper.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, createSession, type Session } from "./session.ts";
import { isSnapshotFinite, readWeights, writeWeights } from "./snapshots.ts";
import { notFinite, runEpochs, type GoodWeights, type LoopEnd } from "./trainLoop.ts";

export interface TrainingRequest extends CheckpointSinks {
  readonly runId: RunId;
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly control: TrainingControl;
  readonly onEvent: (event: RunEvent) => void;
  /** Looks into the network on the way; absent or null: does not. */
  readonly observe?: ObserveOptions | null;
  /** Where to go on; absent: from fresh weights. One of another network, data or settings ends the run with the reason. */
  readonly resume?: Checkpoint | null;
  /** A new device for one that was lost; null where none can be had. Absent: the run ends when the device is lost. */
  renewBackend?(): Promise<Backend | null>;
  /** The weights after an epoch, for a look inside later on: of the epochs that `keepsEpoch` says. */
  onEpochWeights?(file: ModelFile): void;
  /** For whom the end of a stopped run must not wait: no report follows. Default true. */
  readonly reportsStopped?: boolean;
  /** Why the run goes on from `resume`, where it is not because somebody asked for it: a sentence. */
  readonly resumeReason?: string | null;
  /** The trained model's files; awaited before `ended` is told. */
  onWeights?(files: readonly ModelFile[]): Promise<void> | void;
}

export interface TrainingOutcome {
  readonly ended: Extract<RunEvent, { kind: "ended" }>;
  readonly report: RunReport | null;
}

/** The Inputs of a stateful model say how large every batch is, the way of batching of all others. */
function resolveBatch<R extends Pick<TrainingRequest, "plan" | "dataset" | "config">>(asked: R): R {
  const { plan, dataset, config } = asked;
  const batchSize = findFixedBatch(plan) ?? effectiveBatchSize(config, dataset.train.length);
  return { ...asked, config: { ...config, batchSize } };
}

/** Why a run can't go on from this checkpoint, as a sentence; null where it can. For whom a failed try would spoil a run. */
export function findResumeMismatch(
  asked: Pick<TrainingRequest, "plan" | "dataset" | "config">,
  checkpoint: Checkpoint,
): string | null {
  const { plan, dataset, config } = resolveBatch(asked);
  return findMismatch(checkpoint.fingerprint, fingerprintRun(plan, dataset, config));
}

/** Devices lost one after the other, without a step kept between them, before the run is given up. */
const maxLosses = 3;

/**
 * Trains the plan on the data set from fresh, seeded weights, or from a checkpoint. Never throws: whatever goes wrong
 * ends the run with a sentence and the last good weights; a lost device is replaced and the run goes on. Order of
 * events: started (or recovered), steps and epochs, report, (files), ended, (checkpoint). The report of a stopped run
 * follows `ended`, so that stopping is quick. Leaves no tensors behind.
 */
export async function trainModel(asked: TrainingRequest): Promise<TrainingOutcome> {
  const request = resolveBatch(asked);
  let attempt: Attempt = {
    backend: asked.backend,
    resume:
      (asked.resume &&
        rebatchCheckpoint(asked.resume, {
          batchSize: request.config.batchSize,
          sampleCount: request.dataset.train.length,
        })) ||
      null,
    cause: !asked.resume ? "started" : asked.resumeReason ? "not-answering" : "continued",
    losses: 0,
    startMs: performance.now(),
  };
  for (;;) {
    const outcome = await trainOnce({ ...request, backend: attempt.backend }, attempt);
    if ("ended" in outcome) return outcome;
    const { kept, failure } = outcome;
    const hasAdvanced =
      (kept?.stepsDone ?? 0) > (attempt.resume?.stepsDone ?? 0) ||
      (failure.good?.epochs ?? 0) > (attempt.resume?.epochsDone ?? 0);
    const losses = hasAdvanced ? 1 : attempt.losses + 1;
    const backend = losses < maxLosses ? await request.renewBackend?.() : null;
    if (!backend) return fail(request, { ...failure, kept });
    attempt = {
      ...attempt,
      backend,
      losses,
      resume: kept ?? attempt.resume,
      cause: "device-lost",
    };
  }
}

interface Attempt {
  readonly backend: Backend;
  readonly resume: Checkpoint | null;
  readonly cause: "started" | RecoveryCause;
  readonly losses: number;
  /** Of the whole call. */
  readonly startMs: number;
}

/** The device was lost; what is left is in plain memory. */
interface Lost {
  readonly kept: Checkpoint | null;
  readonly failure: Failure;
}

async function trainOnce(
  request: TrainingRequest,
  attempt: Attempt,
): Promise<TrainingOutcome | Lost> {
  const { config, backend, onEvent } = request;
  const { resume } = attempt;
  const faults = watchFaults(backend, request);
  request.onWork?.(opening);
  let session: Session | null = null;
  let good: GoodWeights | null = null;
  let kept: Checkpoint | null = null;
  try {
    const fingerprint = fingerprintRun(request.plan, request.dataset, config);
    const mismatch = resume && findMismatch(resume.fingerprint, fingerprint);
    if (mismatch) throw new RunFault("data", `${mismatch} Start a new run instead.`);
    good = resume && toGoodWeights(resume);
    const shortage = await checkMemory(request);
    if (shortage !== null) throw shortage;
    session = openSession(request);
    onEvent(
      attempt.cause === "started"
        ? describeStart(request)
        : describeRecovery(request, attempt, attempt.cause),
    );
    const end = await runEpochs({
      session,
      config,
      backend,
      control: request.control,
      faults,
      fingerprint,
      resume,
      sinks: request,
      onEvent,
      observe: request.observe ?? null,
      onGoodWeights: (weights) => {
        good = weights;
        tellEpochWeights(request, weights);
      },
      onKept(checkpoint) {
        kept = checkpoint;
        good = toGoodWeights(checkpoint);
      },
    });
    if (end.best) writeWeights(session.model, end.best.snapshot);
    return await finish(request, { session, end, faults, kept });
  } catch (error) {
    let fault = toRunFault(error, request);
    const elapsedMs = performance.now() - attempt.startMs;
    const canRecover = fault.code === "device-lost" && request.renewBackend !== undefined;
    if (canRecover) return { kept, failure: { fault, session, good, elapsedMs } };
    if (fault instanceof NotFiniteFault && session) {
      request.onWork?.("explaining");
      fault = await explainNotFinite({ ...request, session, faults, from: kept ?? resume }, fault);
    }
    return await fail(request, { fault, session, good, elapsedMs, kept });
  } finally {
    faults.close();
    if (session) disposeModel(session.model);
  }
}

/** A copy for the run's folder, where this epoch is one of those kept. */
function tellEpochWeights(request: TrainingRequest, { epochs, snapshot }: GoodWeights): void {
  const { config } = request;
  const weightCount = snapshot.reduce((sum, values) => sum + values.length, 0);
  if (!request.onEpochWeights || !keepsEpoch({ epochs: config.epochs, weightCount }, epochs))
    return;
  request.onEpochWeights({ name: nameEpochFile(epochs), bytes: packWeights(snapshot) });
}

function toGoodWeights({ weights, epochsDone, metrics }: Checkpoint): GoodWeights {
  const snapshot = weights.map(({ values }) => Float32Array.from(values));
  return { snapshot, epochs: epochsDone, metrics };
}

/** Everything that can be known to be wrong before the first step. */
function openSession({ plan, dataset, config, backend }: TrainingRequest): Session {
  if (dataset.train.length === 0) {
    throw new RunFault(
      "data",
      "The training part of the data is empty. Hold out less for validation.",
    );
  }
  const precisionProblem = findPrecisionProblem(config.precision, {
    ...backend,
    backend: backend.name,
  });
  if (precisionProblem !== null) throw new RunFault("limits", precisionProblem);
  const fixed = findFixedBatch(plan);
  if (fixed !== null && dataset.train.length < fixed) {
    throw new RunFault(
      "data",
      `The Inputs fix the batch at ${fixed} samples, but there are only ${dataset.train.length} to train on. Give the Inputs a smaller batch size.`,
    );
  }
  const session = createSession(
    plan,
    dataset,
    () => buildModel(plan, { seed: config.seed }),
    config,
  );
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
    ...(config.precision === "float32" ? {} : { precision: config.precision }),
  };
}

function describeRecovery(
  { plan, dataset, config, backend, resumeReason }: TrainingRequest,
  { resume }: Attempt,
  cause: RecoveryCause,
): RunEvent {
  const { epochsDone = 0, step = 0, elapsedMs = 0 } = resume ?? {};
  const place =
    resume === null
      ? "from the start"
      : step === 0
        ? `after epoch ${epochsDone}`
        : `from epoch ${epochsDone + 1}, step ${step}`;
  return {
    kind: "recovered",
    cause,
    atMs: Date.now(),
    backend: backend.name,
    device: backend.device,
    epochs: config.epochs,
    stepsPerEpoch: countSteps(plan, dataset.train.length, config.batchSize),
    batchSize: config.batchSize,
    from: { epochs: epochsDone, step },
    elapsedMs,
    message:
      cause !== "device-lost"
        ? `${resumeReason ? `${resumeReason} ` : ""}Training goes on ${place}.`
        : `The GPU device was lost. Training goes on ${place} on a new one (${backend.device}).`,
  };
}

interface Finish {
  readonly session: Session;
  readonly end: LoopEnd;
  readonly faults: FaultWatch;
  readonly kept: Checkpoint | null;
}

async function finish(
  request: TrainingRequest,
  { session, end, faults, kept }: Finish,
): Promise<TrainingOutcome> {
  const isStopped = end.reason === "stopped";
  let report: RunReport | null = null;
  if (!isStopped) report = await reportOn(request, session, faults);
  // First, where somebody waits: whatever comes next, nothing is lost any more.
  if (isStopped) await writeCheckpoint(request, kept);
  const snapshot =
    (isStopped && kept && toGoodWeights(kept).snapshot) ||
    (await faults.guard(readWeights(session.model)));
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
  // Here, so that the end need not wait.
  if (kept && isStopped) tellKept(request, kept);
  else if (kept) await keepLast(request, kept);
  const reportsLate = isStopped && request.reportsStopped !== false;
  if (reportsLate) report = await reportOn(request, session, faults);
  return { ended, report };
}

async function writeCheckpoint(request: TrainingRequest, kept: Checkpoint | null): Promise<void> {
  if (kept) await request.onCheckpoint?.(serializeCheckpoint(kept), placeOf(kept));
}

/** From here the run can be continued. */
async function keepLast(request: TrainingRequest, kept: Checkpoint): Promise<void> {
  await writeCheckpoint(request, kept);
  tellKept(request, kept);
}

function tellKept(request: TrainingRequest, { epochsDone, step, elapsedMs }: Checkpoint): void {
  if (!request.onCheckpoint) return;
  request.onEvent({ kind: "checkpoint", epochs: epochsDone, step, elapsedMs });
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
  /** The newest checkpoint in plain memory. */
  readonly kept?: Checkpoint | null;
}

/** From where a run can go on once something is changed: with a smaller batch, or on another device. */
const resumable: ReadonlySet<RunFailureCode> = new Set(["out-of-memory", "device-lost"]);

async function fail(
  request: TrainingRequest,
  { fault, session, good, elapsedMs, kept = null }: Failure,
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
    ...(fault.fittingBatch === null ? {} : { fittingBatch: fault.fittingBatch }),
    epochs: good?.epochs ?? 0,
    metrics,
    elapsedMs,
    hasWeights,
  } as const;
  request.onEvent(ended);
  if (kept && resumable.has(fault.code)) await keepLast(request, kept);
  return { ended, report: null };
}
