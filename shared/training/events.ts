import type { RunId } from "../base/ids.ts";
import type { Precision } from "./config.ts";
import type { Observation } from "./observations.ts";

/** What a run says of itself, in order; appended to `metrics.jsonl` and folded by `runReducer`. Values as plain JSON. */
export type RunEvent =
  | {
      readonly kind: "started";
      readonly runId: RunId;
      readonly atMs: number;
      readonly backend: BackendName;
      /** The adapter in words: "NVIDIA …", "SwiftShader", "JavaScript". */
      readonly device: string;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly sampleCount: number;
      /** Absent: 32 bits. */
      readonly precision?: Precision;
    }
  | {
      readonly kind: "step";
      /** 1-based. */
      readonly epoch: number;
      /** 1-based within the epoch. */
      readonly step: number;
      /** Running means over the epoch so far, under their logged names: loss, accuracy, … */
      readonly metrics: Metrics;
      readonly samplesPerSecond: number;
      readonly elapsedMs: number;
      readonly remainingMs: number | null;
      readonly memoryBytes: number;
      /** The rate that this step used; absent in runs recorded before schedules were. */
      readonly learningRate?: number;
      /** In mixed precision: how the loss was scaled in the last step. */
      readonly scaling?: LossScale;
      /** What steps cost; told again only when that has changed. */
      readonly cost?: StepCost;
    }
  | {
      readonly kind: "epoch";
      readonly epoch: number;
      /** loss, accuracy, valLoss, valAccuracy, … */
      readonly metrics: Metrics;
      readonly elapsedMs: number;
      readonly isBest: boolean;
    }
  | { readonly kind: "paused"; readonly elapsedMs: number }
  | { readonly kind: "resumed"; readonly elapsedMs: number }
  /** The run as it is now lies in its folder: from here it can go on. */
  | {
      readonly kind: "checkpoint";
      /** Epochs completed. */
      readonly epochs: number;
      /** Steps done in the epoch after those. */
      readonly step: number;
      readonly elapsedMs: number;
    }
  /** The run goes on from a checkpoint: what was told of later steps and epochs is taken back. */
  | {
      readonly kind: "recovered";
      readonly cause: RecoveryCause;
      readonly atMs: number;
      readonly backend: BackendName;
      readonly device: string;
      /** Planned: more than before where a finished run is continued. */
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      /** Samples of a step: fewer than before where memory was short. Absent in runs of older versions. */
      readonly batchSize?: number;
      /** Where it goes on, as in `checkpoint`; 0 and 0: from the start. */
      readonly from: { readonly epochs: number; readonly step: number };
      readonly elapsedMs: number;
      /** A sentence for people. */
      readonly message: string;
    }
  /** What was seen inside the network, every few seconds where that is wanted. */
  | { readonly kind: "observed"; readonly observation: Observation }
  | { readonly kind: "report"; readonly report: RunReport }
  | {
      readonly kind: "ended";
      readonly reason: "finished" | "stopped" | "early-stopping" | "failed";
      /** A sentence for people: always there when `failed`. */
      readonly message: string;
      readonly code?: RunFailureCode;
      /** Samples of a step that would fit the device, where they did not. */
      readonly fittingBatch?: number;
      readonly epochs: number;
      readonly metrics: Metrics;
      readonly elapsedMs: number;
      /** Whether weights worth keeping exist (the last good ones after a failure). */
      readonly hasWeights: boolean;
    };

/** `continued`: somebody asked for it. `not-answering`: its worker was taken for hung, and another one took over. */
export type RecoveryCause = "continued" | "device-lost" | "not-answering";

/** What became of the loss scale. */
export interface LossScale {
  /** What the gradient of the loss is multiplied by: a power of two, 1 at the lowest. */
  readonly scale: number;
  /** Steps so far that changed nothing, since a gradient was not finite; counted anew when a run is continued. */
  readonly skippedSteps: number;
}

/** How steps reach the device. */
export interface StepCost {
  /** Recorded once and replayed, instead of being put together anew each time. */
  readonly isRecorded: boolean;
  /** Why it can't be recorded, or not in mixed precision, in sentences for people; null where nothing is to be told. */
  readonly reason: string | null;
  /** Programs run on the device in one step; 0 where nobody counts. */
  readonly dispatches: number;
}

export type Metrics = Readonly<Record<string, number>>;
export type BackendName = "webgpu" | "webgl" | "cpu";
export type RunFailureCode =
  | "not-finite"
  | "out-of-memory"
  | "device-lost"
  | "data"
  | "limits"
  | "internal";

/** How the finished model does on the validation part. */
export interface RunReport {
  /** Rows: truth; columns: prediction. null for regression. */
  readonly confusion: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  /** At most 500 pairs in the target's own unit; null for classification. */
  readonly residuals: readonly { readonly truth: number; readonly predicted: number }[] | null;
  readonly samples: readonly SamplePrediction[];
  /** What a trivial forecaster reaches on the same part: most frequent class, mean, last value. Under `name` the same metrics. */
  readonly baselines: readonly {
    readonly name: "majority-class" | "mean" | "last-value";
    readonly metrics: Metrics;
  }[];
}

export interface SamplePrediction {
  /** Sample number in the data set. */
  readonly sample: number;
  readonly truth: string;
  readonly predicted: string;
  readonly isRight: boolean | null;
  /** Probability of the predicted class; null for regression, and for scores that are no probabilities. */
  readonly confidence: number | null;
}
