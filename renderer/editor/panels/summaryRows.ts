import { viewAnalysis } from "#shared/analysis/viewAnalysis.ts";
import type { DocumentAnalysis } from "#shared/analysis/analyzeDocument.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import { nodeId } from "#shared/base/ids.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import type { ModelGraph, ProjectDocument } from "#shared/document/model.ts";
import { countValues, formatSizes } from "#shared/layers/shape.ts";
import { originalOf } from "#shared/document/wiring.ts";

export interface SummaryRow {
  /** Its path; in the main graph the node's own id. */
  readonly id: NodeId;
  /** `3`, inside a block `3.1`. */
  readonly place: string;
  /** How many blocks it lies in. */
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly category: string;
  /** A block that can be unfolded to its layers. */
  readonly isBlock: boolean;
  readonly repeat: number;
  readonly inside: readonly SummaryRow[];
  readonly outputShape: string;
  readonly outputSize: number | null;
  readonly weights: number | null;
  readonly multiplyAdds: number | null;
}

export type SummaryColumn = "order" | "name" | "title" | "outputSize" | "weights" | "multiplyAdds";

/** Layers in the order of computation; those in a cycle come last. Only blocks in `open` (paths) have their insides. */
export function listSummaryRows(
  document: ProjectDocument,
  analysis: DocumentAnalysis,
  open: ReadonlySet<string> = new Set(),
): readonly SummaryRow[] {
  return listRows(
    { document, analysis, open },
    { graph: document.graph, scope: [], view: viewAnalysis(analysis, []), place: "" },
  );
}

interface Model {
  readonly document: ProjectDocument;
  readonly analysis: DocumentAnalysis;
  readonly open: ReadonlySet<string>;
}

interface Level {
  readonly graph: ModelGraph;
  readonly scope: readonly NodeId[];
  readonly view: GraphAnalysis;
  readonly place: string;
}

function listRows(model: Model, level: Level): readonly SummaryRow[] {
  const { graph, scope, view } = level;
  const ordered = view.order.flatMap((id) => graph.nodes[id] ?? []);
  const isOrdered = new Set(view.order);
  const rest = listNodes(graph).filter((node) => !isOrdered.has(node.id));
  return [...ordered, ...rest].map((node, index) => {
    const original = originalOf(graph, node);
    const type = findNodeType(model.document, original.type);
    const block = findBlockOf(model.document, original.type);
    const facts = view.nodes[node.id];
    const shape = facts?.outputShape ?? null;
    const id = nodeId([...scope, node.id].join("/"));
    const place = level.place === "" ? String(index + 1) : `${level.place}.${index + 1}`;
    const repeat = original.params["repeat"];
    return {
      id,
      place,
      depth: scope.length,
      name: node.name,
      type: original.type,
      title: type?.title ?? original.type,
      category: type?.category ?? "",
      isBlock: block !== null,
      repeat: block !== null && typeof repeat === "number" ? repeat : 1,
      inside:
        block === null || !model.open.has(id)
          ? []
          : listRows(model, {
              graph: block.graph,
              scope: [...scope, node.id],
              view: viewAnalysis(model.analysis, [...scope, node.id]),
              place,
            }),
      outputShape: shape === null ? "?" : formatSizes(shape),
      outputSize: shape === null ? null : countValues(shape),
      weights: shape === null ? null : (facts?.paramCount ?? null),
      multiplyAdds: shape === null ? null : (facts?.multiplyAdds ?? null),
    };
  });
}

/** Sorted copies, each block followed by its inside, sorted likewise; unknown values come last either way. */
export function sortSummaryRows(
  rows: readonly SummaryRow[],
  sort: { readonly column: SummaryColumn; readonly isDescending: boolean },
): readonly SummaryRow[] {
  return sortLevel(rows, sort).flatMap((row) => [row, ...sortSummaryRows(row.inside, sort)]);
}

function sortLevel(
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
