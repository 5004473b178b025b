/**
 * Loss scaling on the processor, where its state lies in plain memory. Nobody trains like this, since the processor has no
 * 16 bits: it is what the kernels are compared with, and what is compared with Keras.
 */
import * as tf from "@tensorflow/tfjs";
import type { UpdaterConfig } from "./createUpdater.ts";
import {
  advanceScaling,
  defaultScaling,
  type LossScaling,
  makeScalingRule,
  scalingLayout,
  type ScalingOptions,
  startScaling,
} from "./lossScaling.ts";

export interface HostScaling extends LossScaling {
  readonly state: { readonly at: "host"; readonly values: Float32Array };
  /** Changes the state by one step, and says what the update must do. */
  advance(gradients: readonly tf.Tensor[]): {
    readonly isApplied: boolean;
    readonly isUpdate: boolean;
    readonly unscale: number;
    /** See `OptimizerRule.numbers`. */
    readonly numbers: readonly number[];
  };
}

export function createHostScaling(
  config: UpdaterConfig,
  options: ScalingOptions = defaultScaling,
): HostScaling {
  // Gradients are read at once, which must never happen on a GPU.
  if (tf.getBackend() !== "cpu") {
    throw new Error("Mixed precision needs WebGPU. Train in 32 bits on this backend.");
  }
  const rule = makeScalingRule(config, options);
  const values = startScaling(rule, options);
  return {
    state: { at: "host", values },
    makeTensor: () => tf.scalar(values[scalingLayout.scale] ?? 1),
    advance(gradients) {
      const isFinite = gradients.every((gradient) => gradient.dataSync().every(Number.isFinite));
      advanceScaling(values, rule, isFinite);
      const { numbers, isApplied, isUpdate, unscale } = scalingLayout;
      return {
        isApplied: values[isApplied] === 1,
        isUpdate: values[isUpdate] === 1,
        unscale: values[unscale] ?? 1,
        numbers: [...values.subarray(numbers, numbers + rule.counting.numberCount)],
      };
    },
  };
}
