import type { ModelPlan } from "../compiler/plan.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { SampleView } from "../datasets/dataset.ts";
import type { FeaturePicture } from "./pictures.ts";
import type { HostAccess } from "./protocol.ts";

/** Between the window and the worker that looks into trained networks. One answer per request, under its id. */
export interface InsideRequest {
  readonly id: number;
  readonly runId: string;
  readonly plan: ModelPlan;
  readonly data: DataBinding;
  readonly host: HostAccess;
  /** As `packWeights` wrote them. */
  readonly weights: ArrayBuffer;
  readonly layer: string;
  /** Place among the validation samples, or the training ones where there are none; beyond the end: the last. */
  readonly place: number;
}

export type InsideReply =
  | { readonly id: number; readonly ok: true; readonly inside: InsidePictures }
  | { readonly id: number; readonly ok: false; readonly message: string };

export interface InsidePictures {
  readonly sample: SampleView;
  /** Its number in the data set, and how many there are to choose from. */
  readonly number: number;
  readonly sampleCount: number;
  readonly filters: readonly FeaturePicture[];
  readonly maps: readonly FeaturePicture[];
  /** Of the answer that the network gives; null where inputs are whole numbers. */
  readonly saliency: FeaturePicture | null;
  /** Which answer that is, in words. */
  readonly answer: string;
}
