import type { NodeId } from "../base/ids.ts";
import type { Result } from "../base/result.ts";
import type { GraphNode } from "../document/model.ts";
import { checkConstraints } from "../layers/checkConstraints.ts";
import type { AnyLayerDefinition, ShapeIssue, WeightSpec } from "../layers/defineLayer.ts";
import type { ParamSpecs, Params, StoredParams } from "../layers/params.ts";
import { type ParamIssue, readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { listInputPorts } from "../blocks/nodeType.ts";
import { type Shape, formatSizes } from "../layers/shape.ts";
import { countActivationBytes, countStepBytes, countTrainable, countWeights } from "./costs.ts";
import { limits } from "./limits.ts";
import type { NodeAnalysis } from "./types.ts";

/** What is wrong with one node by itself and its input shapes; names and fixes are added when it is told. */
export type NodeIssue =
  | { readonly kind: "unknown-layer" }
  | { readonly kind: "params"; readonly issues: readonly ParamIssue[] }
  | { readonly kind: "too-few"; readonly min: number }
  /** Of a layer whose inputs aren't alike: the ports that need a wire and have none. */
  | { readonly kind: "missing-ports"; readonly ports: readonly string[] }
  | { readonly kind: "too-many"; readonly max: number }
  | { readonly kind: "shape"; readonly issue: ShapeIssue }
  /** It is another use of a layer, whose weights have other shapes for what comes in here. */
  | {
      readonly kind: "shared-mismatch";
      readonly original: NodeId;
      readonly own: readonly WeightSpec[];
      readonly theirs: readonly WeightSpec[];
    }
  /** It is another use of a layer that keeps to the sizes, or the number of axes, that it was made for. */
  | {
      readonly kind: "shared-tied";
      readonly original: NodeId;
      readonly tie: "sizes" | "rank";
      readonly inputs: readonly (Shape | null)[];
      readonly needed: readonly (Shape | null)[];
    }
  /** `what` stands after the layer's name: "gives 1 × 9999999 …". */
  | { readonly kind: "too-large"; readonly what: string; readonly param: string | null }
  /** A definition threw: a bug of ours, which must not take the editor down. */
  | { readonly kind: "crash"; readonly message: string };

/** A node's analysis with all it depends on, so that it can be reused while that stays the same. */
export interface NodeRecord {
  readonly type: string;
  readonly params: StoredParams;
  /** Slots of the wires where one is left free between them; null: they are 0, 1, 2 … */
  readonly slots: readonly number[] | null;
  readonly analysis: NodeAnalysis;
  readonly issue: NodeIssue | null;
  /** Stored options that the layer doesn't have. */
  readonly unknownParams: readonly string[];
}

const noWeights: readonly WeightSpec[] = [];

/** Analyses one node, or returns `previous` where nothing that matters has changed. */
export function analyzeNode(
  node: GraphNode,
  inputShapes: readonly (Shape | null)[],
  previous: NodeRecord | undefined,
  slots: readonly number[] | null = null,
): NodeRecord {
  if (
    previous !== undefined &&
    previous.type === node.type &&
    previous.params === node.params &&
    previous.slots?.join() === slots?.join() &&
    areSameInputs(previous.analysis.inputShapes, inputShapes)
  ) {
    return previous;
  }
  const definition = findLayer(node.type);
  const unknownParams =
    definition === null
      ? []
      : Object.keys(node.params).filter((name) => !Object.hasOwn(definition.params, name));
  const outcome = guard(() => infer(definition, node.params, inputShapes, slots));
  const shared = { type: node.type, params: node.params, slots, unknownParams };
  if (outcome.issue !== null || outcome.output === null) {
    const analysis = emptyAnalysis(node.id, inputShapes);
    return { ...shared, analysis, issue: outcome.issue };
  }
  const { weights, multiplyAdds, stepBytes } = outcome;
  // The very same shape object where it is equal: what comes behind is then reused without a look inside.
  const outputs = [outcome.output, ...outcome.more].map((shape, port) => {
    const before = previous?.analysis.outputShapes[port];
    return before !== undefined && areIdenticalShapes(before, shape) ? before : shape;
  });
  return {
    ...shared,
    issue: null,
    analysis: {
      id: node.id,
      inputShapes,
      outputShape: outputs[0] ?? outcome.output,
      outputShapes: outputs,
      weights,
      paramCount: countWeights(weights),
      trainableCount: countTrainable(weights),
      multiplyAdds,
      activationBytes: definition?.outputs === 0 ? 0 : countActivationBytes(outputs),
      stepBytes,
    },
  };
}

export function emptyAnalysis(id: NodeId, inputShapes: readonly (Shape | null)[]): NodeAnalysis {
  return {
    id,
    inputShapes,
    outputShape: null,
    outputShapes: [],
    weights: noWeights,
    paramCount: 0,
    trainableCount: 0,
    multiplyAdds: 0,
    activationBytes: 0,
    stepBytes: 0,
  };
}

interface Outcome {
  readonly issue: NodeIssue | null;
  /** null with no issue: an input's shape is not known, which is told where it arises. */
  readonly output: Shape | null;
  /** Of the second and further outputs. */
  readonly more: readonly Shape[];
  readonly weights: readonly WeightSpec[];
  readonly multiplyAdds: number | null;
  readonly stepBytes: number | null;
}

function infer(
  definition: AnyLayerDefinition | null,
  stored: StoredParams,
  inputShapes: readonly (Shape | null)[],
  slots: readonly number[] | null = null,
): Outcome {
  if (definition === null) return failed({ kind: "unknown-layer" });
  const read = readParams(definition.params, stored);
  if (!read.ok) return failed({ kind: "params", issues: read.error });
  const { min, max } = definition.inputs;
  const open = findOpenPorts(definition, read.value, inputShapes.length, slots);
  if (open.length > 0) return failed({ kind: "missing-ports", ports: open });
  if (inputShapes.length < min) return failed({ kind: "too-few", min });
  if (max !== null && inputShapes.length > max) return failed({ kind: "too-many", max });
  const inputs = inputShapes.filter((shape) => shape !== null);
  if (inputs.length < inputShapes.length) return failed(null);
  const inferred = definition.inferShape(read.value, inputs);
  if (!inferred.ok) return failed({ kind: "shape", issue: inferred.error });
  const output = inferred.value;
  const values = countAtLeast(output);
  if (values > limits.tensorValues) {
    const what = `gives ${formatSizes(output)} for each sample, more than fits in memory`;
    return failed({ kind: "too-large", what, param: null });
  }
  const weights = definition.weights(read.value, inputs);
  const issues = checkConstraints(definition.params, read.value, weights);
  if (issues.length > 0) return failed({ kind: "params", issues });
  const heavy = weights.find((weight) => product(weight.shape) > limits.tensorValues);
  if (heavy !== undefined) {
    const what = `needs a weight of ${heavy.shape.join(" × ")}, more than fits in memory`;
    return failed({ kind: "too-large", what, param: null });
  }
  const multiplyAdds = definition.multiplyAdds
    ? definition.multiplyAdds(read.value, inputs, output)
    : 0;
  const more = definition.inferMoreShapes?.(read.value, inputs, output) ?? [];
  const stepBytes = countStepBytes({
    call: definition.lower(read.value, inputs),
    inputs,
    outputs: definition.outputs === 0 ? [] : [output, ...more],
  });
  return { issue: null, output, more, weights, multiplyAdds, stepBytes };
}

/** Names of the ports that need a wire: the required ones, and those before one that has a wire. */
function findOpenPorts(
  definition: AnyLayerDefinition,
  params: Params<ParamSpecs>,
  count: number,
  slots: readonly number[] | null,
): readonly string[] {
  const ports = listInputPorts(definition, params);
  if (ports === null) return [];
  const wired = new Set(slots ?? Array.from({ length: count }, (_, index) => index));
  const needed = Math.max(definition.inputs.min, ...[...wired].map((slot) => slot + 1));
  return ports.filter((_, slot) => slot < needed && !wired.has(slot));
}

function failed(issue: NodeIssue | null): Outcome {
  return { issue, output: null, more: [], weights: noWeights, multiplyAdds: 0, stepBytes: 0 };
}

function guard(run: () => Outcome): Outcome {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed({ kind: "crash", message });
  }
}

/** The shape a layer would give, or null: for trying out fixes and listing what fits. */
export function tryLayer(
  type: string,
  stored: StoredParams,
  inputs: readonly Shape[],
): Shape | null {
  return guard(() => infer(findLayer(type), stored, inputs)).output;
}

/** Parameters with defaults, or null where they are not valid or the type is unknown. */
export function readNodeParams(node: GraphNode): Params<ParamSpecs> | null {
  const definition = findLayer(node.type);
  if (definition === null) return null;
  const read: Result<Params<ParamSpecs>, unknown> = readParams(definition.params, node.params);
  return read.ok ? read.value : null;
}

function areSameInputs(left: readonly (Shape | null)[], right: readonly (Shape | null)[]): boolean {
  return (
    left.length === right.length &&
    left.every((shape, index) => {
      const other = right[index] ?? null;
      if (shape === other) return true;
      return shape !== null && other !== null && areIdenticalShapes(shape, other);
    })
  );
}

/** Names of axes included, because they are shown. */
function areIdenticalShapes(left: Shape, right: Shape): boolean {
  return (
    left.dtype === right.dtype &&
    left.isMasked === right.isMasked &&
    left.batch === right.batch &&
    left.axes.length === right.axes.length &&
    left.axes.every((axis, index) => {
      const other = right.axes[index];
      return axis.size === other?.size && axis.name === other?.name;
    })
  );
}

/** Unknown sizes count as 1. */
function countAtLeast(shape: Shape): number {
  return product(shape.axes.map(({ size }) => size ?? 1));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
