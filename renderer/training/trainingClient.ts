import { runId as makeRunId, type RunId } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { checkpointFile } from "#shared/training/checkpoint.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { createSilenceWatch, tickMs, type SilenceWatch } from "#shared/training/heartbeat.ts";
import type { TrainingCommand, TrainingMessage } from "#shared/training/protocol.ts";
import { initialRunState, type RunState } from "#shared/training/runReducer.ts";
import { host } from "../host/hostClient.ts";
import { readToken } from "../host/token.ts";
import { documentStore } from "../state/documentStore.ts";
import { type ActiveRun, runStore } from "../state/runStore.ts";
import { showToast } from "../ui/toastStore.ts";
import { deviceStore } from "./deviceStore.ts";
import { endFromCheckpoint } from "./endFromCheckpoint.ts";
import { observeStore } from "./observe/observeStore.ts";
import { prepareContinuing, type ContinueOptions } from "./prepareContinuing.ts";
import { whyNotTrain } from "./runQueries.ts";
import { createRunRecorder, type RunFile, type RunRecorder } from "./runRecorder.ts";
import { judgeStop } from "./stopPatience.ts";
import { endWorker, isInUse, listenToWorkers, postToWorker } from "./workerHandle.ts";

/** Owns the training worker: starts runs, passes on what they say, and replaces a worker that does not answer. */
interface CurrentRun {
  readonly id: RunId;
  readonly recorder: RunRecorder;
  /** What does it, and what that was told to do; null before it was told. */
  job: { readonly worker: Worker; readonly command: StartCommand } | null;
  isPaused: boolean;
  /** When Stop was pressed, whether the worker has acted on it, and whether the run is over for the person. */
  stop: { readonly atMs: number; hasActed: boolean; isReleased: boolean } | null;
  silence: SilenceWatch;
  /** Its worker has done a step, so that there is something to lose. */
  hasStepped: boolean;
  /** For a run that is to go on: what was there before. Null once it does, and for new runs. */
  before: { readonly info: RunInfo; readonly active: ActiveRun | null } | null;
  /** The last checkpoint, to go on from or to end with where the worker has to be ended. */
  newest: ArrayBuffer | null;
  /** The one that it went on from by itself. */
  restartedFrom: ArrayBuffer | null;
  /** Its end was told; what may follow is a checkpoint and a report. */
  hasEnded: boolean;
  readonly saved: Promise<void>;
  readonly markSaved: () => void;
}

let current: CurrentRun | null = null;
/** Runs that are over for the person, while their workers still save or write reports. */
let finishing: readonly CurrentRun[] = [];

listenToWorkers({
  onMessage: receive,
  onCrash: (crashed, reason) => fail(crashed, `The training worker crashed: ${reason}.`),
  // Left to end its step, and to save.
  isStuck: (asked) =>
    finishing.some(
      ({ job, stop: stopping, hasEnded }) =>
        job?.worker === asked && stopping?.hasActed === false && !hasEnded,
    ),
});

export const isBusy = (): boolean => current !== null;

type StartCommand = Extract<TrainingCommand, { kind: "start" }>;
export const busy = "A run is under way. Stop it to start another.";

/** Starts a run of the document as it is now; later edits don't touch it. The error is a sentence, already shown. */
export async function startTraining(): Promise<Result<RunId, string>> {
  const { document, documentAnalysis } = documentStore.getState();
  const obstacle = current ? busy : whyNotTrain();
  if (obstacle !== null || document.data === null) return refuse(obstacle ?? "Bind data first.");
  const plan = compileDocument(document, documentAnalysis);
  if (!plan.ok) return refuse(plan.error[0]?.message ?? "The model has mistakes.");

  const id = makeRunId(`run-${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 6)}`);
  // Taken before the host answers: a second press must not start a second run.
  const run = takeTurn(id);
  const info: RunInfo = {
    id,
    projectId: document.id,
    projectName: document.name,
    number: nextNumber(),
    startedMs: Date.now(),
    status: "running",
    message: "",
    backend: "",
    epochs: 0,
    metrics: {},
    snapshot: serializeProject(document),
  };
  const created = await host.createRun(info);
  if (!created.ok) {
    current = null;
    return refuse(created.error.message);
  }
  launch(
    run,
    { info, state: initialRunState },
    {
      plan: plan.value,
      data: document.data,
      config: document.training,
      backend: "auto",
      checkpoint: null,
    },
  );
  return ok(id);
}

/**
 * Goes on with a run where its last checkpoint is: interrupted, stopped, failed, or finished with more epochs. Its folder
 * is touched only once it does: a run whose data have changed since is refused, and stays as good as it was.
 */
export async function continueTraining(
  info: RunInfo,
  options: ContinueOptions = {},
): Promise<Result<RunId, string>> {
  if (current) return refuse(busy);
  const id = makeRunId(info.id);
  const run = takeTurn(id);
  await awaitSaved(id);
  const prepared = await prepareContinuing(info, options);
  if (!prepared.ok) {
    current = null;
    return refuse(prepared.error);
  }
  const { state, command } = prepared.value;
  run.before = { info, active: runStore.getState().active };
  launch(
    run,
    {
      info: { ...info, status: "running", message: "" },
      // Under way, as everybody sees it, also while the worker still reads data.
      state: { ...state, phase: "waiting", ended: null },
    },
    command,
  );
  return ok(id);
}

function takeTurn(id: RunId): CurrentRun {
  let markSaved = () => {};
  const saved = new Promise<void>((resolve) => {
    markSaved = resolve;
  });
  const run: CurrentRun = {
    id,
    recorder: createRunRecorder(id),
    job: null,
    isPaused: false,
    stop: null,
    silence: createSilenceWatch(),
    hasStepped: false,
    before: null,
    newest: null,
    restartedFrom: null,
    hasEnded: false,
    saved,
    markSaved,
  };
  current = run;
  return run;
}

/** Resolves when everything of a run that was stopped lies in its folder; at once where that is so. */
export async function awaitSaved(id: string): Promise<void> {
  await Promise.all(finishing.filter((run) => run.id === id).map(({ saved }) => saved));
}

function launch(
  run: CurrentRun,
  { info, state }: { readonly info: RunInfo; readonly state: RunState },
  command: Pick<StartCommand, "plan" | "data" | "config" | "backend" | "checkpoint">,
): void {
  runStore.getState().begin(info, state);
  watch(run);
  giveToWorker(run, {
    kind: "start",
    runId: run.id,
    host: { baseUrl: location.origin, token: readToken() },
    observesLayers: observeStore.getState().isOn,
    restartReason: null,
    ...command,
  });
}

function giveToWorker(run: CurrentRun, command: StartCommand): void {
  // The worker gets a copy: what it holds is lost with it.
  run.newest = command.checkpoint;
  run.hasStepped = false;
  run.silence = createSilenceWatch();
  run.job = { worker: postToWorker(command), command };
  // Pressed while the run's folder was being made, before the worker knew of the run.
  if (run.stop) tell(run, "stop");
  else if (run.isPaused) tell(run, "pause");
}

function tell(run: CurrentRun, kind: "pause" | "resume" | "stop" | "checkpoint"): void {
  run.job?.worker.postMessage({ kind, runId: run.id } satisfies TrainingCommand);
}

export function pause(): void {
  if (!current || current.stop) return;
  current.isPaused = true;
  tell(current, "pause");
}

export function resume(): void {
  if (!current) return;
  current.isPaused = false;
  current.silence.hear();
  tell(current, "resume");
}

/** Keeps the run in its folder at the next step: before the computer sleeps, or when somebody wants to be sure. */
export function keepRun(): void {
  if (current) tell(current, "checkpoint");
}

/** Ends the run after the step under way, its weights kept. Where that step is long, nobody has to wait for it. */
export function stop(): void {
  const run = current;
  if (!run) return;
  run.stop ??= { atMs: performance.now(), hasActed: false, isReleased: false };
  run.isPaused = false;
  tell(run, "stop");
  const timer = setInterval(() => {
    if (current === run || run.stop?.isReleased) advanceStop(run);
    if (!isOpen(run)) clearInterval(timer);
  }, 50);
}

/** Whether its end has yet to be told. */
function isOpen(run: CurrentRun): boolean {
  return current === run || (finishing.includes(run) && !run.hasEnded);
}

function advanceStop(run: CurrentRun): void {
  if (run.stop === null || run.job === null || !isOpen(run)) return;
  const afterMs = performance.now() - run.stop.atMs;
  const verdict = judgeStop({ ...run.stop, ...run, afterMs, allowedMs: run.silence.allowedMs });
  if (verdict === "wait") return;
  if (run.before !== null) {
    leaveAsItWas(run, "Stopped before it went on.");
    abandon(run.job.worker);
    return;
  }
  if (!run.stop.isReleased) release(run);
  if (verdict === "terminate") abandon(run.job.worker);
}

/** Over for the person, who may start another run. */
function release(run: CurrentRun): void {
  if (run.stop) run.stop.isReleased = true;
  finishing = [...finishing, run];
  if (current === run) current = null;
  const state = runStore.getState().active?.state;
  runStore.getState().release(run.id, {
    kind: "ended",
    reason: "stopped",
    message: "Stopped; its weights are being saved.",
    epochs: state?.epochs.length ?? 0,
    metrics: state?.epochs.at(-1)?.metrics ?? state?.latest?.metrics ?? {},
    elapsedMs: state?.latest?.elapsedMs ?? 0,
    hasWeights: run.hasStepped || run.newest !== null,
  });
}

/** Ends a worker. What it was to save is taken from the last checkpoint; a run that is not to end gets another worker. */
function abandon(ended: Worker): void {
  endWorker(ended);
  for (const run of finishing.filter((one) => one.job?.worker === ended && !one.hasEnded)) {
    const { active } = runStore.getState();
    const state = active?.info.id === run.id ? active.state : initialRunState;
    const bytes = run.newest && new Uint8Array(run.newest);
    const { files, events } = endFromCheckpoint(bytes, state, run);
    if (files.length > 0) run.recorder.recordFiles(files);
    for (const event of events) receiveEvent(run, event);
    forget(run);
  }
  if (current?.job?.worker === ended) {
    giveToWorker(current, { ...current.job.command, checkpoint: current.newest });
  }
}

function refuse(message: string): Result<never, string> {
  showToast({ tone: "error", message });
  return err(message);
}

function nextNumber(): number {
  return runStore.getState().runs.reduce((highest, run) => Math.max(highest, run.number), 0) + 1;
}

function receive(message: TrainingMessage, from: Worker): void {
  switch (message.kind) {
    case "ready": {
      const { kind: _kind, ...device } = message;
      if (isInUse(from)) deviceStore.setState({ device });
      return;
    }
    case "pulse":
      findRun(message.runId, from)?.silence.hear(message.pulse);
      // One that waits for its turn in the same worker is not forgotten.
      if (current?.job?.worker === from && current.id !== message.runId) current.silence.hear();
      return;
    case "stopping": {
      const run = findRun(message.runId, from);
      if (!run?.stop) return;
      run.stop.hasActed = true;
      advanceStop(run);
      return;
    }
    case "held": {
      const run = findRun(message.runId, from);
      if (run) run.newest = message.bytes;
      return;
    }
    case "files":
      receiveFiles(findRun(message.runId, from), message.files);
      return;
    case "event":
      receiveEvent(findRun(message.runId, from), message.event);
      return;
    case "refused": {
      const run = findRun(message.runId, from);
      if (run) leaveAsItWas(run, message.message);
      return;
    }
    case "searchPoints":
    case "searchEnded":
      return;
  }
}

function receiveFiles(run: CurrentRun | null, files: readonly RunFile[]): void {
  if (!run) return;
  run.silence.hear();
  run.newest = files.find(({ name }) => name === checkpointFile)?.bytes ?? run.newest;
  run.recorder.recordFiles(files);
}

/** A run whose end has not come, or of which more may come after it. Not one that another worker does by now. */
function findRun(runId: RunId, from: Worker): CurrentRun | null {
  const known = current === null ? finishing : [current, ...finishing];
  return known.find(({ id, job }) => id === runId && job?.worker === from) ?? null;
}

function receiveEvent(run: CurrentRun | null, event: RunEvent): void {
  if (!run) return;
  run.silence.hear();
  run.before = null;
  if (event.kind === "step" || event.kind === "epoch") run.hasStepped = true;
  run.recorder.recordEvent(event);
  if (event.kind === "ended") {
    run.hasEnded = true;
    if (current === run) {
      finishing = [...finishing, run];
      current = null;
    }
    // The report may take its time; where there will be none, nobody knows.
    setTimeout(() => forget(run), lateMs);
    run.newest = null;
    // A stopped run's checkpoint came before.
    void run.recorder.settle().then(run.markSaved);
  }
  if (run.hasEnded && event.kind === "report") forget(run);
}

/** Ends a run that was to go on and never did, as if nobody had asked; false where it has begun. */
function leaveAsItWas(run: CurrentRun, reason: string): boolean {
  if (run.before === null) return false;
  const { info, active } = run.before;
  if (current === run) current = null;
  runStore.getState().takeBack(info, active);
  const isWanted = run.stop !== null;
  showToast({
    tone: isWanted ? "info" : "error",
    message: `Run ${info.number} stays as it was. ${reason}`,
  });
  return true;
}

/** After the end of a run a report may come for this long. */
const lateMs = 600_000;

/** Nothing more comes of this run. A worker that another one has taken over for has done its work. */
function forget(run: CurrentRun): void {
  finishing = finishing.filter((one) => one !== run);
  const left = run.job?.worker;
  if (!left || isInUse(left) || current?.job?.worker === left) return;
  if (!finishing.some(({ job }) => job?.worker === left)) left.terminate();
}

function watch(run: CurrentRun): void {
  const timer = setInterval(() => {
    if (current !== run) {
      clearInterval(timer);
      return;
    }
    // Stop has a patience of its own.
    if (run.isPaused || run.stop || run.job === null) return;
    if (run.silence.tick()) restart(run);
  }, tickMs);
}

/** A worker that was taken for hung is ended, and its run goes on by itself: once from any checkpoint. */
function restart(run: CurrentRun): void {
  if (run.job === null) return;
  const { worker: hung, command } = run.job;
  const bytes = run.newest;
  if (bytes === null || bytes === run.restartedFrom) {
    const often =
      bytes === null
        ? "The training did not answer any more"
        : "The training did not answer, again after it was restarted,";
    fail(hung, `${often} and was ended. Use a smaller batch or a smaller model.`);
    return;
  }
  const restartReason = "The training did not answer any more and was restarted.";
  showToast({ tone: "warning", message: `${restartReason} It goes on from its last checkpoint.` });
  run.restartedFrom = bytes;
  run.job = { worker: hung, command: { ...command, restartReason } };
  abandon(hung);
}

/** Ends a worker that hangs or crashed; its run can go on from its last checkpoint. The next command starts a fresh one. */
function fail(ended: Worker, reason: string): void {
  const run = current?.job?.worker === ended ? current : null;
  if (run && !leaveAsItWas(run, `${reason} Try again.`)) {
    endWorker(ended);
    const state = runStore.getState().active?.state;
    const canResume = run.newest !== null ? " Resume it from its last checkpoint." : "";
    receiveEvent(run, {
      kind: "ended",
      reason: "failed",
      message: `${reason}${canResume}`,
      code: "internal",
      epochs: state?.epochs.at(-1)?.epoch ?? 0,
      metrics: state?.epochs.at(-1)?.metrics ?? {},
      elapsedMs: state?.latest?.elapsedMs ?? 0,
      hasWeights: false,
    });
  }
  abandon(ended);
}
