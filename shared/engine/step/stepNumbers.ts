/**
 * What changes from one training step to the next, and nothing else does: so a recorded step can be played again with
 * other numbers. On WebGPU they lie in one small buffer that is written before each step (`stepTensor`); kernels that
 * need one bind that tensor. Elsewhere kernels read `currentStep()`.
 */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { bufferOf } from "../gpu/dispatch.ts";
import { flushCommands } from "../gpu/internals.ts";

export interface StepNumbers {
  /** Steps done before this one in the whole run, from 0. Seeds whatever is random in it. */
  readonly step: number;
  /** Root of the run's randomness. */
  readonly seed: number;
  /** Where the batch starts in the epoch's order of samples. */
  readonly batchStart: number;
  /** Row of the ring of measurements that this step writes. */
  readonly row: number;
  /** Of this step, as the schedule says. */
  readonly learningRate: number;
  /** Up to 16 numbers that the optimizer wants computed in double precision (Adam's bias corrections …). */
  readonly optimizer: readonly number[];
}

/** Places in the buffer of 64 words; the first four are u32, the rest f32. WGSL: `bitcast<u32>(step[0])`. */
export const stepLayout = {
  step: 0,
  seed: 1,
  batchStart: 2,
  row: 3,
  learningRate: 4,
  optimizer: 16,
  words: 64,
} as const;

let current: StepNumbers | null = null;
const tensors = new WeakMap<WebGPUBackend, tf.TensorInfo>();

/** The numbers of the step under way; null outside of one, as in validation and predictions. */
export function currentStep(): StepNumbers | null {
  return current;
}

/** Sets the numbers of the next step and, on WebGPU, writes them to the device: 256 bytes. */
export function setStep(numbers: StepNumbers | null): void {
  current = numbers;
  const backend = tf.backend();
  if (numbers === null || !(backend instanceof WebGPUBackend)) return;
  const words = new Float32Array(stepLayout.words);
  const whole = new Uint32Array(words.buffer);
  whole[stepLayout.step] = numbers.step;
  whole[stepLayout.seed] = numbers.seed;
  whole[stepLayout.batchStart] = numbers.batchStart;
  whole[stepLayout.row] = numbers.row;
  words[stepLayout.learningRate] = numbers.learningRate;
  words.set(numbers.optimizer, stepLayout.optimizer);
  // What is encoded but not submitted would read the new numbers.
  flushCommands(backend);
  backend.queue.writeBuffer(bufferOf(backend, stepTensor(backend)), 0, words);
}

/** The buffer of the step's numbers, float32 `[64]`; lives as long as the backend. */
export function stepTensor(backend: WebGPUBackend): tf.TensorInfo {
  const known = tensors.get(backend);
  if (known !== undefined) return known;
  const info = backend.makeTensorInfo([stepLayout.words], "float32");
  backend.uploadToGPU(info.dataId);
  tensors.set(backend, info);
  return info;
}
