import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { createRandom } from "../../base/random.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import type { TrainingConfig } from "../../training/config.ts";
import { buildModel } from "../buildModel.ts";
import { disposeModel } from "../disposeModel.ts";
import { watchFaults, type FaultWatch } from "../faults.ts";
import type { LoweredStorage } from "../gpu/lowerShader.ts";
import { selectBackend } from "../selectBackend.ts";
import { createSession, type Session } from "../session.ts";
import { readWeights } from "../snapshots.ts";
import { createEagerRunner } from "./eagerRunner.ts";
import { createRecordedRunner } from "./recordedRunner.ts";
import type { StepCounts, StepRunner } from "./stepRunner.ts";

export interface Steps {
  readonly losses: readonly number[];
  readonly sums: readonly (readonly number[])[];
  readonly weights: readonly Float32Array[];
  readonly counts: StepCounts;
}

export interface RunOptions {
  /** Default true: steps on WebGPU are recorded. */
  readonly records?: boolean;
  /** The JavaScript backend instead of WebGPU. */
  readonly onCpu?: boolean;
  /** How intermediates are stored; default: as the config says. */
  readonly storage?: LoweredStorage | null;
  /** Data that is larger is sent a batch at a time. */
  readonly dataBytes?: number;
}

export interface OpenRun {
  readonly session: Session;
  readonly runner: StepRunner;
  readonly faults: FaultWatch;
  readonly close: () => void;
}

/** A runner of steps on WebGPU, recorded or not, with a fresh, seeded model. */
export async function openRun(
  plan: ModelPlan,
  dataset: Dataset,
  config: TrainingConfig,
  options: RunOptions = {},
): Promise<OpenRun> {
  const { records = true, onCpu = false, dataBytes } = options;
  const described = await selectBackend(onCpu ? "cpu" : "webgpu");
  const backend = tf.backend();
  const opened = createSession(plan, dataset, () => buildModel(plan, { seed: config.seed }));
  if (!opened.ok) throw new Error(opened.error);
  const session = opened.value;
  const faults = watchFaults(described, { plan, config });
  const request = { session, config, faults };
  const runner =
    backend instanceof WebGPUBackend
      ? createRecordedRunner({
          ...request,
          backend,
          records,
          ...(dataBytes === undefined ? {} : { dataBytes }),
          ...(options.storage === undefined ? {} : { storage: options.storage }),
        })
      : createEagerRunner(request);
  return {
    session,
    runner,
    faults,
    close() {
      runner.dispose();
      disposeModel(session.model);
      faults.close();
    },
  };
}

/** Trains for some epochs as the loop does, in a seeded order; every step's sums. */
export async function runSteps(
  plan: ModelPlan,
  dataset: Dataset,
  config: TrainingConfig,
  options: RunOptions = {},
): Promise<Steps> {
  const { runner, session, close } = await openRun(plan, dataset, config, options);
  try {
    const sums: number[][] = [];
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const order = dataset.train.slice();
      createRandom(config.seed).fork(`shuffle/${epoch}`).shuffle(order);
      session.model.resetStates();
      runner.beginEpoch(order);
      for (let start = 0, step = 1; start < order.length; start += config.batchSize, step++) {
        const count = Math.min(config.batchSize, order.length - start);
        await runner.run({ epoch, step, start, count });
      }
      await runner.settle();
      for (const result of runner.takeResults()) sums.push([...result.sums]);
    }
    const weights = await readWeights(session.model);
    return { sums, losses: sums.map(([loss = NaN]) => loss), weights, counts: runner.counts };
  } finally {
    close();
  }
}
