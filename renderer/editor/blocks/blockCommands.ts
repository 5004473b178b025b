import { defineCommand } from "../../commands/defineCommand.ts";
import type { Command } from "../../commands/defineCommand.ts";
import { documentStore } from "../../state/documentStore.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { currentSelection } from "../editDocument.ts";
import {
  deleteBlock,
  enterSelected,
  makeBlock,
  selectedInstance,
  unlinkBlock,
  unpackBlock,
} from "./blockActions.ts";
import { downloadBlock, insertBlockFromFile, saveBlockToLibrary } from "./blockFiles.ts";
import { countInstances } from "./blockUses.ts";
import { leaveInstance } from "./enterInstance.ts";

const isDesign = () => sessionStore.getState().view === "design";
const isInstanceSelected = () => isDesign() && selectedInstance() !== null;
const isInBlock = () => isDesign() && documentStore.getState().block !== null;

/** The block that a command is about: that of the selected instance, else the one that is open. */
function blockAtHand() {
  return selectedInstance()?.block ?? documentStore.getState().block;
}

function unusedBlocks() {
  const { document } = documentStore.getState();
  return Object.values(document.blocks).filter((block) => countInstances(document, block.id) === 0);
}

export const blockCommands: readonly Command[] = [
  defineCommand({
    id: "block.make",
    title: "Make a block of the selection …",
    group: "Graph",
    shortcut: "Mod+G",
    keywords: "group pack subgraph module function",
    isEnabled: () => isDesign() && currentSelection().nodes.length > 0,
    run: makeBlock,
  }),
  defineCommand({
    id: "block.unpack",
    title: "Unpack the block",
    group: "Graph",
    shortcut: "Mod+Shift+G",
    keywords: "ungroup expand inline",
    isEnabled: isInstanceSelected,
    run: unpackBlock,
  }),
  defineCommand({
    id: "block.unlink",
    title: "Unlink this use of the block",
    group: "Graph",
    keywords: "independent copy own definition",
    isEnabled: isInstanceSelected,
    run: unlinkBlock,
  }),
  defineCommand({
    id: "block.enter",
    title: "Open the block",
    group: "Graph",
    shortcut: "Mod+ArrowDown",
    keywords: "enter edit inside",
    isEnabled: isInstanceSelected,
    run: enterSelected,
  }),
  defineCommand({
    id: "block.leave",
    title: "Leave the block",
    group: "Graph",
    shortcut: "Mod+ArrowUp",
    keywords: "exit up back outside",
    isEnabled: isInBlock,
    run: () => leaveInstance(),
  }),
  defineCommand({
    id: "block.save",
    title: "Save the block to the library",
    group: "Graph",
    keywords: "keep reuse library folder",
    isEnabled: () => isDesign() && blockAtHand() !== null,
    run: async () => {
      const block = blockAtHand();
      if (block !== null) await saveBlockToLibrary(block.id);
    },
  }),
  defineCommand({
    id: "block.download",
    title: "Save the block as a file",
    group: "Graph",
    keywords: "export netloom-block share",
    isEnabled: () => isDesign() && blockAtHand() !== null,
    run: () => {
      const block = blockAtHand();
      if (block !== null) downloadBlock(block.id);
    },
  }),
  defineCommand({
    id: "block.insertFile",
    title: "Insert a block from a file …",
    group: "Graph",
    keywords: "import netloom-block open",
    isEnabled: isDesign,
    run: insertBlockFromFile,
  }),
  defineCommand({
    id: "block.deleteUnused",
    title: "Delete unused blocks",
    group: "Graph",
    keywords: "remove clean definitions",
    isEnabled: () => isDesign() && unusedBlocks().length > 0,
    run: () => unusedBlocks().forEach(deleteBlock),
  }),
];
