import type * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../base/result.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { assignFields, type FieldAssignment } from "../training/assignFields.ts";
import { createBatchReader, type BatchReader } from "./batches.ts";
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

/** The error is a sentence: the data set has no field for an input or output. */
export function createSession(
  plan: ModelPlan,
  dataset: Dataset,
  makeModel: () => tf.LayersModel,
): Result<Session, string> {
  const fields = assignFields(plan, dataset.summary);
  if (!fields.ok) return err(fields.error);
  return ok({
    plan,
    dataset,
    model: makeModel(),
    fields: fields.value,
    reader: createBatchReader(plan, dataset, fields.value),
    objective: createObjective(plan, dataset, fields.value.targets),
  });
}

/** Without gradients there is less to keep, so bigger batches are quicker and no less exact. */
export function inferenceBatchSize(batchSize: number): number {
  return Math.max(batchSize, 128);
}
