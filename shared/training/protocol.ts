import type { RunId } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { TrainingConfig } from "./config.ts";
import type { BackendName, RunEvent } from "./events.ts";
import type { Pulse } from "./heartbeat.ts";
import type { SearchPoint, SearchResult } from "./learningRateSearch.ts";

/** Between the window and the training worker. Every message of a run carries its id, so late ones can be told apart. */
export type TrainingCommand =
  | {
      readonly kind: "start";
      readonly runId: RunId;
      readonly plan: ModelPlan;
      readonly data: DataBinding;
      readonly config: TrainingConfig;
      readonly host: HostAccess;
      readonly backend: BackendName | "auto";
      /** Whether to look inside the network every few seconds. */
      readonly observesLayers: boolean;
      /** The checkpoint file to go on from; null: from fresh weights. */
      readonly checkpoint: ArrayBuffer | null;
      /** Why it goes on by itself, a sentence: its worker was taken for hung. null: a person asked for it. */
      readonly restartReason: string | null;
    }
  /** Keep the run in its folder at the next step. */
  | { readonly kind: "checkpoint"; readonly runId: RunId }
  | { readonly kind: "pause"; readonly runId: RunId }
  | { readonly kind: "resume"; readonly runId: RunId }
  | { readonly kind: "stop"; readonly runId: RunId }
  /** Search for a learning rate on a copy of the model that is thrown away. A start ends it. */
  | {
      readonly kind: "findLearningRate";
      readonly searchId: string;
      readonly plan: ModelPlan;
      readonly data: DataBinding;
      readonly config: TrainingConfig;
      readonly host: HostAccess;
      readonly backend: BackendName | "auto";
    }
  | { readonly kind: "cancelSearch"; readonly searchId: string }
  /** Start the backend and, for a plan, compile its kernels before Train is pressed. */
  | {
      readonly kind: "warmUp";
      readonly backend: BackendName | "auto";
      readonly model?: { readonly plan: ModelPlan; readonly config: TrainingConfig };
    };

export type TrainingMessage =
  | {
      readonly kind: "ready";
      readonly backend: BackendName;
      readonly device: string;
      /** Bytes that one tensor may have; null where there is no stated limit. */
      readonly maxTensorBytes: number | null;
      /** Whether it can train in mixed precision. */
      readonly hasHalf: boolean;
    }
  /** That the worker answers, and how long it may be silent from now on: see `heartbeat.ts`. */
  | { readonly kind: "pulse"; readonly runId: RunId; readonly pulse: Pulse }
  /** Stop has taken effect, only saving is left: the worker does not hang. */
  | { readonly kind: "stopping"; readonly runId: RunId }
  /** A checkpoint to end with, should the worker not hear Stop in time because its steps are long. */
  | { readonly kind: "held"; readonly runId: RunId; readonly bytes: ArrayBuffer }
  | { readonly kind: "event"; readonly runId: RunId; readonly event: RunEvent }
  /** A run that was to go on can't, or was stopped before it did; nothing of it was changed. The reason is a sentence. */
  | { readonly kind: "refused"; readonly runId: RunId; readonly message: string }
  | {
      readonly kind: "searchPoints";
      readonly searchId: string;
      readonly points: readonly SearchPoint[];
    }
  /** The error is a sentence. */
  | {
      readonly kind: "searchEnded";
      readonly searchId: string;
      readonly outcome: Result<SearchResult, string>;
    }
  /** For the run's folder: `preparation.json` before the first step, the trained model (tfjs layout) before `ended`. */
  | {
      readonly kind: "files";
      readonly runId: RunId;
      readonly files: readonly { readonly name: string; readonly bytes: ArrayBuffer }[];
    };

/** How a worker reaches the host: workers have no session storage. */
export interface HostAccess {
  readonly baseUrl: string;
  readonly token: string | null;
}
