import { type BlockId, blockId } from "../base/ids.ts";
import type { ProjectDocument } from "./model.ts";

const forbidden: ReadonlySet<string> = new Set(["constructor", "prototype"]);

/** A fresh readable id for a block of this name: `residual-unit`, `residual-unit-2`. */
export function makeBlockId(blocks: ProjectDocument["blocks"], name: string): BlockId {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const stem = words.join("-").slice(0, 60);
  const start = /^[a-z]/.test(stem) ? stem : stem === "" ? "block" : `block-${stem}`;
  let id = start;
  for (let number = 2; Object.hasOwn(blocks, id) || forbidden.has(id); number++) {
    id = `${start}-${number}`;
  }
  return blockId(id);
}
