/** What training a compiled network needs of a device, layer by layer. */
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan, PlanLayer } from "../compiler/plan.ts";
import type { DatasetSummary } from "../datasets/dataset.ts";
import { countValues, type Shape } from "../layers/shape.ts";
import {
  addValidation,
  chooseInferenceBatch,
  countDeviceDataBytes,
  countMemoryNeeds,
  type MemoryConfig,
  type MemoryLimits,
  type MemoryNeeds,
  readStepSize,
  type StepCosts,
} from "./memoryNeeds.ts";
import { countStepValues } from "./stepValues.ts";

export interface PlanNeeds extends MemoryNeeds {
  /** The largest single tensor: devices limit these by themselves. */
  readonly largest: { readonly layer: string; readonly bytes: number; readonly isOutput: boolean };
  /** The layer with most of the memory, all that it holds together. */
  readonly heaviest: { readonly layer: string; readonly bytes: number };
  readonly batchSize: number;
}

const valueBytes = 4;

export type MemorySummary = Pick<DatasetSummary, "fields" | "trainCount" | "validationCount">;

/** Samples at once where no gradients are computed: `chooseInferenceBatch` for this network. */
export function inferenceBatchSize(plan: ModelPlan, batchSize: number): number {
  const { stepBytes } = listParts(plan).reduce<StepCosts>(addStepCosts, noStepCosts);
  return chooseInferenceBatch(stepBytes ?? 0, batchSize);
}

/**
 * null where a size is only known when data arrives. `summary`: null where the data isn't open. `tensorBytes`: what the
 * device takes in one piece, which decides where data lie.
 */
export function measurePlanMemory(
  plan: ModelPlan,
  config: MemoryConfig,
  options: {
    readonly summary: MemorySummary | null;
    readonly tensorBytes: number | null;
  },
): PlanNeeds | null {
  const { summary, tensorBytes } = options;
  const parts = listParts(plan);
  const costs = parts.reduce<StepCosts>(addStepCosts, noStepCosts);
  const step = addValidation(
    readStepSize(config, summary?.trainCount ?? null, findFixedBatch(plan)),
    costs,
    summary?.validationCount ?? 0,
  );
  const { batchSize } = step;
  const dataBytes = summary ? countDeviceDataBytes(summary, tensorBytes) : 0;
  const needs = countMemoryNeeds(costs, step, dataBytes);
  if (needs === null || batchSize === null) return null;
  let heaviest: PlanNeeds["heaviest"] = { layer: "", bytes: 0 };
  for (const part of parts) {
    const all = countMemoryNeeds(part, step)?.total ?? 0;
    if (all > heaviest.bytes) heaviest = { layer: part.name, bytes: all };
  }
  return { ...needs, largest: findLargestTensor(parts, batchSize), heaviest, batchSize };
}

function findLargestTensor(parts: readonly Part[], batchSize: number): PlanNeeds["largest"] {
  let largest: PlanNeeds["largest"] = { layer: "", bytes: 0, isOutput: false };
  for (const part of parts) {
    const output = Math.max(0, ...part.outputs.map((values) => valueBytes * values * batchSize));
    const weight = Math.max(0, ...part.weightSizes.map((values) => valueBytes * values));
    if (output > largest.bytes) largest = { layer: part.name, bytes: output, isOutput: true };
    if (weight > largest.bytes) largest = { layer: part.name, bytes: weight, isOutput: false };
  }
  return largest;
}

interface Part extends StepCosts {
  readonly name: string;
  /** Numbers of each output for one sample. */
  readonly outputs: readonly number[];
  readonly weightSizes: readonly number[];
}

/** Inputs, layers and Outputs, each with what it costs. */
function listParts({ inputs, layers, outputs }: ModelPlan): readonly Part[] {
  const shapes = new Map<string, readonly Shape[]>();
  const parts: Part[] = [];
  for (const { name, shape } of inputs) {
    shapes.set(name, [shape]);
    parts.push(describePart(name, { call: null, inputs: [], outputs: [shape] }));
  }
  const find = (source: PlanLayer["inputs"][number]): readonly Shape[] => {
    const shape = shapes.get(source.layer)?.[source.port];
    return shape ? [shape] : [];
  };
  for (const layer of layers) {
    shapes.set(layer.name, layer.outputShapes);
    const use = {
      call: layer.call,
      inputs: layer.inputs.flatMap(find),
      outputs: layer.outputShapes,
    };
    parts.push(describePart(layer.name, use, layer.sharedWith === null ? layer.weights : []));
  }
  for (const { name, source } of outputs)
    parts.push(describePart(name, { call: null, inputs: find(source), outputs: [] }));
  return parts;
}

function describePart(
  name: string,
  use: Parameters<typeof countStepValues>[0],
  weights: PlanLayer["weights"] = [],
): Part {
  const values = countStepValues(use);
  const outputs = use.outputs.map(countValues);
  const known = outputs.filter((count) => count !== null);
  const sizes = weights.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, count) => total + count, 0);
  return {
    name,
    outputs: known,
    weightSizes: sizes,
    paramCount: sum(sizes),
    trainableCount: sum(sizes.filter((_size, index) => weights[index]?.isTrainable === true)),
    activationBytes: known.length === outputs.length ? valueBytes * sum(known) : null,
    stepBytes: values === null ? null : valueBytes * values,
  };
}

const noStepCosts: StepCosts = {
  paramCount: 0,
  trainableCount: 0,
  activationBytes: 0,
  stepBytes: 0,
};

function addStepCosts(left: StepCosts, right: StepCosts): StepCosts {
  const add = (one: number | null, other: number | null) =>
    one === null || other === null ? null : one + other;
  return {
    paramCount: left.paramCount + right.paramCount,
    trainableCount: left.trainableCount + right.trainableCount,
    activationBytes: add(left.activationBytes, right.activationBytes),
    stepBytes: add(left.stepBytes, right.stepBytes),
  };
}

/** The largest batch, up to `most`, that stays within the limits; 0 where not even one sample does. */
export function findLargestBatch(
  plan: ModelPlan,
  config: MemoryConfig,
  options: {
    readonly limits: MemoryLimits;
    readonly most: number;
    readonly summary: MemorySummary | null;
  },
): number {
  const { limits, most, summary } = options;
  const fits = (batchSize: number) => {
    const tried: MemoryConfig = { ...config, batching: "mini-batch", batchSize };
    const needs = measurePlanMemory(plan, tried, { summary, tensorBytes: limits.tensor });
    return (
      needs !== null &&
      needs.total <= (limits.total ?? Infinity) &&
      needs.largest.bytes <= (limits.tensor ?? Infinity)
    );
  };
  const high = Math.max(1, most);
  if (fits(high)) return high;
  return findLast(high, fits);
}

/** The last of 1 … end − 1 that fits, as if all before it did; 0 where none does. */
function findLast(end: number, fits: (batchSize: number) => boolean): number {
  let low = 0;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
