import type { BlockId, NodeId } from "#shared/base/ids.ts";
import { originalOf } from "#shared/document/wiring.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type {
  BlockDefinition,
  GraphNode,
  ModelGraph,
  ProjectDocument,
} from "#shared/document/model.ts";

/** The instances that were entered, outermost first; empty: the main graph. */
export type Scope = readonly NodeId[];

export interface ResolvedScope {
  /** As deep as it exists. */
  readonly scope: Scope;
  readonly graph: ModelGraph;
  /** The block whose graph this is; null for the main graph. */
  readonly block: BlockDefinition | null;
  /** The blocks on the way, one an entry of `scope`. */
  readonly blocks: readonly BlockDefinition[];
}

/** The definition of which a node is an instance; null for layers and for blocks that are gone. */
export function findInstanceBlock(
  document: ProjectDocument,
  graph: ModelGraph,
  node: GraphNode,
): BlockDefinition | null {
  return findBlockOf(document, originalOf(graph, node).type);
}

/** Follows a scope into the document, down to the deepest level that (still) exists. */
export function resolveScope(document: ProjectDocument, scope: Scope): ResolvedScope {
  let graph = document.graph;
  const blocks: BlockDefinition[] = [];
  for (const id of scope) {
    const node = Object.hasOwn(graph.nodes, id) ? graph.nodes[id] : undefined;
    const block = node === undefined ? null : findInstanceBlock(document, graph, node);
    // A block never contains itself, but a damaged document must not lead in circles.
    if (block === null || blocks.includes(block)) break;
    blocks.push(block);
    graph = block.graph;
  }
  return {
    scope: blocks.length === scope.length ? scope : scope.slice(0, blocks.length),
    graph,
    block: blocks.at(-1) ?? null,
    blocks,
  };
}

/** Edits of a graph made into edits of that block's graph; what concerns the whole document stays as it is. */
export function editInScope(edit: DocumentEdit, block: BlockId | null): DocumentEdit {
  if (block === null) return edit;
  switch (edit.kind) {
    case "batch":
      return { ...edit, edits: edit.edits.map((step) => editInScope(step, block)) };
    case "inBlock":
    case "addBlock":
    case "setBlock":
    case "removeBlock":
    case "setVariables":
    case "renameProject":
    case "setData":
    case "setTraining":
      return edit;
    default:
      return { kind: "inBlock", block, edit };
  }
}
