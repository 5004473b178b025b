import type * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../base/result.ts";
import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { assignFields, type FieldAssignment } from "../training/assignFields.ts";
import type { TrainingConfig } from "../training/config.ts";
import { createBatchReader, type BatchReader } from "./batches.ts";
import { checkLabels } from "./labelSequences.ts";
import { findSampleWeights } from "./lossWeights.ts";
import { createObjective, type Objective } from "./objective.ts";

/** A model with the data it reads and what it is measured by. */
export interface Session {
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  readonly model: tf.LayersModel;
  readonly fields: FieldAssignment;
  readonly reader: BatchReader;
  readonly objective: Objective;
}

/** The error is a sentence: the data set has no field for an input or output, or none to weigh samples by. */
export function createSession(
  plan: ModelPlan,
  dataset: Dataset,
  makeModel: () => tf.LayersModel,
  weighing: Partial<Pick<TrainingConfig, "classWeights" | "sampleWeightField">> = {},
): Result<Session, string> {
  const sampleWeights = findSampleWeights(dataset, weighing.sampleWeightField ?? null);
  if (!sampleWeights.ok) return sampleWeights;
  const fields = assignFields(plan, dataset.summary);
  if (!fields.ok) return err(fields.error);
  const labels = checkLabels(plan, dataset, fields.value);
  if (!labels.ok) return labels;
  return ok({
    plan,
    dataset,
    model: makeModel(),
    fields: fields.value,
    reader: createBatchReader(plan, dataset, {
      ...fields.value,
      sampleWeights: sampleWeights.value,
    }),
    objective: createObjective(plan, dataset, {
      targets: fields.value.targets,
      sampleWeights: sampleWeights.value,
      ...(weighing.classWeights === undefined ? {} : { classWeights: weighing.classWeights }),
    }),
  });
}

/** Steps of an epoch: the last batch may be smaller, unless the model takes whole ones only. */
export function countSteps(plan: ModelPlan, samples: number, batchSize: number): number {
  const steps = samples / batchSize;
  return findFixedBatch(plan) === null ? Math.ceil(steps) : Math.floor(steps);
}
