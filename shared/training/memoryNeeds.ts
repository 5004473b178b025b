import type { DatasetSummary } from "../datasets/dataset.ts";
import { countValues } from "../layers/shape.ts";
import { effectiveBatchSize, type TrainingConfig } from "./config.ts";
import { countSlots } from "./countSlots.ts";

/** What training holds on the device, in bytes: the one estimate behind every number of this kind. */
export interface MemoryNeeds {
  readonly weights: number;
  readonly gradients: number;
  /** What the optimizer keeps for each weight, and the sums of accumulated gradients. */
  readonly optimizer: number;
  /** Every layer's output for the batch, which the way back needs. */
  readonly activations: number;
  /** Gradients of those, what kernels put aside, the same again for a last, smaller batch, and validation. */
  readonly workspace: number;
  /** The training part, where it is kept on the device. */
  readonly data: number;
  readonly total: number;
}

/** What layers cost in a step; sums over layers add up. */
export interface StepCosts {
  readonly paramCount: number;
  readonly trainableCount: number;
  /** Of the outputs of one sample; null while a size is unknown. */
  readonly activationBytes: number | null;
  /** Of all that a step holds of one sample, those outputs included; see `stepValues.ts`. */
  readonly stepBytes: number | null;
}

/** What of the training settings a step's memory hangs on. */
export interface StepSize {
  /** Samples of a step; null: all there are, and nobody knows yet how many. */
  readonly batchSize: number | null;
  /** Samples of an epoch's last batch, where that is smaller: it is recorded by itself. */
  readonly lastBatch: number;
  /** Samples at a time in validation; 0 where there is none, or nobody knows. */
  readonly validationBatch: number;
  /** Numbers kept for each trained weight beside its gradient. */
  readonly slots: number;
}

export type MemoryConfig = Pick<
  TrainingConfig,
  "optimizer" | "accumulation" | "batching" | "batchSize"
>;

/** `sampleCount`: of the training part; null where the data isn't open. `fixedBatch`: what the Inputs say. */
export function readStepSize(
  config: MemoryConfig,
  sampleCount: number | null,
  fixedBatch: number | null = null,
): StepSize {
  const slots = countSlots(config);
  if (fixedBatch !== null)
    return { batchSize: fixedBatch, lastBatch: 0, validationBatch: 0, slots };
  if (sampleCount === null && config.batching === "full-batch")
    return { batchSize: null, lastBatch: 0, validationBatch: 0, slots };
  const batchSize = effectiveBatchSize(config, sampleCount ?? config.batchSize);
  return { batchSize, lastBatch: (sampleCount ?? 0) % batchSize, validationBatch: 0, slots };
}

/** What validation beside such steps takes at a time; its buffers are kept from one epoch to the next. */
export function addValidation(
  step: StepSize,
  { stepBytes }: Pick<StepCosts, "stepBytes">,
  validationCount: number,
): StepSize {
  const { batchSize } = step;
  if (batchSize === null || stepBytes === null) return step;
  const validationBatch = Math.min(validationCount, chooseInferenceBatch(stepBytes, batchSize));
  return { ...step, validationBatch };
}

/** Without gradients there is less to keep, so bigger batches are quicker and no less exact: where layers are small. */
const inferenceBytes = 64 * 1024 * 1024;

/**
 * Samples at once for validation, at least as many as a training step takes. More only while all layers together stay
 * small: a batch that was made small to fit the device must not be too big here.
 */
export function chooseInferenceBatch(stepBytes: number, batchSize: number): number {
  const most = Math.floor(inferenceBytes / Math.max(1, stepBytes));
  return Math.max(batchSize, Math.min(128, most));
}

/** Of what a training step holds for a sample, what a pass without gradients takes: measured, 0.3 to 0.7. */
const inferenceShare = 0.55;

const valueBytes = 4;

/** null where a size is only known when data arrives. `dataBytes`: of the data kept on the device. */
export function countMemoryNeeds(
  { paramCount, trainableCount, activationBytes, stepBytes }: StepCosts,
  { batchSize, lastBatch, validationBatch, slots }: StepSize,
  dataBytes = 0,
): MemoryNeeds | null {
  if (activationBytes === null || stepBytes === null || batchSize === null) return null;
  const held = stepBytes * (batchSize + lastBatch + inferenceShare * validationBatch);
  // Some outputs are views of others and hold nothing.
  const activations = Math.min(activationBytes * batchSize, held);
  const needs = {
    weights: valueBytes * paramCount,
    // Each recorded step has its own.
    gradients: valueBytes * trainableCount * (lastBatch > 0 ? 2 : 1),
    optimizer: valueBytes * slots * trainableCount,
    activations,
    workspace: held - activations,
    data: dataBytes,
  };
  return { ...needs, total: Object.values(needs).reduce((sum, bytes) => sum + bytes, 0) };
}

export interface MemoryLimits {
  /** Of all tensors together; null where unknown, as browsers don't tell the memory of a GPU. */
  readonly total: number | null;
  /** Of one tensor; null where there is none. */
  readonly tensor: number | null;
}

/** Data larger than this are not kept on the device, but sent batch by batch. */
export const mostDeviceDataBytes = 2 ** 30;

/** Bytes of the training part that lie on the device; 0 where it is too large for that. `tensor`: what one may have. */
export function countDeviceDataBytes(
  { fields, trainCount }: Pick<DatasetSummary, "fields" | "trainCount">,
  tensor: number | null,
): number {
  const sizes = fields.map(({ shape }) => valueBytes * (countValues(shape) ?? 0) * trainCount);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const fits = bytes <= mostDeviceDataBytes && sizes.every((size) => size <= (tensor ?? Infinity));
  return fits ? bytes : 0;
}

/** "1.3 GB": powers of ten, as disks are sold. */
export function formatMemory(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ""}`;
}

/** "weights 1.2 MB, gradients 1.2 MB, …": parts that are there. */
export function describeMemoryParts(needs: MemoryNeeds): string {
  const { weights, gradients, optimizer, activations, workspace, data } = needs;
  return Object.entries({ weights, gradients, optimizer, activations, workspace, data })
    .filter(([, bytes]) => bytes > 0)
    .map(([name, bytes]) => `${name} ${formatMemory(bytes)}`)
    .join(", ");
}
