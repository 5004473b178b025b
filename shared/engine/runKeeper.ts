import { serializeCheckpoint, type Checkpoint } from "../training/checkpoint.ts";
import type { CheckpointConfig } from "../training/config.ts";
import type { Metrics, RunEvent } from "../training/events.ts";
import { takeCheckpoint, type CheckpointContext, type RunPosition } from "./checkpoints.ts";
import type { TrainingControl } from "./control.ts";
import { isSnapshotFinite, readWeights, type Snapshot } from "./snapshots.ts";

/** What becomes of checkpoints. All are told in order. */
export interface CheckpointSinks {
  /**
   * For the run's folder. The run goes on while it is written; it waits only before the next checkpoint, and where an
   * interval is a number of steps: then not more than that may be lost, however quick steps are.
   */
  onCheckpoint?(bytes: Uint8Array<ArrayBuffer>, place: KeptPlace): Promise<void> | void;
  /** Where steps are long: what is lost when the worker has to be ended in mid-step. Not for the folder. */
  onHeld?(bytes: Uint8Array<ArrayBuffer>, place: KeptPlace): void;
  /** Stop has taken effect: no step is done any more, only saving is left. */
  onStopping?(): void;
  /** Something begins that may take long without a word: see `heartbeat.ts`. Told before every step. */
  onWork?(work: string): void;
}

/** Where a run was at a checkpoint. */
export interface KeptPlace {
  /** Epochs completed. */
  readonly epochs: number;
  /** Steps done in the epoch after those. */
  readonly step: number;
  readonly elapsedMs: number;
  /** Of the last completed epoch. */
  readonly metrics: Metrics;
}

export function placeOf({ epochsDone, step, elapsedMs, metrics }: Checkpoint): KeptPlace {
  return { epochs: epochsDone, step, elapsedMs, metrics };
}

export interface KeeperContext extends CheckpointContext {
  readonly control: TrainingControl;
  readonly checkpoints: CheckpointConfig;
  readonly sinks: CheckpointSinks;
  /** Steps that the run had done at the checkpoint that it goes on from. */
  readonly keptSteps: number;
  onEvent(event: RunEvent): void;
  /** The newest one in plain memory: outlives the device. */
  onKept(checkpoint: Checkpoint): void;
  /** Throws for weights that are not finite. */
  refuse(position: RunPosition): never;
}

/** Decides when a run is kept, so that keeping costs little, and does it. */
export interface RunKeeper {
  /** Asked at every step. */
  isDue(): boolean;
  /** Call when settled. `due`: where `isDue` said so; `write`: into the folder; `memory`: only `onKept`. */
  keep(position: RunPosition, purpose: KeepPurpose): Promise<void>;
  /** Checks an epoch's last weights, and hands them out. */
  readFiniteWeights(position: RunPosition): Promise<Snapshot>;
  keepEpoch(position: RunPosition, snapshot: Snapshot): Promise<void>;
}

export type KeepPurpose = "due" | "write" | "memory";

/** In plain memory at least this often. */
const holdIntervalMs = 15_000;
/** Into the folder at the end of an epoch, however short epochs are, not more often than this. */
const epochIntervalMs = 10_000;
/** A run that crashes early should be resumable, too. */
const firstAfterMs = 1000;
/** A worker in a step of this length can't hear Stop soon enough. */
const slowStepMs = 250;
/** Keeping may take a twentieth of the time. */
const costFactor = 20;
/** More would hardly fit into memory a second time. */
const maxBytes = 2 ** 31;

export function createRunKeeper(context: KeeperContext): RunKeeper {
  const { session, runner, control, checkpoints, sinks, faults, elapsedMs } = context;
  const startMs = elapsedMs();
  const held = { atMs: startMs, costMs: 0 };
  const written = { atMs: startMs, steps: context.keptSteps, costMs: 0, isFirst: true };
  let lastStepMs = startMs;
  let isRequested = false;
  let writing: Promise<void> = Promise.resolve();

  const isTooLarge =
    4 * 3 * session.model.weights.reduce((total, { shape }) => total + product(shape), 0) >
    maxBytes;

  function isTimeToWrite(): boolean {
    if (isRequested) return true;
    const passedMs = elapsedMs() - written.atMs;
    const { everyMinutes, everySteps } = checkpoints;
    if (everySteps !== null && runner.stepsDone - written.steps >= everySteps) return true;
    if (everyMinutes === null) return false;
    if (written.isFirst && passedMs >= firstAfterMs) return true;
    return passedMs >= everyMinutes * 60_000;
  }

  function isTimeToHold(): boolean {
    const now = elapsedMs();
    const stepMs = now - lastStepMs;
    const passedMs = now - held.atMs;
    lastStepMs = now;
    if (passedMs < costFactor * held.costMs) return false;
    return passedMs >= holdIntervalMs || (stepMs >= slowStepMs && sinks.onHeld !== undefined);
  }

  async function keepSnapshot(
    position: RunPosition,
    snapshot: Snapshot,
    { startedMs, purpose }: { readonly startedMs: number; readonly purpose: KeepPurpose },
  ): Promise<void> {
    const checkpoint = await takeCheckpoint(context, position, snapshot);
    context.onKept(checkpoint);
    const isForFolder = purpose === "write" || (purpose === "due" && isTimeToWrite());
    if (isForFolder && sinks.onCheckpoint) {
      await writing;
      // Whoever writes tells what goes wrong; a full disk must not cost the training.
      writing = Promise.resolve(
        sinks.onCheckpoint(serializeCheckpoint(checkpoint), placeOf(checkpoint)),
      ).catch(() => {});
      if (checkpoints.everySteps !== null) await writing;
      context.onEvent({
        kind: "checkpoint",
        epochs: position.epochsDone,
        step: position.step,
        elapsedMs: checkpoint.elapsedMs,
      });
      const atMs = elapsedMs();
      Object.assign(written, { atMs, steps: runner.stepsDone, isFirst: false });
      written.costMs = atMs - startedMs;
      isRequested = false;
    } else if (purpose === "due") {
      sinks.onHeld?.(serializeCheckpoint(checkpoint), placeOf(checkpoint));
    }
    held.atMs = lastStepMs = elapsedMs();
    held.costMs = held.atMs - startedMs;
  }

  async function readFiniteWeights(position: RunPosition): Promise<Snapshot> {
    const snapshot = await faults.guard(readWeights(session.model));
    if (!isSnapshotFinite(snapshot)) context.refuse(position);
    return snapshot;
  }

  return {
    isDue() {
      if (control.takeCheckpointRequest()) isRequested = true;
      if (isTooLarge) return false;
      // Both are asked: the second one also measures the step.
      const isHoldDue = isTimeToHold();
      return isTimeToWrite() || isHoldDue;
    },
    readFiniteWeights,
    async keep(position, purpose) {
      if (isTooLarge) return;
      sinks.onWork?.("keeping");
      const startedMs = elapsedMs();
      await keepSnapshot(position, await readFiniteWeights(position), { startedMs, purpose });
    },
    async keepEpoch(position, snapshot) {
      if (isTooLarge) return;
      const startedMs = elapsedMs();
      const isCheap =
        startedMs - written.atMs >= Math.max(epochIntervalMs, costFactor * written.costMs);
      const isForFolder = isTimeToWrite() || (isCheap && checkpoints.everyMinutes !== null);
      if (!isForFolder && startedMs - held.atMs < costFactor * held.costMs) return;
      const purpose = isForFolder ? "write" : "memory";
      await keepSnapshot(position, snapshot, { startedMs, purpose });
    },
  };
}

function product(shape: readonly (number | null)[]): number {
  return shape.reduce<number>((total, size) => total * (size ?? 1), 1);
}
