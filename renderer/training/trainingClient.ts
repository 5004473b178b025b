import { runId as makeRunId, type RunId } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import type { RunEvent } from "#shared/training/events.ts";
import type { TrainingCommand, TrainingMessage } from "#shared/training/protocol.ts";
import { host } from "../host/hostClient.ts";
import { readToken } from "../host/token.ts";
import { documentStore } from "../state/documentStore.ts";
import { runStore } from "../state/runStore.ts";
import { showToast } from "../ui/toastStore.ts";
import { deviceStore } from "./deviceStore.ts";
import { observeStore } from "./observe/observeStore.ts";
import { whyNotTrain } from "./runQueries.ts";
import { createRunRecorder, type RunRecorder } from "./runRecorder.ts";

/** Owns the training worker: starts runs, passes on what they say, and replaces a worker that does not answer. */
interface CurrentRun {
  readonly id: RunId;
  readonly recorder: RunRecorder;
  isPaused: boolean;
  isStopping: boolean;
  /** Seconds without a word; counted by ticks, so that a sleeping computer does not count. */
  silentSeconds: number;
  /** Seconds since Stop was pressed. */
  stoppingSeconds: number;
}

/** A first step compiles for long on a slow machine; nothing takes longer than this without a word. */
const maxSilentSeconds = 180;
/** Stop acts at the next step. Steps that take longer than this are not waited for. */
const maxStopSeconds = 60;

let worker: Worker | null = null;
let current: CurrentRun | null = null;

/** Starts a run of the document as it is now; later edits don't touch it. The error is a sentence, already shown. */
export async function startTraining(): Promise<Result<RunId, string>> {
  const { document, documentAnalysis } = documentStore.getState();
  const obstacle = current ? "A run is under way. Stop it to start another." : whyNotTrain();
  if (obstacle !== null || document.data === null) return refuse(obstacle ?? "Bind data first.");
  const plan = compileDocument(document, documentAnalysis);
  if (!plan.ok) return refuse(plan.error[0]?.message ?? "The model has mistakes.");

  const id = makeRunId(`run-${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 6)}`);
  const run: CurrentRun = {
    id,
    recorder: createRunRecorder(id),
    isPaused: false,
    isStopping: false,
    silentSeconds: 0,
    stoppingSeconds: 0,
  };
  // Taken before the host answers: a second press must not start a second run.
  current = run;
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
  runStore.getState().begin(info);
  watch(run);
  post({
    kind: "start",
    runId: id,
    plan: plan.value,
    data: document.data,
    config: document.training,
    host: { baseUrl: location.origin, token: readToken() },
    backend: "auto",
    observesLayers: observeStore.getState().isOn,
  });
  // Pressed while the run's folder was being made, before the worker knew of the run.
  if (run.isStopping) post({ kind: "stop", runId: id });
  else if (run.isPaused) post({ kind: "pause", runId: id });
  return ok(id);
}

export function pause(): void {
  if (!current || current.isStopping) return;
  current.isPaused = true;
  post({ kind: "pause", runId: current.id });
}

export function resume(): void {
  if (!current) return;
  current.isPaused = false;
  current.silentSeconds = 0;
  post({ kind: "resume", runId: current.id });
}

/** Ends the run after the step under way; its weights are kept. */
export function stop(): void {
  if (!current) return;
  current.isStopping = true;
  current.isPaused = false;
  current.silentSeconds = 0;
  post({ kind: "stop", runId: current.id });
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
    const config = document.training;
    // Names and places of nodes make no difference to kernels.
    const calls = plan.value.layers.map(({ call, inputs, outputShapes, sharedWith }) => [
      call,
      inputs,
      outputShapes,
      sharedWith,
    ]);
    const key = JSON.stringify([calls, config.batchSize, config.optimizer.name]);
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
    case "ready":
      deviceStore.setState({ device: { backend: message.backend, device: message.device } });
      if (current) current.silentSeconds = 0;
      return;
    case "files":
      if (message.runId === current?.id) current.recorder.recordFiles(message.files);
      return;
    case "event":
      receiveEvent(message.runId, message.event);
      return;
  }
}

/** The report of a stopped run comes after its end, when another may have begun. */
let ended: CurrentRun | null = null;

function receiveEvent(runId: RunId, event: RunEvent): void {
  const run = runId === current?.id ? current : runId === ended?.id ? ended : null;
  if (!run) return;
  run.silentSeconds = 0;
  run.recorder.recordEvent(event);
  if (event.kind !== "ended") return;
  ended = run;
  current = null;
}

function watch(run: CurrentRun): void {
  const timer = setInterval(() => {
    if (current !== run) {
      clearInterval(timer);
      return;
    }
    if (run.isPaused) return;
    run.silentSeconds++;
    if (run.isStopping) run.stoppingSeconds++;
    if (run.stoppingSeconds > maxStopSeconds) {
      replaceWorker("The run did not react to Stop and was ended.");
    } else if (run.silentSeconds > maxSilentSeconds) {
      replaceWorker(
        `The training did not answer for ${maxSilentSeconds} seconds and was ended. Use a smaller batch or a smaller model.`,
      );
    }
  }, 1000);
}

/** Ends a worker that hangs or crashed. The next command starts a fresh one. */
function replaceWorker(reason: string): void {
  worker?.terminate();
  worker = null;
  const run = current;
  if (!run) return;
  const state = runStore.getState().active?.state;
  receiveEvent(run.id, {
    kind: "ended",
    reason: "failed",
    message: reason,
    code: "internal",
    epochs: state?.epochs.at(-1)?.epoch ?? 0,
    metrics: state?.epochs.at(-1)?.metrics ?? {},
    elapsedMs: state?.latest?.elapsedMs ?? 0,
    hasWeights: false,
  });
}
