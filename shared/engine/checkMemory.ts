import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { formatSizes } from "../layers/shape.ts";
import type { TrainingConfig } from "../training/config.ts";
import { describeMemoryParts, formatMemory, type MemoryLimits } from "../training/memoryNeeds.ts";
import { findLargestBatch, measurePlanMemory, type PlanNeeds } from "../training/planMemory.ts";
import { RunFault } from "./faults.ts";
import type { Backend } from "./selectBackend.ts";

/** JavaScript and WebGL have no stated limit; beyond this nothing good comes of it. */
const plainLimitBytes = 2 ** 31;

/** Less than this any device has: asking it would only take time. */
const leastProbedBytes = 256e6;

export interface MemoryRequest {
  readonly plan: ModelPlan;
  readonly dataset: Pick<Dataset, "summary">;
  readonly config: TrainingConfig;
  readonly backend: Pick<Backend, "maxTensorBytes" | "probeMemory">;
}

/**
 * Whether a run fits its device, before anything of it is allocated. Single tensors are held against the device's limits,
 * beyond which WebGPU computes wrong numbers without an error. No device tells its memory, so that much of it is taken
 * and given back at once, where training needs more than any has. null where all fits.
 */
export async function checkMemory(request: MemoryRequest): Promise<RunFault | null> {
  const { plan, dataset, config, backend } = request;
  const tensor = backend.maxTensorBytes ?? plainLimitBytes;
  const { summary } = dataset;
  const needs = measurePlanMemory(plan, config, { summary, tensorBytes: backend.maxTensorBytes });
  if (needs === null) return null;
  if (needs.largest.bytes > tensor) return describeTooLarge(request, needs, tensor);
  if (backend.probeMemory === undefined || needs.total < leastProbedBytes) return null;
  const total = await backend.probeMemory(needs.total);
  return total >= needs.total ? null : describeTooMuch(request, needs, { total, tensor });
}

function describeTooLarge(request: MemoryRequest, needs: PlanNeeds, tensor: number): RunFault {
  const { layer, bytes, isOutput } = needs.largest;
  const { name, weights, outputShapes } = request.plan.layers.find(
    (candidate) => candidate.name === layer,
  ) ?? { name: layer, weights: [], outputShapes: [] };
  const most = `more than the ${formatMemory(tensor)} that this device takes in one piece`;
  if (!isOutput) {
    const weight = weights.find(
      ({ shape }) => 4 * shape.reduce((product, size) => product * size, 1) === bytes,
    );
    return new RunFault(
      "limits",
      `${name} has a weight "${weight?.name ?? ""}" of ${formatMemory(bytes)}, ${most}. Make the layer smaller.`,
    );
  }
  const [shape] = outputShapes;
  const given = shape === undefined ? "its values" : formatSizes(shape);
  const what = `${name} gives ${given} for each of ${needs.batchSize} samples: ${formatMemory(bytes)}, ${most}.`;
  return propose("limits", what, request, { needs, limits: { total: null, tensor } });
}

function describeTooMuch(
  request: MemoryRequest,
  needs: PlanNeeds,
  limits: { readonly total: number; readonly tensor: number },
): RunFault {
  const { heaviest, batchSize } = needs;
  const what = `Training with ${batchSize} samples at a time needs about ${formatMemory(needs.total)} (${describeMemoryParts(needs)}), but the device gives no more than ${formatMemory(limits.total)}. Most of it goes to ${heaviest.layer}: ${formatMemory(heaviest.bytes)}.`;
  return propose("out-of-memory", what, request, { needs, limits });
}

/** The fault with the largest batch that fits. */
function propose(
  code: "limits" | "out-of-memory",
  what: string,
  { plan, dataset, config }: MemoryRequest,
  { needs, limits }: { readonly needs: PlanNeeds; readonly limits: MemoryLimits },
): RunFault {
  const { summary } = dataset;
  const isFixed = findFixedBatch(plan) !== null;
  const most = needs.batchSize;
  const batch = isFixed ? 0 : findLargestBatch(plan, config, { limits, most, summary });
  const remedy =
    batch > 0
      ? `Use a batch of at most ${batch}.`
      : isFixed
        ? "Fix the Inputs at a smaller batch, or make the network smaller."
        : "Not even one sample fits: make the network smaller, or use an optimizer that keeps less.";
  return new RunFault(code, `${what} ${remedy}`, batch > 0 ? batch : null);
}
