import type { WorkloadId } from "../../../shared/engine/step/workloads.testkit.ts";

/** What one fresh process is asked to do. */
export interface Order {
  readonly contender: ContenderName;
  readonly workload: WorkloadId;
  readonly batchSize: number;
  /** Where WebGPU comes from: a GPU's driver or a software adapter, Dawn's null device, or the page's own. */
  readonly device: "vulkan" | "null" | "page";
  /** Steps whose losses are told, from the same weights on the same batches; 0 for none. */
  readonly lossSteps: number;
  readonly windows: number;
  /** At least this long a window, in milliseconds, and at least two steps where the time allows. */
  readonly windowMs: number;
  /** What losses and windows together should take: windows get shorter, down to a step, never fewer. */
  readonly budgetMs: number;
}

/** `cpu` is tfjs on its JavaScript backend: a referee of losses where stock WebGPU must be judged itself; not timed. */
export type ContenderName = "ours" | "stockFit" | "stockLoop" | "jax" | "cpu";

/** A network in some library's hands, with its weights and batches on the device. */
export interface Contender {
  /** Trains so many steps, going round through the batches, and waits for the device to have done them. */
  train(steps: number): Promise<void>;
  /** Trains so many steps and gives every batch's loss. */
  trainWithLosses(steps: number): Promise<readonly number[]>;
}

/** Batches that lie ready; steps go round through them in order. */
export const batchCount = 4;

export interface Outcome {
  readonly losses: readonly number[];
  /** Milliseconds a step, one figure a window. */
  readonly stepMs: readonly number[];
  /** Processor time a step of all threads, one figure a window; empty where the runtime does not tell. */
  readonly cpuMs: readonly number[];
  /** Of one steady step, as seen by WebGPU; null where it can't be seen. */
  readonly counts: Counts | null;
}

export interface Counts {
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  readonly uploadBytes: number;
}
