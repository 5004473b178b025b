/** Between a run in the engine and its checkpoint in plain memory. */
import type { JsonValue } from "../base/json.ts";
import type { Checkpoint, RunFingerprint, TallyState } from "../training/checkpoint.ts";
import type { Metrics } from "../training/events.ts";
import type { NamedTensor } from "../training/tensorFile.ts";
import { RunFault, type FaultWatch } from "./faults.ts";
import { readLayerStates } from "./layerStates.ts";
import { saveModelFiles } from "./modelFiles.ts";
import type { Session } from "./session.ts";
import { writeWeights, type Snapshot } from "./snapshots.ts";
import type { StepRunner } from "./step/stepRunner.ts";
import type { Stopping } from "./stopping.ts";

/** Where a run is between two steps. */
export interface RunPosition {
  readonly epochsDone: number;
  /** Steps done in the epoch after those. */
  readonly step: number;
  /** Of the last completed epoch. */
  readonly metrics: Metrics;
  readonly tally: TallyState;
}

export interface CheckpointContext {
  readonly session: Session;
  readonly epochs: number;
  /** Samples of a step. */
  readonly batchSize: number;
  readonly fingerprint: RunFingerprint;
  readonly runner: StepRunner;
  readonly stopping: Stopping;
  readonly faults: FaultWatch;
  /** Of the learning rate's schedule. */
  readonly readSchedule: () => JsonValue;
  readonly elapsedMs: () => number;
}

/** Copies everything to plain memory. Call when settled; `snapshot` are the weights of this moment. */
export async function takeCheckpoint(
  context: CheckpointContext,
  position: RunPosition,
  snapshot: Snapshot,
): Promise<Checkpoint> {
  const { session, runner, stopping, faults } = context;
  const [optimizer, states] = await faults.guard(
    Promise.all([runner.readOptimizer(), readLayerStates(session.model)]),
  );
  const best = stopping.best();
  return {
    ...position,
    fingerprint: context.fingerprint,
    epochs: context.epochs,
    batchSize: context.batchSize,
    stepsDone: runner.stepsDone,
    elapsedMs: context.elapsedMs(),
    stopping: stopping.read(),
    schedule: context.readSchedule(),
    weights: nameWeights(session, snapshot),
    best: best && { epochs: best.epochs, metrics: best.metrics, weights: best.snapshot },
    optimizer: {
      updates: optimizer.updates,
      slots: [...optimizer.slots].map(([name, slot]) => ({ name, ...slot })),
    },
    states,
    modelText: describeModel(session, snapshot),
  };
}

/** Puts model, optimizer and stopping rule where they were. Throws a `RunFault` where the checkpoint does not fit. */
export function restoreCheckpoint(
  { session, runner, stopping }: Pick<CheckpointContext, "session" | "runner" | "stopping">,
  checkpoint: Checkpoint,
): void {
  restoreModel(session, checkpoint);
  const { best, optimizer } = checkpoint;
  stopping.write(
    checkpoint.stopping,
    best && { epochs: best.epochs, metrics: best.metrics, snapshot: best.weights },
  );
  runner.setStepsDone(checkpoint.stepsDone);
  runner.writeOptimizer({
    updates: optimizer.updates,
    slots: new Map(
      optimizer.slots.map(({ name, shape, values }) => [
        name,
        { shape, values: Float32Array.from(values) },
      ]),
    ),
  });
}

/** The weights alone. */
function restoreModel({ model }: Session, { weights }: Checkpoint): void {
  const fits =
    weights.length === model.weights.length &&
    weights.every(
      ({ shape }, index) => shape.join() === (model.weights[index]?.shape ?? []).join(),
    );
  if (!fits) {
    throw new RunFault("data", "The checkpoint's weights are of other sizes than this network's.");
  }
  writeWeights(
    model,
    weights.map(({ values }) => Float32Array.from(values)),
  );
}

function nameWeights({ model }: Session, snapshot: Snapshot): readonly NamedTensor[] {
  return model.weights.map((weight, index) => ({
    // Names alone need not be unique.
    name: `${index}/${weight.originalName}`,
    shape: weight.shape.map((size) => size ?? 1),
    values: snapshot[index] ?? new Float32Array(0),
  }));
}

/** A model's layers don't change while it is trained. */
const texts = new WeakMap<Session, string>();

function describeModel(session: Session, snapshot: Snapshot): string {
  const known = texts.get(session);
  if (known !== undefined) return known;
  const [file] = saveModelFiles(session.model, snapshot);
  const text = new TextDecoder().decode(file?.bytes);
  texts.set(session, text);
  return text;
}
