import type { RunId } from "#shared/base/ids.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import { host } from "../host/hostClient.ts";
import { runStore } from "../state/runStore.ts";
import { showToast } from "../ui/toastStore.ts";

export interface RunFile {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** Takes what a run says in order: into its folder at the host first, then into the store that charts read. */
export interface RunRecorder {
  recordEvent(event: RunEvent): void;
  recordFiles(files: readonly RunFile[]): void;
  /** Resolves when everything told so far is written, or was refused. */
  settle(): Promise<void>;
}

type Item =
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "files"; readonly files: readonly RunFile[] };

export function createRunRecorder(runId: RunId): RunRecorder {
  const items: Item[] = [];
  let isWriting = false;
  let writing: Promise<void> = Promise.resolve();
  let hasWarned = false;

  /** The run itself goes on: a full disk must not cost the training. */
  const warn = (message: string) => {
    if (hasWarned) return;
    hasWarned = true;
    showToast({ tone: "warning", message: `The run can't be recorded: ${message}` });
  };
  const add = (item: Item) => {
    items.push(item);
    if (!isWriting) writing = write();
  };

  async function write(): Promise<void> {
    isWriting = true;
    try {
      for (let first = items[0]; first; first = items[0]) {
        if (first.kind === "files") {
          items.shift();
          await writeFiles(first.files);
        } else {
          await writeEvents(takeEvents(items));
        }
      }
    } finally {
      isWriting = false;
    }
  }

  async function writeFiles(files: readonly RunFile[]): Promise<void> {
    for (const file of files) {
      const written = await host.putRunFile(runId, file.name, file.bytes);
      if (!written.ok) warn(written.error.message);
    }
  }

  async function writeEvents(events: readonly RunEvent[]): Promise<void> {
    const appended = await host.appendRunEvents(runId, events);
    if (!appended.ok) warn(appended.error.message);
    for (const event of events) {
      const change = describeChange(event);
      // Told before the event, so that whoever sees the run end finds its record complete.
      if (change) {
        const changed = await host.changeRun(runId, change);
        if (!changed.ok) warn(changed.error.message);
        runStore.getState().changeRun(runId, change);
      }
      runStore.getState().receive(runId, event);
    }
  }

  return {
    recordEvent: (event) => add({ kind: "event", event }),
    recordFiles(files) {
      // A newer version of files that still wait takes their place: checkpoints come again and again, and are large.
      const names = files.map(({ name }) => name).join();
      const last = items.at(-1);
      const isSame = last?.kind === "files" && last.files.map(({ name }) => name).join() === names;
      if (isSame) items.pop();
      add({ kind: "files", files });
    },
    settle: () => writing,
  };
}

/** Events at the head of the queue, at most as many as the host takes at once. */
function takeEvents(items: Item[]): readonly RunEvent[] {
  const events: RunEvent[] = [];
  for (let item = items[0]; item?.kind === "event" && events.length < 1000; item = items[0]) {
    events.push(item.event);
    items.shift();
  }
  return events;
}

/** What an event changes of the run's entry in lists. */
function describeChange(event: RunEvent): Partial<RunInfo> | null {
  switch (event.kind) {
    case "started":
      return { backend: event.backend };
    case "epoch":
      return { epochs: event.epoch, metrics: { ...event.metrics } };
    case "ended":
      return {
        status: event.reason,
        message: event.message,
        epochs: event.epochs,
        metrics: { ...event.metrics },
      };
    case "checkpoint":
      return {
        checkpoint: { epochs: event.epochs, step: event.step, elapsedMs: event.elapsedMs },
      };
    case "recovered":
      return {
        status: "running",
        message: "",
        backend: event.backend,
        epochs: event.from.epochs,
      };
    case "step":
    case "paused":
    case "resumed":
    case "observed":
    case "report":
      return null;
  }
}
