import type { NodeId } from "../base/ids.ts";
import type { StepSize } from "../training/memoryNeeds.ts";
import { countTrainingBytes } from "./costs.ts";
import type { GraphAnalysis, NodeAnalysis } from "./types.ts";

/** What a heat map may show of each node. */
export type HeatMeasure = "weights" | "multiplyAdds" | "activations" | "training";

export interface NodeHeat {
  /** Numbers, multiply-adds per sample, bytes per sample, or bytes held while a batch is trained. */
  readonly value: number;
  /** Of all nodes together, 0 to 1. */
  readonly share: number;
  /**
   * How strongly to colour it, 0 to 1: the square root of its part of the largest, so that layers ten times cheaper
   * than the dearest can still be told from those that cost nothing.
   */
  readonly level: number;
}

/** Cost of every node of one graph, for a heat map; `costs.ts` has the rules. Nodes whose cost isn't known yet, or is nothing, are left out. */
export function measureHeat(
  nodes: GraphAnalysis["nodes"],
  measure: HeatMeasure,
  step: StepSize,
): ReadonlyMap<NodeId, NodeHeat> {
  const values = Object.values(nodes).flatMap((node) => {
    const value = readValue(node, measure, step);
    return value === null || value === 0 ? [] : [{ id: node.id, value }];
  });
  const total = values.reduce((sum, { value }) => sum + value, 0);
  const largest = values.reduce((most, { value }) => Math.max(most, value), 0);
  return new Map(
    values.map(({ id, value }) => [
      id,
      { value, share: value / total, level: Math.sqrt(value / largest) },
    ]),
  );
}

function readValue(node: NodeAnalysis, measure: HeatMeasure, step: StepSize): number | null {
  switch (measure) {
    case "weights":
      return node.paramCount;
    case "multiplyAdds":
      return node.multiplyAdds;
    case "activations":
      return node.activationBytes;
    case "training":
      return countTrainingBytes(node, step);
  }
}
