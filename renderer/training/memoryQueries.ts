import type { DocumentAnalysis } from "#shared/analysis/analyzeDocument.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { TrainingConfig } from "#shared/training/config.ts";
import {
  describeMemoryParts,
  formatMemory,
  type MemoryLimits,
} from "#shared/training/memoryNeeds.ts";
import { findLargestBatch, measurePlanMemory } from "#shared/training/planMemory.ts";

/** What training will take of the device, before it is pressed. */
export interface MemoryNote {
  /** "Training needs about 120 MB on the device." */
  readonly text: string;
  /** A batch that fits, where this one doesn't; 0: not even one sample does. null: all is well. */
  readonly largestBatch: number | null;
}

/** null where nothing can be said: no data, mistakes in the network. */
export function describeMemory(
  document: ProjectDocument,
  analysis: DocumentAnalysis,
  { summary, limits }: { readonly summary: DatasetSummary | null; readonly limits: MemoryLimits },
): MemoryNote | null {
  if (summary === null) return null;
  const plan = compileDocument(document, analysis);
  return plan.ok ? describePlanMemory(plan.value, document.training, { summary, limits }) : null;
}

export function describePlanMemory(
  plan: ModelPlan,
  config: TrainingConfig,
  { summary, limits }: { readonly summary: DatasetSummary; readonly limits: MemoryLimits },
): MemoryNote | null {
  const needs = measurePlanMemory(plan, config, { summary, tensorBytes: limits.tensor });
  if (needs === null) return null;
  const { batchSize } = needs;
  const largestBatch = findLargestBatch(plan, config, { limits, most: batchSize, summary });
  const need = `Training needs about ${formatMemory(needs.total)}: ${describeMemoryParts(needs)}.`;
  if (largestBatch >= batchSize) return { text: need, largestBatch: null };
  const { layer, bytes, isOutput } = needs.largest;
  const isOneTooLarge = limits.tensor !== null && bytes > limits.tensor;
  const reason = isOneTooLarge
    ? `The ${isOutput ? "output" : "weights"} of ${layer} alone would be ${formatMemory(bytes)}; this device takes ${formatMemory(limits.tensor ?? 0)} in one piece.`
    : `${need} This device has ${formatMemory(limits.total ?? 0)}.`;
  const remedy =
    largestBatch > 0 ? `A batch of at most ${largestBatch} fits.` : "Make the network smaller.";
  return { text: `${reason} ${remedy}`, largestBatch };
}
