import type { NodeId } from "../base/ids.ts";
import type { GraphNode, ModelGraph } from "../document/model.ts";
import type { WeightSpec } from "../layers/defineLayer.ts";
import { type Shape, formatSizes } from "../layers/shape.ts";
import type { NodeRecord } from "./analyzeNode.ts";

const linked = new WeakMap<NodeRecord, { readonly from: NodeRecord; readonly to: NodeRecord }>();

/**
 * Layers that are another use of a layer: their weights are that one's, and must have the same shapes for what comes in
 * here. Records of nodes that share nothing are the same objects as before.
 */
export function linkShared(
  graph: ModelGraph,
  records: ReadonlyMap<NodeId, NodeRecord>,
): ReadonlyMap<NodeId, NodeRecord> {
  let result: Map<NodeId, NodeRecord> | null = null;
  for (const [id, record] of records) {
    const shares = graph.nodes[id]?.shares;
    const original = shares === undefined ? undefined : records.get(shares);
    if (shares === undefined || original === undefined || shares === id) continue;
    result ??= new Map(records);
    const known = linked.get(record);
    const to =
      known?.from === original && known.to.analysis.sharedWith === shares
        ? known.to
        : link(record, original, { id: shares, node: graph.nodes[id] });
    linked.set(record, { from: original, to });
    result.set(id, to);
  }
  return result ?? records;
}

function link(
  record: NodeRecord,
  original: NodeRecord,
  { id, node }: { readonly id: NodeId; readonly node: GraphNode | undefined },
): NodeRecord {
  const { analysis } = record;
  const own = analysis.weights;
  const theirs = original.analysis.weights;
  const areKnown = analysis.outputShape !== null && original.analysis.outputShape !== null;
  const isMismatch = areKnown && !areSameWeights(own, theirs);
  const tie = areKnown && node !== undefined ? tieOf(node) : null;
  const inputs = analysis.inputShapes;
  const needed = original.analysis.inputShapes;
  const isTied = tie !== null && own.length > 0 && !areAlike(inputs, needed, tie);
  return {
    ...record,
    issue: isMismatch
      ? { kind: "shared-mismatch", original: id, own, theirs }
      : isTied
        ? { kind: "shared-tied", original: id, tie, inputs, needed }
        : record.issue,
    analysis: { ...analysis, paramCount: 0, trainableCount: 0, sharedWith: id },
  };
}

/**
 * What tfjs's layers keep to from the first input they see on, whatever their weights would allow: the sizes
 * (TimeDistributed and PReLU check them, a stateful ConvLSTM2D has states of them) or the number of axes.
 */
function tieOf({ type, params }: GraphNode): "sizes" | "rank" | null {
  switch (type) {
    case "timeDistributed":
    case "prelu":
      return "sizes";
    case "convLstm2d":
      return params["stateful"] === true ? "sizes" : null;
    case "batchNormalization":
    case "layerNormalization":
    case "rmsNormalization":
    case "einsumDense":
      return "rank";
    default:
      return null;
  }
}

type Shapes = readonly (Shape | null)[];

function areAlike(left: Shapes, right: Shapes, tie: "sizes" | "rank"): boolean {
  const describe = (shape: Shape | null) =>
    shape === null ? "" : tie === "rank" ? shape.axes.length : formatSizes(shape);
  return left.every((shape, index) => describe(shape) === describe(right[index] ?? null));
}

function areSameWeights(left: readonly WeightSpec[], right: readonly WeightSpec[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ shape }, index) => shape.join() === right[index]?.shape.join())
  );
}
