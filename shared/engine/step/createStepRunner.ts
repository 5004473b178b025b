import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { TrainingConfig } from "../../training/config.ts";
import type { FaultWatch } from "../faults.ts";
import type { Backend } from "../selectBackend.ts";
import type { Session } from "../session.ts";
import { createEagerRunner } from "./eagerRunner.ts";
import { createRecordedRunner } from "./recordedRunner.ts";
import type { StepRunner } from "./stepRunner.ts";

export interface RunnerRequest {
  readonly session: Session;
  readonly config: TrainingConfig;
  readonly backend: Backend;
  readonly faults: FaultWatch;
}

/** The way to do training steps that suits the backend. The caller disposes of it. */
export function createStepRunner(request: RunnerRequest): StepRunner {
  const backend = tf.backend();
  return backend instanceof WebGPUBackend
    ? createRecordedRunner({ ...request, backend })
    : createEagerRunner(request);
}
