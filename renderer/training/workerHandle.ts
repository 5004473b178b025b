import type { TrainingCommand, TrainingMessage } from "#shared/training/protocol.ts";

/** The one training worker, started when it is first needed, and replaced by the next command after it was ended. */
let worker: Worker | null = null;

export interface WorkerListener {
  onMessage?(message: TrainingMessage, from: Worker): void;
  onCrash?(crashed: Worker, reason: string): void;
  /** The worker was ended, and what it had compiled is gone. */
  onEnded?(): void;
  /** Whether it is to be left alone with what it does, so that another one has to take over. */
  isStuck?(asked: Worker): boolean;
}

const listeners = new Set<WorkerListener>();

/** Returns the way to stop listening. */
export function listenToWorkers(listener: WorkerListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Returns the worker that it went to. */
export function postToWorker(command: TrainingCommand): Worker {
  const asked = worker;
  if (asked !== null && [...listeners].some((listener) => listener.isStuck?.(asked))) worker = null;
  worker ??= startWorker();
  worker.postMessage(command);
  return worker;
}

/** Whether commands go to this one, and not to one that has taken over from it. */
export function isInUse(asked: Worker): boolean {
  return asked === worker;
}

export function endWorker(ended: Worker): void {
  ended.terminate();
  if (ended !== worker) return;
  worker = null;
  for (const listener of listeners) listener.onEnded?.();
}

function startWorker(): Worker {
  const started = new Worker(new URL("../workers/trainingWorker.ts", import.meta.url), {
    type: "module",
    name: "training",
  });
  started.addEventListener("message", ({ data }: MessageEvent<TrainingMessage>) => {
    for (const listener of listeners) listener.onMessage?.(data, started);
  });
  started.addEventListener("error", (event) => {
    event.preventDefault();
    for (const listener of listeners) listener.onCrash?.(started, event.message);
  });
  return started;
}
