// Edits need them too, so they live below; from here they are found beside what is made of them.
export {
  type BlockPorts,
  findBlockOf,
  isBlockPort,
  listBlockPorts,
  readBlockType,
} from "../document/blockType.ts";
