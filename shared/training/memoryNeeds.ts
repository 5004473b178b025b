import type { ModelPlan } from "../compiler/plan.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { countValues } from "../layers/shape.ts";
import type { TrainingConfig } from "./config.ts";
import { countSlots } from "./countSlots.ts";

/** What a step of training holds on the device, in bytes. An estimate: it leaves out what kernels need for themselves. */
export interface MemoryNeeds {
  readonly weights: number;
  readonly gradients: number;
  /** What the optimizer keeps for each weight, and the sums of accumulated gradients. */
  readonly optimizer: number;
  /** Every layer's output for the batch, which the way back needs, and the gradients of the largest. */
  readonly activations: number;
  /** The training part, where it is kept on the device. */
  readonly data: number;
  readonly total: number;
  /** The largest single tensor: devices limit these by themselves. */
  readonly largest: { readonly layer: string; readonly bytes: number; readonly isOutput: boolean };
}

export type MemoryConfig = Pick<TrainingConfig, "optimizer" | "accumulation">;

export interface MemoryLimits {
  /** Of all tensors together; null where unknown, as browsers don't tell the memory of a GPU. */
  readonly total: number | null;
  /** Of one tensor; null where there is none. */
  readonly tensor: number | null;
}

const valueBytes = 4;

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

/** `dataBytes`: of the data kept on the device; 0 where batches are uploaded one by one. */
export function measureMemoryNeeds(
  plan: ModelPlan,
  config: MemoryConfig,
  { batchSize, dataBytes = 0 }: { readonly batchSize: number; readonly dataBytes?: number },
): MemoryNeeds {
  let weights = 0;
  let trained = 0;
  let outputs = 0;
  let largestOutput = 0;
  let largest: MemoryNeeds["largest"] = { layer: "", bytes: 0, isOutput: false };
  const note = (layer: string, bytes: number, isOutput: boolean) => {
    if (bytes > largest.bytes) largest = { layer, bytes, isOutput };
  };
  for (const { shape, name } of plan.inputs) {
    const bytes = valueBytes * (countValues(shape) ?? 0) * batchSize;
    outputs += bytes;
    note(name, bytes, true);
  }
  for (const layer of plan.layers) {
    for (const shape of layer.outputShapes) {
      const bytes = valueBytes * (countValues(shape) ?? 0) * batchSize;
      outputs += bytes;
      largestOutput = Math.max(largestOutput, bytes);
      note(layer.name, bytes, true);
    }
    if (layer.sharedWith !== null) continue;
    for (const weight of layer.weights) {
      const bytes = valueBytes * weight.shape.reduce((product, size) => product * size, 1);
      weights += bytes;
      if (weight.isTrainable) trained += bytes;
      note(layer.name, bytes, false);
    }
  }
  const slots = countSlots(config);
  const needs = {
    weights,
    gradients: trained,
    optimizer: slots * trained,
    activations: outputs + 2 * largestOutput,
    data: dataBytes,
  };
  const total = Object.values(needs).reduce((sum, bytes) => sum + bytes, 0);
  return { ...needs, total, largest };
}

/** The largest batch, up to `most`, that stays within the limits; 0 where not even one sample does. */
export function findLargestBatch(
  plan: ModelPlan,
  config: MemoryConfig,
  {
    limits,
    most,
    dataBytes = 0,
  }: { readonly limits: MemoryLimits; readonly most: number; readonly dataBytes?: number },
): number {
  const fits = (batchSize: number) => {
    const needs = measureMemoryNeeds(plan, config, { batchSize, dataBytes });
    return (
      needs.total <= (limits.total ?? Infinity) &&
      needs.largest.bytes <= (limits.tensor ?? Infinity)
    );
  };
  let low = 0;
  let high = Math.max(1, most);
  if (fits(high)) return high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
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
