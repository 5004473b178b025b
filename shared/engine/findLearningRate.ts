import { findFixedBatch } from "../compiler/findFixedBatch.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { Dataset } from "../datasets/dataset.ts";
import { err, ok, type Result } from "../base/result.ts";
import { effectiveBatchSize, type TrainingConfig } from "../training/config.ts";
import {
  createSearchCurve,
  defaultSearchRange,
  judgeSearch,
  type SearchPoint,
  type SearchRange,
  searchRateAt,
  type SearchResult,
} from "../training/learningRateSearch.ts";
import { buildModel } from "./buildModel.ts";
import { checkMemory } from "./checkMemory.ts";
import { disposeModel } from "./disposeModel.ts";
import { toRunFault, watchFaults } from "./faults.ts";
import type { Backend } from "./selectBackend.ts";
import { countSteps, createSession, type Session } from "./session.ts";
import { createStepRunner } from "./step/createStepRunner.ts";
import type { StepRunner } from "./step/stepRunner.ts";
import { orderSamples } from "./trainLoop.ts";

export interface SearchRequest {
  readonly plan: ModelPlan;
  readonly dataset: Dataset;
  /** As the run would have it; its schedule and accumulation are left aside. */
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly range?: Partial<SearchRange>;
  /** Looked at before every step. */
  readonly isCancelled?: () => boolean;
  /** Told of points as they come, some at a time. */
  readonly onPoints?: (points: readonly SearchPoint[]) => void;
}

/**
 * Trains a throw-away copy of the model, from the run's own first weights, with a learning rate that grows from step to
 * step until the loss explodes. The error is a sentence. Leaves no tensors behind.
 */
export async function findLearningRate(
  request: SearchRequest,
): Promise<Result<SearchResult, string>> {
  const { plan, dataset, backend } = request;
  const samples = dataset.train.length;
  if (samples === 0) return err("The training part of the data is empty.");
  const batchSize = findFixedBatch(plan) ?? effectiveBatchSize(request.config, samples);
  if (batchSize > samples) {
    return err(`The Inputs fix the batch at ${batchSize} samples, but there are only ${samples}.`);
  }
  const config: TrainingConfig = {
    ...request.config,
    batchSize,
    accumulation: 1,
    // The same curve; and no first steps that are skipped until the loss's scale is found.
    precision: "float32",
    schedule: { kind: "constant" },
  };
  const shortage = await checkMemory({ plan, dataset, config, backend });
  if (shortage !== null) return err(shortage.message);
  const faults = watchFaults(backend, { plan, config });
  let session: Session | null = null;
  let runner: StepRunner | null = null;
  try {
    const opened = createSession(
      plan,
      dataset,
      () => buildModel(plan, { seed: config.seed }),
      config,
    );
    if (!opened.ok) return err(opened.error);
    session = opened.value;
    runner = createStepRunner({ session, config, backend, faults });
    return ok(await search({ ...request, config }, { session, runner }));
  } catch (error) {
    return err(toRunFault(error, { plan, config }).message);
  } finally {
    runner?.dispose();
    if (session) disposeModel(session.model);
    faults.close();
  }
}

interface Parts {
  readonly session: Session;
  readonly runner: StepRunner;
}

async function search(
  { plan, config, backend, isCancelled, onPoints, range: wanted }: SearchRequest,
  { session, runner }: Parts,
): Promise<SearchResult> {
  const range = { ...defaultSearchRange, ...wanted };
  const curve = createSearchCurve();
  const { batchSize } = config;
  // A partial batch has a louder loss.
  const whole = Math.floor(session.dataset.train.length / batchSize);
  const stepsPerEpoch = Math.min(countSteps(plan, session.dataset.train.length, batchSize), whole);
  let isExploded = false;
  const take = () => {
    const first = curve.points.length;
    for (const { sums } of runner.takeResults()) {
      if (isExploded) continue;
      const rate = searchRateAt(range, curve.points.length);
      isExploded = !curve.add(rate, sums[0] ?? Number.NaN);
    }
    if (curve.points.length > first) onPoints?.(curve.points.slice(first));
  };
  for (let done = 0; done < range.steps && !isExploded; done++) {
    if (isCancelled?.()) return judgeSearch(curve.points, "cancelled");
    const epoch = Math.floor(done / stepsPerEpoch) + 1;
    const step = (done % stepsPerEpoch) + 1;
    if (step === 1) {
      await runner.settle();
      take();
      session.model.resetStates();
      runner.beginEpoch(orderSamples(session, config, epoch));
    }
    await runner.run({
      epoch,
      step,
      start: (step - 1) * batchSize,
      count: batchSize,
      learningRate: searchRateAt(range, done),
    });
    take();
    await backend.breathe();
  }
  await runner.settle();
  take();
  return judgeSearch(curve.points, isExploded ? "exploded" : "finished");
}
