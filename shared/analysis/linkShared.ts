import type { NodeId } from "../base/ids.ts";
import type { ModelGraph } from "../document/model.ts";
import type { WeightSpec } from "../layers/defineLayer.ts";
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
        : link(record, shares, original);
    linked.set(record, { from: original, to });
    result.set(id, to);
  }
  return result ?? records;
}

function link(record: NodeRecord, shares: NodeId, original: NodeRecord): NodeRecord {
  const { analysis } = record;
  const own = analysis.weights;
  const theirs = original.analysis.weights;
  const areKnown = analysis.outputShape !== null && original.analysis.outputShape !== null;
  const isMismatch = areKnown && !areSameWeights(own, theirs);
  return {
    ...record,
    issue: isMismatch ? { kind: "shared-mismatch", original: shares, own, theirs } : record.issue,
    analysis: { ...analysis, paramCount: 0, trainableCount: 0, sharedWith: shares },
  };
}

function areSameWeights(left: readonly WeightSpec[], right: readonly WeightSpec[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ shape }, index) => shape.join() === right[index]?.shape.join())
  );
}
