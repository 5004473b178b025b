import type { Command } from "../commands/defineCommand.ts";
import { blockCommands } from "./blocks/blockCommands.ts";
import { graphCommands } from "./graphCommands.ts";
import { nodeCommands } from "./nodeCommands.ts";

/** All that can be done in the editor, in the order of menus and the command palette. */
export const editorCommands: readonly Command[] = [
  ...graphCommands,
  ...nodeCommands,
  ...blockCommands,
];
