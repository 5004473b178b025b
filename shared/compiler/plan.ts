import type { NodeId } from "../base/ids.ts";
import type { LayerCall, WeightSpec } from "../layers/defineLayer.ts";
import type { Shape } from "../layers/shape.ts";
import type { LossName, MetricName } from "../training/config.ts";

/** A model as plain JSON in topological order: what the engine builds and the printers print. A snapshot: edits can't touch it. */
export interface ModelPlan {
  /** An identifier (allow-listed characters, not reserved in TypeScript or Python). */
  readonly name: string;
  readonly inputs: readonly PlanInput[];
  readonly layers: readonly PlanLayer[];
  readonly outputs: readonly PlanOutput[];
}

export interface PlanInput {
  readonly id: NodeId;
  /** Unique identifier, also the name of the tensor in tfjs and Keras. */
  readonly name: string;
  readonly shape: Shape;
  /** Name of the data field that feeds it; '' means the only or the next one that fits. */
  readonly field: string;
}

export interface PlanLayer {
  readonly id: NodeId;
  readonly name: string;
  readonly call: LayerCall;
  /** Names of inputs or earlier layers, in order. */
  readonly inputs: readonly string[];
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
}

export interface PlanOutput {
  readonly id: NodeId;
  readonly name: string;
  /** Name of the layer (or input) whose tensor it is. */
  readonly source: string;
  readonly shape: Shape;
  /** Name of the data field it is compared with; '' means the only or the next one. */
  readonly target: string;
  readonly loss: LossName;
  readonly lossWeight: number;
  readonly metrics: readonly MetricName[];
}
