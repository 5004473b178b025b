import type * as tf from "@tensorflow/tfjs";
import type { Precision } from "../../training/config.ts";

/** Which samples a step trains on: `order[start … start + count)` of the epoch's order. */
export interface StepPlace {
  /** Both 1-based. */
  readonly epoch: number;
  readonly step: number;
  readonly start: number;
  readonly count: number;
  /** As the schedule says; absent: the optimizer's own. */
  readonly learningRate?: number;
}

/** What a step measured, in the order of `Objective.measure().sums`; the first is the batch's mean loss. */
export interface StepResult {
  readonly place: StepPlace;
  readonly sums: Float32Array;
  /** null where the loss is not scaled. */
  readonly scaling: StepScaling | null;
}

/** What became of a step in mixed precision. */
export interface StepScaling {
  /** What the gradient of its loss was multiplied by. */
  readonly scale: number;
  /** A gradient was not finite, so that no weight was changed. */
  readonly isSkipped: boolean;
}

/**
 * Does training steps on one device. Two ways behind one front: eager (any backend, anything tfjs can do) and recorded
 * (WebGPU: the first steps are run eagerly and recorded, later ones replayed with one submit each).
 */
export interface StepRunner {
  /** The samples in the order in which this epoch takes them. */
  beginEpoch(order: Uint32Array): void;
  /**
   * Hands a step to the device; resolves when there is room for the next one (at most two are under way).
   * Rejects with a `RunFault` when an earlier step failed.
   */
  run(place: StepPlace): Promise<void>;
  /** What has arrived since the last call, in order. Never waits. */
  takeResults(): readonly StepResult[];
  /** Waits until all steps handed over are done and their results can be taken. */
  settle(): Promise<void>;
  /** Everything that the optimizer keeps between steps, for a checkpoint: copies in plain memory. Call when settled. */
  readOptimizer(): Promise<OptimizerState>;
  writeOptimizer(state: OptimizerState): void;
  /** Steps done in the whole run. */
  readonly stepsDone: number;
  setStepsDone(count: number): void;
  /** For reports and tests: what the last steady step cost. */
  readonly counts: StepCounts;
  dispose(): void;
}

export interface OptimizerState {
  /** Updates done: Adam's powers and schedules follow from it. */
  readonly updates: number;
  /** By `<weight name>/<slot>`: `dense/kernel/m` … */
  readonly slots: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly values: Float32Array }
  >;
}

export interface StepCounts {
  readonly isRecorded: boolean;
  /** Why the step can't be recorded, for people; null where it is, or where nothing is recorded. */
  readonly reason: string | null;
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  readonly uploadBytes: number;
  /** How intermediates are stored. */
  readonly precision: Precision;
  /** Why they are not stored in 16 bits though that was asked for, for people. */
  readonly precisionReason: string | null;
  /** Memory that a step that is played takes, beside weights, the optimizer's state and data. */
  readonly intermediateBytes: number;
}

/** Names gradients and slots; the same order on every run. */
export interface TrainedVariable {
  readonly name: string;
  readonly variable: tf.Variable;
}
