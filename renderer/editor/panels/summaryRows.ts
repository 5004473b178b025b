import type { NodeId } from "#shared/base/ids.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import { findLayer } from "#shared/layers/registry.ts";
import { countValues, formatSizes } from "#shared/layers/shape.ts";

export interface SummaryRow {
  readonly id: NodeId;
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly category: string;
  readonly outputShape: string;
  readonly outputSize: number | null;
  readonly weights: number | null;
  readonly multiplyAdds: number | null;
}

export type SummaryColumn = "order" | "name" | "title" | "outputSize" | "weights" | "multiplyAdds";

/** Layers in the order of computation; those in a cycle come last. */
export function listSummaryRows(graph: ModelGraph, analysis: GraphAnalysis): readonly SummaryRow[] {
  const ordered = analysis.order.flatMap((id) => graph.nodes[id] ?? []);
  const isOrdered = new Set(analysis.order);
  const rest = listNodes(graph).filter((node) => !isOrdered.has(node.id));
  return [...ordered, ...rest].map((node) => {
    const definition = findLayer(node.type);
    const facts = analysis.nodes[node.id];
    const shape = facts?.outputShape ?? null;
    return {
      id: node.id,
      name: node.name,
      type: node.type,
      title: definition?.title ?? node.type,
      category: definition?.category ?? "",
      outputShape: shape === null ? "?" : formatSizes(shape),
      outputSize: shape === null ? null : countValues(shape),
      weights: shape === null ? null : (facts?.paramCount ?? null),
      multiplyAdds: shape === null ? null : (facts?.multiplyAdds ?? null),
    };
  });
}

/** Sorted copies; unknown values come last either way. */
export function sortSummaryRows(
  rows: readonly SummaryRow[],
  sort: { readonly column: SummaryColumn; readonly isDescending: boolean },
): readonly SummaryRow[] {
  const { column, isDescending } = sort;
  const sign = isDescending ? -1 : 1;
  if (column === "order") return isDescending ? [...rows].reverse() : rows;
  return [...rows].sort((left, right) => {
    const a = left[column];
    const b = right[column];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    return (
      sign *
      (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)))
    );
  });
}
