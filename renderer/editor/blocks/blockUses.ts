import type { BlockId } from "#shared/base/ids.ts";
import { blocksBelow, listBlockUses } from "#shared/document/blockUses.ts";
import type { BlockDefinition, ProjectDocument } from "#shared/document/model.ts";

/** How many nodes, in the main graph and in all blocks, are instances of a block. */
export function countInstances(document: ProjectDocument, block: BlockId): number {
  return listBlockUses(document, block).reduce((sum, use) => sum + use.count, 0);
}

/** The blocks that may be put into the graph shown: none that is around it. */
export function listUsableBlocks(
  document: ProjectDocument,
  inside: BlockDefinition | null,
): readonly BlockDefinition[] {
  const blocks = Object.values(document.blocks);
  if (inside === null) return blocks;
  return blocks.filter(
    (block) =>
      block.id !== inside.id && !blocksBelow(document.blocks, [block.graph]).has(inside.id),
  );
}
