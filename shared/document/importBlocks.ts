import type { BlockId } from "../base/ids.ts";
import { blocksIn } from "./blockUses.ts";
import { blockTypeOf, readBlockType } from "./blockType.ts";
import { areSameJson } from "./checkJson.ts";
import { makeBlockId } from "./makeBlockId.ts";
import type { DocumentEdit } from "./edits.ts";
import type { BlockDefinition, GraphNode, ModelGraph, ProjectDocument } from "./model.ts";

export interface ImportedBlocks {
  readonly edits: readonly DocumentEdit[];
  /** What each block is called in the project; instances of others keep their types. */
  readonly ids: ReadonlyMap<BlockId, BlockId>;
}

/**
 * Takes definitions from elsewhere into a project. One that the project has already, to the letter, is used; one whose
 * id stands for something else there gets a new one, and the instances in the others follow.
 */
export function importBlocks(
  document: ProjectDocument,
  blocks: readonly BlockDefinition[],
): ImportedBlocks {
  const ids = new Map<BlockId, BlockId>();
  const present = { ...document.blocks };
  const edits: DocumentEdit[] = [];
  for (const block of innermostFirst(blocks)) {
    const graph = replaceBlocks(block.graph, ids);
    const same = Object.values(present).find((other) => areSameBlocks(other, { ...block, graph }));
    if (same !== undefined) {
      ids.set(block.id, same.id);
      continue;
    }
    const id = Object.hasOwn(present, block.id) ? makeBlockId(present, block.name) : block.id;
    ids.set(block.id, id);
    const added = { ...block, id, graph };
    present[id] = added;
    edits.push({ kind: "addBlock", block: added });
  }
  return { edits, ids };
}

function areSameBlocks(left: BlockDefinition, right: BlockDefinition): boolean {
  // The order of nodes is that of the ports, so it counts.
  return (
    Object.keys(left.graph.nodes).join(" ") === Object.keys(right.graph.nodes).join(" ") &&
    areSameJson({ ...left, id: "" }, { ...right, id: "" })
  );
}

/** The graph with instances of other blocks; the very same one where none changes. */
function replaceBlocks(graph: ModelGraph, ids: ReadonlyMap<BlockId, BlockId>): ModelGraph {
  const nodes = Object.values(graph.nodes);
  const replaced = nodes.map((node) => replaceBlock(node, ids));
  if (replaced.every((node, index) => node === nodes[index])) return graph;
  // The keys are the nodes' own ids.
  const byId = Object.fromEntries(replaced.map((node) => [node.id, node])) as ModelGraph["nodes"];
  return { ...graph, nodes: byId };
}

export function replaceBlock(node: GraphNode, ids: ReadonlyMap<BlockId, BlockId>): GraphNode {
  const old = readBlockType(node.type);
  const id = old === null ? undefined : ids.get(old);
  return id === undefined || id === old ? node : { ...node, type: blockTypeOf(id) };
}

/** Each block after those that it contains. */
function innermostFirst(blocks: readonly BlockDefinition[]): readonly BlockDefinition[] {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const sorted = new Set<BlockDefinition>();
  const entered = new Set<BlockId>();
  const visit = (block: BlockDefinition): void => {
    if (entered.has(block.id)) return;
    entered.add(block.id);
    for (const id of blocksIn(block.graph)) {
      const inner = byId.get(id);
      if (inner !== undefined) visit(inner);
    }
    sorted.add(block);
  };
  blocks.forEach(visit);
  return [...sorted];
}
