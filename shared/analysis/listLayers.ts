import type { NodeId } from "../base/ids.ts";
import { listBlockPorts } from "../document/blockType.ts";
import { copyPath, joinPath } from "../blocks/flatIds.ts";
import type { Scope } from "../blocks/scope.ts";
import { traceNode } from "../blocks/wireScopes.ts";
import type { GraphNode } from "../document/model.ts";
import type { Shape } from "../layers/shape.ts";
import type { DocumentAnalysis } from "./analyzeDocument.ts";
import { readStepSize } from "../training/memoryNeeds.ts";
import { type Costs, addCosts, countTrainingBytes, noCosts, readFixedBatch } from "./costs.ts";
import { orderGraph } from "./orderGraph.ts";

/** A layer, or a block with what is in it, as a summary lists it. */
export interface LayerRow extends Costs {
  /** Where it stands: `stage/unit#2/conv`. */
  readonly id: NodeId;
  /** Names of the blocks around it and its own, as the user gave them. */
  readonly path: readonly string[];
  readonly node: GraphNode;
  /** One per output; empty where they aren't known. */
  readonly outputShapes: readonly Shape[];
  /** Of a training step as the project's settings have it; null also where a step takes all data, of unknown length. */
  readonly trainingBytes: number | null;
  /** The layer or block whose weights it uses. */
  readonly sharedWith: NodeId | null;
  /** Of a block: what is in it, in topological order. null for layers. */
  readonly children: readonly LayerRow[] | null;
}

/**
 * All layers in topological order, blocks with theirs inside; a repeated block is a row with one row a copy. Outputs,
 * ports of blocks and what is muted are no layers.
 */
export function listLayers(analysis: DocumentAnalysis): readonly LayerRow[] {
  const top = analysis.expanded.scopes.get("");
  return top === undefined ? [] : listScope(analysis, top, []);
}

/** The rows of layers only, each with its whole path. */
export function flattenRows(rows: readonly LayerRow[]): readonly LayerRow[] {
  return rows.flatMap((row) => (row.children === null ? [row] : flattenRows(row.children)));
}

function listScope(
  analysis: DocumentAnalysis,
  scope: Scope,
  around: readonly string[],
): readonly LayerRow[] {
  return orderGraph(scope.graph).order.flatMap((local): readonly LayerRow[] => {
    const entry = scope.entries.get(local);
    if (entry === undefined || entry.drawn.type === "output") return [];
    const id = joinPath(scope.path, local);
    const node = entry.drawn;
    const path = [...around, node.name];
    if (entry.kind === "layer") {
      const facts = analysis.flat.nodes[id];
      if (facts === undefined) return [];
      return [
        finishRow(analysis, {
          ...readCosts(facts),
          id,
          path,
          node,
          outputShapes: facts.outputShapes,
          sharedWith: facts.weights.length > 0 ? (facts.sharedWith ?? null) : null,
          children: null,
        }),
      ];
    }
    if (entry.kind !== "instance") return [];
    const sharedWith = entry.source === node ? null : joinPath(scope.path, entry.source.id);
    const copies = entry.copies.map((copy, index): LayerRow => {
      const name = entry.copies.length === 1 ? node.name : `${node.name} ${index + 1}`;
      const own = [...around, name];
      const children = listScope(analysis, copy, own);
      const copyId = copyPath(id, index, entry.copies.length);
      return finishRow(analysis, {
        ...children.reduce<Costs>(addCosts, noCosts),
        id: joinPath("", copyId),
        path: own,
        node,
        outputShapes: listOutputs(analysis, copy),
        sharedWith,
        children,
      });
    });
    const [only] = copies;
    if (copies.length === 1 && only !== undefined) return [only];
    return [
      finishRow(analysis, {
        ...copies.reduce<Costs>(addCosts, noCosts),
        id,
        path,
        node,
        outputShapes: copies.at(-1)?.outputShapes ?? [],
        sharedWith,
        children: copies,
      }),
    ];
  });
}

function readCosts(costs: Costs): Costs {
  const { paramCount, trainableCount, multiplyAdds, activationBytes, stepBytes } = costs;
  return { paramCount, trainableCount, multiplyAdds, activationBytes, stepBytes };
}

function finishRow(
  { expanded, flat }: DocumentAnalysis,
  row: Omit<LayerRow, "trainingBytes">,
): LayerRow {
  const step = readStepSize(expanded.document.training, null, readFixedBatch(flat));
  return { ...row, trainingBytes: countTrainingBytes(row, step) };
}

/** What a block gives, by what leads to its ports. */
function listOutputs({ expanded, flat }: DocumentAnalysis, scope: Scope): readonly Shape[] {
  const shapes = listBlockPorts(scope.graph).outputs.map((port) => {
    const edge = Object.values(scope.graph.edges).find(({ target }) => target === port.id);
    if (edge === undefined) return null;
    const { end } = traceNode(expanded.scopes, scope, edge);
    return flat.nodes[end.node]?.outputShapes[end.port] ?? null;
  });
  const known = shapes.filter((shape) => shape !== null);
  return known.length === shapes.length ? known : [];
}
