import { assertNever } from "#shared/base/assertNever.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { ModelGraph, ProjectDocument } from "#shared/document/model.ts";

/** What an edit does, to stand after "Undo": "add Dense", "move 3 layers". For edits that bring no label of their own. */
export function describeEdit(
  document: ProjectDocument,
  edit: DocumentEdit,
  graph: ModelGraph = document.graph,
): string {
  const nameOf = (id: NodeId): string => graph.nodes[id]?.name ?? "a layer";
  const titleOf = (type: string): string => findNodeType(document, type)?.title ?? type;
  switch (edit.kind) {
    case "addNode":
      return `add ${titleOf(edit.node.type)}`;
    case "removeNodes":
      return `delete ${count(edit.nodes.length, "layer")}`;
    case "moveNodes":
      return `move ${count(Object.keys(edit.positions).length, "layer")}`;
    case "renameNode":
      return `rename ${nameOf(edit.node)}`;
    case "setParams":
      return `change ${nameOf(edit.node)}`;
    case "resetParams":
      return `reset ${nameOf(edit.node)}`;
    case "replaceType":
      return `replace ${nameOf(edit.node)} by ${titleOf(edit.type)}`;
    case "connect":
      return `connect ${nameOf(edit.source)} to ${nameOf(edit.target)}`;
    case "disconnect":
      return `remove ${count(edit.edges.length, "wire")}`;
    case "insertOnEdge":
      return `insert ${titleOf(edit.node.type)}`;
    case "reorderInputs":
      return `reorder the inputs of ${nameOf(edit.node)}`;
    case "addFragment":
      return `add ${count(edit.nodes.length, "layer")}`;
    case "addNote":
      return "add a note";
    case "setNote":
      return "change a note";
    case "removeNotes":
      return `delete ${count(edit.notes.length, "note")}`;
    case "addFrame":
      return "add a frame";
    case "setFrame":
      return "change a frame";
    case "removeFrames":
      return `delete ${count(edit.frames.length, "frame")}`;
    case "setMuted":
      return `${edit.isMuted ? "mute" : "unmute"} ${count(edit.nodes.length, "layer")}`;
    case "setShares":
      return edit.original === null
        ? `give ${nameOf(edit.node)} weights of its own`
        : `share the weights of ${nameOf(edit.original)}`;
    case "inBlock":
      return describeEdit(document, edit.edit, document.blocks[edit.block]?.graph);
    case "addBlock":
      return `make the block ${edit.block.name}`;
    case "setBlock":
      return `change the block ${document.blocks[edit.block]?.name ?? ""}`;
    case "removeBlock":
      return `delete the block ${document.blocks[edit.block]?.name ?? ""}`;
    case "setVariables":
      return "change the variables";
    case "renameProject":
      return "rename the project";
    case "setData":
      return edit.data === null ? "remove the data" : "change the data";
    case "setTraining":
      return "change the training settings";
    case "batch":
      return edit.label;
    default:
      return assertNever(edit);
  }
}

function count(number: number, thing: string): string {
  return number === 1 ? `a ${thing}` : `${number} ${thing}s`;
}
