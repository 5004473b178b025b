import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TrainingConfig } from "../../training/config.ts";
import type { OptimizerState, TrainedVariable } from "../step/stepRunner.ts";
import type { LossScaling, ScalingOptions } from "./lossScaling.ts";
import { createGpuUpdater } from "./gpuUpdater.ts";
import { createPortableUpdater } from "./portableUpdater.ts";

/** What an updater must know of the configuration; all of it is fixed for a run. */
export type UpdaterConfig = Pick<TrainingConfig, "optimizer" | "clipping" | "accumulation"> &
  // Without it: 32 bits.
  Partial<Pick<TrainingConfig, "precision">>;

/**
 * Changes variables by their gradients, as Keras 3 does: accumulate, clip, decay the weights, update
 * (`BaseOptimizer._backend_apply_gradients`). Its whole state is its slots and the number of steps done, so that a run
 * that goes on from a checkpoint takes the same steps bit for bit.
 */
export interface Updater {
  /** In mixed precision: what the loss's gradient must be multiplied by, which `apply` takes back; null: nothing. */
  readonly scaling: LossScaling | null;
  /**
   * What `StepNumbers.optimizer` must hold in the step behind `stepsDone` batches of the whole run; computed in double
   * precision. Where gradients are accumulated, Adam's powers count updates; schedules count batches, as in Keras.
   * A group of batches that an epoch's end cuts goes on in the next epoch. In mixed precision the device counts itself.
   */
  numbers(stepsDone: number): readonly number[];
  /**
   * Updates the variables from the gradients, by their names; those without one stay as they are. Reads the learning
   * rate and `numbers` from the step under way (`setStep`), on WebGPU from its buffer, so that the kernels can be
   * recorded and replayed. On WebGPU variables change in place: their buffers stay the same.
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>): void;
  /** Copies in plain memory. */
  readSlots(): Promise<OptimizerState["slots"]>;
  /** Throws where the slots are not this optimizer's for these variables. */
  writeSlots(slots: OptimizerState["slots"]): void;
  dispose(): void;
}

export function createUpdater(
  config: UpdaterConfig,
  variables: readonly TrainedVariable[],
  /** In mixed precision; tests have shorter runs than people. */
  options: { readonly scaling?: ScalingOptions } = {},
): Updater {
  const names = new Set(variables.map(({ name }) => name));
  if (names.size < variables.length) throw new Error("Two trained variables have the same name.");
  const backend = tf.backend();
  return backend instanceof WebGPUBackend
    ? createGpuUpdater(config, variables, { ...options, backend })
    : createPortableUpdater(config, variables, options);
}
