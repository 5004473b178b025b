import type * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../base/result.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import type { Metrics, RunReport } from "../training/events.ts";
import { inferenceBatchSize } from "../training/planMemory.ts";
import { errorText } from "./buildModel.ts";
import { measureSamples, passAtOnce } from "./measure.ts";
import { buildReport } from "./report.ts";
import type { Backend } from "./selectBackend.ts";
import { createSession } from "./session.ts";

export interface EvaluationRequest {
  readonly plan: ModelPlan;
  /** A trained model of this plan, from `loadModelFiles`; the caller disposes of it. */
  readonly model: tf.LayersModel;
  readonly dataset: Dataset;
  readonly samples: Uint32Array;
  readonly backend: Backend;
  readonly batchSize?: number;
}

export interface Evaluation {
  readonly metrics: Metrics;
  readonly report: RunReport | null;
}

/** Loss, metrics and report on the samples. The error is a sentence. */
export async function evaluateModel(
  request: EvaluationRequest,
): Promise<Result<Evaluation, string>> {
  const { plan, model, dataset, samples, backend } = request;
  if (samples.length === 0) return err("There are no samples to evaluate on.");
  const session = createSession(plan, dataset, () => model);
  if (!session.ok) return session;
  const pass = {
    samples,
    batchSize: request.batchSize ?? inferenceBatchSize(plan, 1),
    ...passAtOnce(backend),
  };
  try {
    const metrics = await measureSamples(
      { ...pass, model, reader: session.value.reader },
      session.value.objective,
    );
    if (metrics && !("loss" in metrics)) {
      return err(
        "The loss on these samples is infinite or not a number. Check them for extreme values.",
      );
    }
    return ok({ metrics: metrics ?? {}, report: await buildReport(session.value, pass) });
  } catch (error) {
    return err(`The model can't be evaluated: ${errorText(error)}`);
  }
}
