import { z } from "../base/schema.ts";
import { findBlockCycle } from "../document/blockUses.ts";
import { fileBlockSchema, fileLimits, findRepeatedIds, indexById } from "./graphFile.ts";

/** Definitions of blocks as a file lists them. Instances of blocks that aren't in it are kept and reported later. */
export const blockListSchema = z
  .array(fileBlockSchema)
  .max(fileLimits.blocks)
  // A transform, because that waits until each block by itself is well.
  .transform((blocks, context) => {
    for (const index of findRepeatedIds(blocks)) {
      const message = "is used twice; ids must be unique";
      context.addIssue({ code: "custom", path: [index, "id"], message });
    }
    const cycle = findBlockCycle(indexById(blocks));
    if (cycle === null) return blocks;
    const index = blocks.findIndex((block) => block.id === cycle);
    const message = `contains itself: “${blocks[index]?.name ?? cycle}” has an instance of itself inside, directly or in a block within`;
    context.addIssue({ code: "custom", path: [index], message });
    return z.NEVER;
  });
