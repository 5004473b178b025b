/**
 * Dynamic loss scaling, so that small gradients are not lost where a step keeps numbers in 16 bits: the gradient of the
 * loss is multiplied by a scale, the optimizer divides by it again in 32 bits. Where a gradient isn't finite, the update
 * is skipped and the scale halved; after many finite ones in a row it is doubled. As Keras 3's `LossScaleOptimizer`
 * (https://keras.io/api/optimizers/loss_scale_optimizer), whose defaults these are; Micikevicius 2018.
 *
 * Which steps are skipped only the device knows, so the whole state lies there, and with it what counts only updates
 * that were made: batches of an accumulation and Adam's powers. As in Keras, a skipped batch takes no part in either.
 * Unlike Keras, schedules count skipped steps too, since the host computes them, and the scale ends at 1 as in Keras 2:
 * below, scaling would lose small gradients instead of saving them.
 */
import type * as tf from "@tensorflow/tfjs";
import type { OptimizerConfig } from "../../training/config.ts";
import { createCounting, type Counting } from "./counting.ts";

export interface LossScaling {
  /** The scale of the step under way, which the gradient of the loss is multiplied by; call inside a tidy. */
  makeTensor(): tf.Scalar;
  /** After the update: see `scalingLayout`. On WebGPU it is not read back, but noted with the step's measurements. */
  readonly state: ScalingState;
}

export type ScalingState =
  | { readonly at: "device"; readonly tensor: tf.TensorInfo }
  | { readonly at: "host"; readonly values: Float32Array };

export interface ScalingOptions {
  readonly initialScale: number;
  /** Finite steps in a row after which the scale is doubled. */
  readonly growthSteps: number;
}

export const defaultScaling: ScalingOptions = { initialScale: 2 ** 15, growthSteps: 2000 };

/** All scales are powers of two between these, so that scaling and unscaling are exact. */
export const lowestScale = 1;
const highestScale = 2 ** 100;

/** Places in the state of 16 floats; it is kept in checkpoints as it is. */
export const scalingLayout = {
  /** Of the next step, and one divided by it. */
  scale: 0,
  inverse: 1,
  /** Of the step just done: its scale, one divided by it, and whether its gradients were used (1) or skipped (0). */
  used: 2,
  unscale: 3,
  isApplied: 4,
  /** Of the step just done: whether it ended a group of accumulated batches, and so changed weights. */
  isUpdate: 5,
  /** Finite steps since the scale last changed. */
  growth: 6,
  /** Batches accumulated since the last update. */
  batches: 7,
  /** The optimizer's numbers of the last update, and what the next ones follow from. */
  numbers: 8,
  kept: 12,
  words: 16,
} as const;

/** What the state is called among the slots of a checkpoint; slots of variables have a slash in their names. */
export const scalingSlot = "lossScaling";

export interface ScalingRule {
  readonly growthSteps: number;
  readonly accumulation: number;
  readonly counting: Counting;
}

export function makeScalingRule(
  config: { readonly optimizer: OptimizerConfig; readonly accumulation: number },
  { growthSteps }: ScalingOptions,
): ScalingRule {
  const { optimizer, accumulation } = config;
  return { growthSteps, accumulation, counting: createCounting(optimizer) };
}

export function startScaling({ counting }: ScalingRule, { initialScale }: ScalingOptions) {
  const state = new Float32Array(scalingLayout.words);
  state[scalingLayout.scale] = initialScale;
  state[scalingLayout.inverse] = 1 / initialScale;
  state.set(counting.initial, scalingLayout.kept);
  return state;
}

/** Changes the state by one step, as `writeScalingShader` does. */
export function advanceScaling(
  state: Float32Array,
  { growthSteps, accumulation, counting }: ScalingRule,
  isFinite: boolean,
): void {
  const at = scalingLayout;
  const get = (place: number) => state[place] ?? 0;
  const scale = get(at.scale);
  const inverse = get(at.inverse);
  state[at.used] = scale;
  state[at.unscale] = inverse;
  state[at.isApplied] = isFinite ? 1 : 0;
  state[at.isUpdate] = 0;
  if (!isFinite) {
    state[at.growth] = 0;
    if (scale > lowestScale) {
      state[at.scale] = scale * 0.5;
      state[at.inverse] = inverse * 2;
    }
    return;
  }
  state[at.growth] = get(at.growth) + 1;
  if (get(at.growth) >= growthSteps) {
    state[at.growth] = 0;
    if (scale < highestScale) {
      state[at.scale] = scale * 2;
      state[at.inverse] = inverse * 0.5;
    }
  }
  state[at.batches] = get(at.batches) + 1;
  if (get(at.batches) < accumulation) return;
  state[at.batches] = 0;
  state[at.isUpdate] = 1;
  const kept = state.subarray(at.kept, at.kept + counting.initial.length);
  const next = counting.advance([...kept]);
  state.set(next.kept, at.kept);
  state.set(next.numbers, at.numbers);
}

/** Statements that change `state` by one step; over `isFinite`, `growthSteps` and `accumulation` (f32) and the constants. */
export function writeScalingShader({ counting }: ScalingRule): string {
  const at = scalingLayout;
  const kept = counting.initial.map((_value, index) => `state[${at.kept + index}]`);
  const load = kept.map((place, index) => `var kept${index} = ${place};`);
  const store = kept.map((place, index) => `${place} = kept${index};`);
  const numbers = Array.from(
    { length: counting.numberCount },
    (_, index) => `state[${at.numbers + index}] = number${index};`,
  );
  return `state[${at.used}] = state[${at.scale}];
    state[${at.unscale}] = state[${at.inverse}];
    state[${at.isApplied}] = select(0.0, 1.0, isFinite);
    state[${at.isUpdate}] = 0.0;
    if (!isFinite) {
      state[${at.growth}] = 0.0;
      if (state[${at.scale}] > f32(${lowestScale})) {
        state[${at.scale}] *= 0.5;
        state[${at.inverse}] *= 2.0;
      }
      return;
    }
    state[${at.growth}] += 1.0;
    if (state[${at.growth}] >= growthSteps) {
      state[${at.growth}] = 0.0;
      if (state[${at.scale}] < f32(${highestScale})) {
        state[${at.scale}] *= 2.0;
        state[${at.inverse}] *= 0.5;
      }
    }
    state[${at.batches}] += 1.0;
    if (state[${at.batches}] < accumulation) { return; }
    state[${at.batches}] = 0.0;
    state[${at.isUpdate}] = 1.0;
    ${[...load, counting.wgsl, ...store, ...numbers].join("\n    ")}`;
}
