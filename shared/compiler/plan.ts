import type { JsonValue } from "../base/json.ts";
import type { NodeId } from "../base/ids.ts";
import type { LayerCall, WeightSpec } from "../layers/defineLayer.ts";
import type { Shape } from "../layers/shape.ts";
import type { LossName, LossOptions } from "../training/losses.ts";
import type { MetricName, MetricOptions } from "../training/metrics.ts";

/** A model as plain JSON in topological order: what the engine builds and the printers print. A snapshot: edits can't touch it. */
export interface ModelPlan {
  /** An identifier (allow-listed characters, not reserved in TypeScript or Python). */
  readonly name: string;
  readonly inputs: readonly PlanInput[];
  readonly layers: readonly PlanLayer[];
  readonly outputs: readonly PlanOutput[];
  /** The instances of blocks that layers lie in, by `PlanLayer.scope`; an outer one comes before the inner ones. */
  readonly instances?: Readonly<Record<string, PlanInstance>>;
}

/** One copy of a block: it says nothing about the model, only how a person would write it down. */
export interface PlanInstance {
  /** Id and name of the definition. */
  readonly block: string;
  readonly title: string;
  /** Names of the instances around it and its own, outermost first. */
  readonly path: readonly string[];
  /** The key of the instance around it; "" at the top level. */
  readonly outer: string;
  /** The same for all copies of a repeated instance. */
  readonly node: string;
  /** Which of the copies, from 0. */
  readonly copy: number;
  readonly copies: number;
  /** Values of the block's parameters here. */
  readonly arguments: Readonly<Record<string, JsonValue>>;
  readonly inputs: readonly { readonly name: string; readonly source: PlanTensor }[];
}

export interface PlanInput {
  readonly id: NodeId;
  /** Unique identifier, also the name of the tensor in tfjs and Keras. */
  readonly name: string;
  readonly shape: Shape;
  /** Name of the data field that feeds it; '' means the only or the next one that fits. */
  readonly field: string;
}

/** One tensor of the plan: what an input or an earlier layer gives. */
export interface PlanTensor {
  /** The name of the input or layer. */
  readonly layer: string;
  /** Which of its outputs; 0 where there is one. */
  readonly port: number;
}

export interface PlanLayer {
  readonly id: NodeId;
  readonly name: string;
  /** Names of the blocks it lies in, outermost first ("stage 2", "unit 1"); empty at the top level. */
  readonly path: readonly string[];
  /** The innermost of `ModelPlan.instances` it lies in; absent at the top level. */
  readonly scope?: string;
  readonly call: LayerCall;
  /** In the order of the layer's inputs. */
  readonly inputs: readonly PlanTensor[];
  /** One per output port; at least one. */
  readonly outputShapes: readonly [Shape, ...Shape[]];
  /** All of them, also where they are shared. */
  readonly weights: readonly WeightSpec[];
  /** The earlier layer of the plan that this is another use of, weights and all: it is not made anew. */
  readonly sharedWith: string | null;
}

export interface PlanOutput {
  readonly id: NodeId;
  readonly name: string;
  readonly source: PlanTensor;
  readonly shape: Shape;
  /** Name of the data field it is compared with; '' means the only or the next one. */
  readonly target: string;
  readonly loss: LossName;
  /** What differs from Keras's defaults; `readLossOptions` fills in the rest. */
  readonly lossOptions?: Partial<LossOptions>;
  readonly lossWeight: number;
  readonly metrics: readonly MetricName[];
  readonly metricOptions?: Partial<MetricOptions>;
}
