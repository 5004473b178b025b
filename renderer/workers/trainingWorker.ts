import { assertNever } from "#shared/base/assertNever.ts";
import type { RunId } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import type { DataSource } from "#shared/datasets/binding.ts";
import { openDataset } from "#shared/datasets/openDataset.ts";
import {
  preparationFile,
  serializePreparation,
  type Preparation,
} from "#shared/datasets/preparation.ts";
import { createTrainingControl, type TrainingControl } from "#shared/engine/control.ts";
import { findLearningRate } from "#shared/engine/findLearningRate.ts";
import { renewWebgpu, selectBackend, type Backend } from "#shared/engine/selectBackend.ts";
import { findResumeMismatch, trainModel } from "#shared/engine/train.ts";
import { warmUpModel } from "#shared/engine/warmUp.ts";
import { checkpointFile, parseCheckpoint } from "#shared/training/checkpoint.ts";
import type { RunEvent, RunFailureCode } from "#shared/training/events.ts";
import { cautiousMs, createHeartbeat, opening, tickMs } from "#shared/training/heartbeat.ts";
import { judgeSearch, type SearchResult } from "#shared/training/learningRateSearch.ts";
import type { TrainingCommand, TrainingMessage } from "#shared/training/protocol.ts";
import { openFromHost } from "../host/fetchByteSource.ts";

/** The training worker: a thin shell around the engine. One run at a time; what comes meanwhile waits its turn. */
interface ActiveRun {
  readonly runId: RunId;
  readonly control: TrainingControl;
  readonly abort: AbortController;
}

let active: ActiveRun | null = null;
let search: { readonly id: string; readonly abort: AbortController } | null = null;
let queue: Promise<void> = Promise.resolve();

addEventListener("message", (message: MessageEvent<TrainingCommand>) => {
  const command = message.data;
  switch (command.kind) {
    case "start": {
      const run = {
        runId: command.runId,
        control: createTrainingControl(),
        abort: new AbortController(),
      };
      search?.abort.abort();
      // A run that is still writing its report gives way.
      active = run;
      enqueue(() => train(command, run));
      return;
    }
    case "findLearningRate": {
      search?.abort.abort();
      const started = { id: command.searchId, abort: new AbortController() };
      search = started;
      enqueue(() => findRate(command, started.abort.signal));
      return;
    }
    case "cancelSearch":
      if (search?.id === command.searchId) search.abort.abort();
      return;
    case "warmUp":
      enqueue(() => warmUp(command));
      return;
    case "pause":
      if (active?.runId === command.runId) active.control.pause();
      return;
    case "resume":
      if (active?.runId === command.runId) active.control.resume();
      return;
    case "checkpoint":
      if (active?.runId === command.runId) active.control.askForCheckpoint();
      return;
    case "stop":
      if (active?.runId !== command.runId) return;
      active.control.stop();
      active.abort.abort();
      return;
    default:
      assertNever(command);
  }
});

function enqueue(task: () => Promise<void>): void {
  // Tasks tell their own failures; anything else must not block the next one.
  queue = queue.then(task).catch((error: unknown) => {
    console.error("training worker:", error);
  });
}

async function warmUp(command: Extract<TrainingCommand, { kind: "warmUp" }>): Promise<void> {
  const backend = await selectBackend(command.backend);
  sendReady(backend);
  // Someone who has pressed Train meanwhile wants the real thing.
  if (command.model && active === null) {
    await warmUpModel(command.model.plan, command.model.config, backend);
  }
}

async function train(
  command: Extract<TrainingCommand, { kind: "start" }>,
  run: ActiveRun,
): Promise<void> {
  const { runId, plan, config } = command;
  const heartbeat = createHeartbeat(
    () => performance.now(),
    (pulse) => send({ kind: "pulse", runId, pulse }),
    command.restartReason === null ? undefined : cautiousMs,
  );
  heartbeat.begin(opening);
  const ticking = setInterval(heartbeat.tick, tickMs);
  // What ends before it goes on leaves a run as good as it was.
  let isUntouched = command.checkpoint !== null && command.restartReason === null;
  const tell = (event: RunEvent) => {
    if (isUntouched && event.kind === "ended") {
      send({ kind: "refused", runId, message: event.message });
      return;
    }
    isUntouched = false;
    send({ kind: "event", runId, event });
  };
  try {
    const [backend, dataset] = await Promise.all([
      selectBackend(command.backend),
      openDataset(command.data, {
        openSource: openFromHost(command.host, handleOf(command.data.source)),
        signal: run.abort.signal,
      }),
    ]);
    sendReady(backend);
    if (run.control.state === "stopping") {
      tell(endEarly("stopped", "Stopped before the first step."));
      return;
    }
    if (!dataset.ok) {
      tell(endEarly("failed", dataset.error.map((issue) => issue.message).join(" "), "data"));
      return;
    }
    const resume = command.checkpoint && parseCheckpoint(new Uint8Array(command.checkpoint));
    if (resume && !resume.ok) {
      tell(endEarly("failed", resume.error, "data"));
      return;
    }
    const mismatch =
      resume && findResumeMismatch({ plan, config, dataset: dataset.value }, resume.value);
    if (mismatch) {
      tell(endEarly("failed", `${mismatch} Start a new run instead.`, "data"));
      return;
    }
    sendPreparation(runId, dataset.value.preparation);
    await trainModel({
      runId,
      plan,
      dataset: dataset.value,
      config,
      backend,
      control: run.control,
      onEvent: tell,
      observe: command.observesLayers ? {} : null,
      resume: resume ? resume.value : null,
      async renewBackend() {
        const renewed = await awaitWebgpu(run.control);
        if (renewed) sendReady(renewed);
        return renewed;
      },
      onCheckpoint: ({ buffer }) =>
        send({ kind: "files", runId, files: [{ name: checkpointFile, bytes: buffer }] }, [buffer]),
      resumeReason: command.restartReason,
      onWork: heartbeat.begin,
      onStopping: () => send({ kind: "stopping", runId }),
      onHeld: ({ buffer }) => send({ kind: "held", runId, bytes: buffer }, [buffer]),
      onEpochWeights({ name, bytes: { buffer } }) {
        send({ kind: "files", runId, files: [{ name, bytes: buffer }] }, [buffer]);
      },
      onWeights(files) {
        const copies = files.map((file) => ({ name: file.name, bytes: file.bytes.buffer }));
        send({ kind: "files", runId, files: copies }, [
          ...new Set(copies.map((file) => file.bytes)),
        ]);
      },
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    tell(endEarly("failed", `Training could not start: ${text}`, "internal"));
  } finally {
    clearInterval(ticking);
    if (active === run) active = null;
  }
}

async function findRate(
  command: Extract<TrainingCommand, { kind: "findLearningRate" }>,
  signal: AbortSignal,
): Promise<void> {
  const { searchId, plan, config } = command;
  const end = (outcome: Result<SearchResult, string>) =>
    send({ kind: "searchEnded", searchId, outcome });
  try {
    if (signal.aborted) {
      end(ok(judgeSearch([], "cancelled")));
      return;
    }
    const [backend, dataset] = await Promise.all([
      selectBackend(command.backend),
      openDataset(command.data, {
        openSource: openFromHost(command.host, handleOf(command.data.source)),
        signal,
      }),
    ]);
    sendReady(backend);
    if (!dataset.ok) {
      end(err(dataset.error.map((issue) => issue.message).join(" ")));
      return;
    }
    end(
      await findLearningRate({
        plan,
        dataset: dataset.value,
        config,
        backend,
        isCancelled: () => signal.aborted,
        onPoints: (points) => send({ kind: "searchPoints", searchId, points }),
      }),
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    end(err(`The search for a learning rate could not start: ${text}`));
  } finally {
    if (search?.id === searchId) search = null;
  }
}

/** A GPU process that was killed takes a moment to come back. */
const renewForMs = 8000;

/** A new WebGPU device in place of a lost one; null where none comes back in time. */
async function awaitWebgpu(control: TrainingControl): Promise<Backend | null> {
  const deadlineMs = performance.now() + renewForMs;
  while (performance.now() < deadlineMs && control.state !== "stopping") {
    const backend = await renewWebgpu();
    if (backend) return backend;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return null;
}

function sendReady({ name, device, maxTensorBytes, hasHalf }: Backend): void {
  send({ kind: "ready", backend: name, device, maxTensorBytes, hasHalf });
}

/** Kept from the start, so that also weights of a run that fails later can be used. */
function sendPreparation(runId: RunId, preparation: Preparation): void {
  const bytes = new TextEncoder().encode(serializePreparation(preparation)).buffer;
  send({ kind: "files", runId, files: [{ name: preparationFile, bytes }] }, [bytes]);
}

function handleOf(source: DataSource) {
  return source.kind === "generated" ? null : source.handle;
}

/** The end of a run that never came to its first step. */
function endEarly(
  reason: "stopped" | "failed",
  message: string,
  code?: RunFailureCode,
): Extract<RunEvent, { kind: "ended" }> {
  return {
    kind: "ended",
    reason,
    message,
    ...(code === undefined ? {} : { code }),
    epochs: 0,
    metrics: {},
    elapsedMs: 0,
    hasWeights: false,
  };
}

function send(message: TrainingMessage, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}
