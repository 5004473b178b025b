import type { BlockId } from "../base/ids.ts";
import { readBlockType } from "./blockType.ts";
import { listNodes, reach } from "./graphQueries.ts";
import type { ModelGraph, ProjectDocument } from "./model.ts";

type Blocks = ProjectDocument["blocks"];

const known = new WeakMap<ModelGraph["nodes"], ReadonlySet<BlockId>>();
const none: ReadonlySet<BlockId> = new Set();

/** The blocks of which there are instances right in this graph. */
export function blocksIn(graph: ModelGraph): ReadonlySet<BlockId> {
  const before = known.get(graph.nodes);
  if (before !== undefined) return before;
  const used = new Set(listNodes(graph).flatMap(({ type }) => readBlockType(type) ?? []));
  known.set(graph.nodes, used);
  return used;
}

/** The blocks in these graphs, in the blocks in those, and so on; ids of blocks that aren't there as well. */
export function blocksBelow(blocks: Blocks, graphs: readonly ModelGraph[]): ReadonlySet<BlockId> {
  return reach(
    graphs.flatMap((graph) => [...blocksIn(graph)]),
    (id) => [...usedBy(blocks, id)],
  );
}

function usedBy(blocks: Blocks, id: BlockId): ReadonlySet<BlockId> {
  const block = Object.hasOwn(blocks, id) ? blocks[id] : undefined;
  return block === undefined ? none : blocksIn(block.graph);
}

/** A block that contains itself, directly or through others; null where none does. Linear in the number of uses. */
export function findBlockCycle(blocks: Blocks): BlockId | null {
  const users = new Map<BlockId, BlockId[]>();
  const open = new Map<BlockId, number>();
  // Takes away blocks that contain no others, until none is left or a cycle is.
  const free: BlockId[] = [];
  for (const block of Object.values(blocks)) {
    const used = [...blocksIn(block.graph)].filter((id) => Object.hasOwn(blocks, id));
    open.set(block.id, used.length);
    if (used.length === 0) free.push(block.id);
    for (const id of used) users.set(id, [...(users.get(id) ?? []), block.id]);
  }
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    open.delete(id);
    for (const user of users.get(id) ?? []) {
      const left = (open.get(user) ?? 0) - 1;
      open.set(user, left);
      if (left === 0) free.push(user);
    }
  }
  // What is left either lies on a cycle or only contains one: the former is what contains itself.
  for (const id of open.keys()) {
    const block = blocks[id];
    if (block !== undefined && blocksBelow(blocks, [block.graph]).has(id)) return id;
  }
  return null;
}

export interface BlockUse {
  /** The block in whose graph the instances are; null: the main graph. */
  readonly block: BlockId | null;
  readonly count: number;
}

/** Where the instances of a block are, the main graph first. */
export function listBlockUses(
  document: Pick<ProjectDocument, "blocks" | "graph">,
  id: BlockId,
): readonly BlockUse[] {
  const count = (graph: ModelGraph) =>
    blocksIn(graph).has(id)
      ? listNodes(graph).filter(({ type }) => readBlockType(type) === id).length
      : 0;
  return [
    { block: null, count: count(document.graph) },
    ...Object.values(document.blocks).map((block) => ({
      block: block.id,
      count: count(block.graph),
    })),
  ].filter((use) => use.count > 0);
}
