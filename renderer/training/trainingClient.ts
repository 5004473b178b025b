import { runId as makeRunId, type RunId } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { checkpointFile } from "#shared/training/checkpoint.ts";
import { effectiveBatchSize } from "#shared/training/config.ts";
import type { RunEvent } from "#shared/training/events.ts";
import type { TrainingCommand, TrainingMessage } from "#shared/training/protocol.ts";
import type { SearchPoint, SearchResult } from "#shared/training/learningRateSearch.ts";
import { initialRunState, type RunState } from "#shared/training/runReducer.ts";
import { host } from "../host/hostClient.ts";
import { readToken } from "../host/token.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { type ActiveRun, runStore } from "../state/runStore.ts";
import { showToast } from "../ui/toastStore.ts";
import { deviceStore } from "./deviceStore.ts";
import { endFromCheckpoint } from "./endFromCheckpoint.ts";
import { observeStore } from "./observe/observeStore.ts";
import { prepareContinuing, type ContinueOptions } from "./prepareContinuing.ts";
import { whyNotTrain } from "./runQueries.ts";
import { createRunRecorder, type RunRecorder } from "./runRecorder.ts";
import { isStopOverdue } from "./stopPatience.ts";
import { makeWarmUpKey } from "./warmUpKey.ts";

/** Owns the training worker: starts runs, passes on what they say, and replaces a worker that does not answer. */
interface CurrentRun {
  readonly id: RunId;
  readonly recorder: RunRecorder;
  isPaused: boolean;
  /** When Stop was pressed, and whether the worker has acted on it. */
  stop: { readonly atMs: number; hasActed: boolean } | null;
  /** Seconds without a word; counted by ticks, so that a sleeping computer does not count. */
  silentSeconds: number;
  /** For a run that is to go on: what was there before. Null once it does, and for new runs. */
  before: { readonly info: RunInfo; readonly active: ActiveRun | null } | null;
  /** Checkpoints to end with where the worker has to be ended: one for the folder, one between two long steps. */
  kept: ArrayBuffer | null;
  held: ArrayBuffer | null;
}

/** A first step compiles for long on a slow machine; nothing takes longer than this without a word. */
const maxSilentSeconds = 180;

let worker: Worker | null = null;
let current: CurrentRun | null = null;

type StartCommand = Extract<TrainingCommand, { kind: "start" }>;
const busy = "A run is under way. Stop it to start another.";

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
  const run: CurrentRun = {
    id,
    recorder: createRunRecorder(id),
    isPaused: false,
    stop: null,
    silentSeconds: 0,
    before: null,
    kept: null,
    held: null,
  };
  current = run;
  return run;
}

function launch(
  run: CurrentRun,
  { info, state }: { readonly info: RunInfo; readonly state: RunState },
  command: Pick<StartCommand, "plan" | "data" | "config" | "backend" | "checkpoint">,
): void {
  runStore.getState().begin(info, state);
  watch(run);
  // The worker gets a copy: what it holds is lost with it.
  run.kept = command.checkpoint;
  post({
    kind: "start",
    runId: run.id,
    host: { baseUrl: location.origin, token: readToken() },
    observesLayers: observeStore.getState().isOn,
    ...command,
  });
  // Pressed while the run's folder was being made, before the worker knew of the run.
  if (run.stop) post({ kind: "stop", runId: run.id });
  else if (run.isPaused) post({ kind: "pause", runId: run.id });
}

export function pause(): void {
  if (!current || current.stop) return;
  current.isPaused = true;
  post({ kind: "pause", runId: current.id });
}

export function resume(): void {
  if (!current) return;
  current.isPaused = false;
  current.silentSeconds = 0;
  post({ kind: "resume", runId: current.id });
}

/** Keeps the run in its folder at the next step: before the computer sleeps, or when somebody wants to be sure. */
export function keepRun(): void {
  if (current) post({ kind: "checkpoint", runId: current.id });
}

/** Ends the run after the step under way, its weights kept; where that step is long, with those of the last one. */
export function stop(): void {
  const run = current;
  if (!run) return;
  run.stop ??= { atMs: performance.now(), hasActed: false };
  run.isPaused = false;
  run.silentSeconds = 0;
  post({ kind: "stop", runId: run.id });
  const timer = setInterval(() => {
    if (current !== run) clearInterval(timer);
    else endOverdue(run);
  }, 50);
}

function endOverdue(run: CurrentRun): void {
  if (run.stop === null) return;
  const afterMs = performance.now() - run.stop.atMs;
  if (!isStopOverdue({ afterMs, hasActed: run.stop.hasActed, hasHeld: run.held !== null })) return;
  dropWorker();
  if (leaveAsItWas(run, "Stopped before it went on.")) return;
  const bytes = run.held ?? run.kept;
  const state = runStore.getState().active?.state ?? initialRunState;
  const { files, events } = endFromCheckpoint(bytes && new Uint8Array(bytes), state);
  if (files.length > 0) run.recorder.recordFiles(files);
  for (const event of events) receiveEvent(run.id, event);
}

/** The one search for a learning rate that is under way. */
interface Search {
  readonly id: string;
  readonly onPoints: (points: readonly SearchPoint[]) => void;
  readonly end: (outcome: Result<SearchResult, string>) => void;
}

let search: Search | null = null;

/** Searches on the document as it is now; nothing of it changes. The error is a sentence. Training ends a search. */
export function searchLearningRate(onPoints: Search["onPoints"]): {
  readonly outcome: Promise<Result<SearchResult, string>>;
  cancel(): void;
} {
  const { document, documentAnalysis } = documentStore.getState();
  const obstacle = current ? busy : search ? "A search is under way." : whyNotTrain();
  const plan = compileDocument(document, documentAnalysis);
  const failed = (message: string) => ({ outcome: Promise.resolve(err(message)), cancel() {} });
  if (obstacle !== null || document.data === null) return failed(obstacle ?? "Bind data first.");
  if (!plan.ok) return failed(plan.error[0]?.message ?? "The model has mistakes.");
  const searchId = crypto.randomUUID();
  const outcome = new Promise<Result<SearchResult, string>>((resolve) => {
    search = { id: searchId, onPoints, end: resolve };
  });
  post({
    kind: "findLearningRate",
    searchId,
    plan: plan.value,
    data: document.data,
    config: document.training,
    host: { baseUrl: location.origin, token: readToken() },
    backend: "auto",
  });
  return { outcome, cancel: () => post({ kind: "cancelSearch", searchId }) };
}

function endSearch(searchId: string | undefined, outcome: Result<SearchResult, string>): void {
  if (search === null || search.id !== searchId) return;
  const ended = search;
  search = null;
  ended.end(outcome);
}

/** Starts the backend early and, whenever the graph becomes valid, compiles its kernels. Returns the way to end that. */
export function startWarmUps(): () => void {
  post({ kind: "warmUp", backend: "auto" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let warmed = "";
  const warmUp = () => {
    if (current) return;
    const { document, documentAnalysis } = documentStore.getState();
    const plan = compileDocument(document, documentAnalysis);
    if (!plan.ok) return;
    const { training } = document;
    const { summary } = datasetStore.getState();
    // A full batch, or one larger than the data, is known only with them.
    const batchSize = effectiveBatchSize(training, summary?.trainCount ?? training.batchSize);
    const config = { ...training, batchSize };
    const key = makeWarmUpKey(plan.value, config);
    if (key === warmed) return;
    warmed = key;
    post({ kind: "warmUp", backend: "auto", model: { plan: plan.value, config } });
  };
  const unsubscribe = documentStore.subscribe((state, before) => {
    const isSame =
      state.documentAnalysis === before.documentAnalysis &&
      state.document.training === before.document.training;
    if (isSame) return;
    clearTimeout(timer);
    // Once editing rests; compiling takes the processor for a moment.
    timer = setTimeout(warmUp, 1500);
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}

function refuse(message: string): Result<never, string> {
  showToast({ tone: "error", message });
  return err(message);
}

function nextNumber(): number {
  return runStore.getState().runs.reduce((highest, run) => Math.max(highest, run.number), 0) + 1;
}

function post(command: TrainingCommand): void {
  worker ??= startWorker();
  worker.postMessage(command);
}

function startWorker(): Worker {
  const started = new Worker(new URL("../workers/trainingWorker.ts", import.meta.url), {
    type: "module",
    name: "training",
  });
  started.addEventListener("message", (message: MessageEvent<TrainingMessage>) => {
    if (started === worker) receive(message.data);
  });
  started.addEventListener("error", (event) => {
    event.preventDefault();
    if (started === worker) replaceWorker(`The training worker crashed: ${event.message}.`);
  });
  return started;
}

function receive(message: TrainingMessage): void {
  switch (message.kind) {
    case "ready": {
      const { kind: _kind, ...device } = message;
      deviceStore.setState({ device });
      if (current) current.silentSeconds = 0;
      return;
    }
    case "stopping":
      if (message.runId === current?.id && current.stop) current.stop.hasActed = true;
      return;
    case "held":
      if (message.runId === current?.id) current.held = message.bytes;
      return;
    case "files":
      receiveFiles(message);
      return;
    case "event":
      receiveEvent(message.runId, message.event);
      return;
    case "refused":
      if (message.runId === current?.id) leaveAsItWas(current, message.message);
      return;
    case "searchPoints":
      if (message.searchId === search?.id) search.onPoints(message.points);
      return;
    case "searchEnded":
      endSearch(message.searchId, message.outcome);
      return;
  }
}

function receiveFiles({ runId, files }: Extract<TrainingMessage, { kind: "files" }>): void {
  const run = findRun(runId);
  if (!run) return;
  run.silentSeconds = 0;
  run.kept = files.find(({ name }) => name === checkpointFile)?.bytes ?? run.kept;
  run.recorder.recordFiles(files);
}

/** The report and the last checkpoint of a run come after its end, when another may have begun. */
let ended: CurrentRun | null = null;

function findRun(runId: RunId): CurrentRun | null {
  return runId === current?.id ? current : runId === ended?.id ? ended : null;
}

function receiveEvent(runId: RunId, event: RunEvent): void {
  const run = findRun(runId);
  if (!run) return;
  run.silentSeconds = 0;
  run.before = null;
  run.recorder.recordEvent(event);
  if (event.kind !== "ended" || run !== current) return;
  ended = run;
  current = null;
}

/** Ends a run that was to go on and never did, as if nobody had asked; false where it has begun. */
function leaveAsItWas(run: CurrentRun, reason: string): boolean {
  if (run.before === null) return false;
  const { info, active } = run.before;
  current = null;
  runStore.getState().takeBack(info, active);
  const isWanted = run.stop !== null;
  showToast({
    tone: isWanted ? "info" : "error",
    message: `Run ${info.number} stays as it was. ${reason}`,
  });
  return true;
}

function watch(run: CurrentRun): void {
  const timer = setInterval(() => {
    if (current !== run) {
      clearInterval(timer);
      return;
    }
    if (run.isPaused) return;
    run.silentSeconds++;
    if (run.silentSeconds > maxSilentSeconds) {
      replaceWorker(
        `The training did not answer for ${maxSilentSeconds} seconds and was ended. Use a smaller batch or a smaller model.`,
      );
    }
  }, 1000);
}

function dropWorker(): void {
  worker?.terminate();
  worker = null;
  endSearch(search?.id, err("The search ended because the training worker had to be replaced."));
}

/** Ends a worker that hangs or crashed; its run can go on from its last checkpoint. The next command starts a fresh one. */
function replaceWorker(reason: string): void {
  dropWorker();
  const run = current;
  if (!run || leaveAsItWas(run, `${reason} Try again.`)) return;
  const state = runStore.getState().active?.state;
  const canResume = run.kept !== null ? " Resume it from its last checkpoint." : "";
  receiveEvent(run.id, {
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
