import { assertNever } from "../base/assertNever.ts";
import { type Result, err, ok } from "../base/result.ts";
import { areSameJson } from "./checkJson.ts";
import { dataBindingSchema, findSchemaFault, nameSchema } from "./documentSchemas.ts";
import { trainingSchema } from "./trainingSchema.ts";
import { addFragment } from "./addFragment.ts";
import { connect, disconnect, insertOnEdge, reorderInputs } from "./editEdges.ts";
import { addBlock, editBlockGraph, removeBlock, setBlock } from "./editBlocks.ts";
import { addFrame, removeFrames, setFrame } from "./editFrames.ts";
import { badValue } from "./editIssues.ts";
import {
  addNode,
  moveNodes,
  removeNodes,
  renameNode,
  replaceType,
  resetParams,
  setMuted,
  setParams,
} from "./editNodes.ts";
import { addNote, removeNotes, setNote } from "./editNotes.ts";
import { setShares } from "./editShares.ts";
import { setVariables } from "./editVariables.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "./edits.ts";
import type { ModelGraph, ProjectDocument } from "./model.ts";
import type { GraphScope } from "./wiring.ts";

/**
 * The only way a document changes. What the edit does not touch is shared with the old document, an edit that changes
 * nothing returns the very same document, and one that can't be carried out says why and leaves everything as it was.
 */
export function applyEdit(
  document: ProjectDocument,
  edit: DocumentEdit,
): Result<ProjectDocument, EditIssue> {
  switch (edit.kind) {
    case "inBlock":
      return editBlockGraph(document, edit.block, (scope, graph) =>
        applyGraphEdit(scope, graph, edit.edit),
      );
    case "addBlock":
      return addBlock(document, edit.block);
    case "setBlock":
      return setBlock(document, edit);
    case "removeBlock":
      return removeBlock(document, edit.block);
    case "setVariables":
      return setVariables(document, edit.variables);
    case "renameProject":
      return renameProject(document, edit.name);
    case "setData":
      return setData(document, edit.data);
    case "setTraining":
      return setTraining(document, edit.change);
    case "batch": {
      let current = document;
      for (const step of edit.edits) {
        const applied = applyEdit(current, step);
        if (!applied.ok) return applied;
        current = applied.value;
      }
      return ok(current);
    }
    default: {
      const changed = applyGraphEdit(
        { blocks: document.blocks, block: null },
        document.graph,
        edit,
      );
      if (!changed.ok) return changed;
      return ok(
        changed.value === document.graph ? document : { ...document, graph: changed.value },
      );
    }
  }
}

function applyGraphEdit(
  scope: GraphScope,
  graph: ModelGraph,
  edit: GraphEdit,
): Result<ModelGraph, EditIssue> {
  switch (edit.kind) {
    case "addNode":
      return addNode(scope, graph, edit.node);
    case "removeNodes":
      return removeNodes(scope, graph, edit);
    case "moveNodes":
      return moveNodes(graph, edit);
    case "renameNode":
      return renameNode(graph, edit);
    case "setParams":
      return setParams(scope, graph, edit);
    case "resetParams":
      return resetParams(scope, graph, edit);
    case "replaceType":
      return replaceType(scope, graph, edit);
    case "connect":
      return connect(scope, graph, edit);
    case "disconnect":
      return disconnect(scope, graph, edit.edges);
    case "insertOnEdge":
      return insertOnEdge(scope, graph, edit);
    case "reorderInputs":
      return reorderInputs(graph, edit);
    case "addFragment":
      return addFragment(scope, graph, edit);
    case "addNote":
      return addNote(graph, edit.note);
    case "setNote":
      return setNote(graph, edit);
    case "removeNotes":
      return removeNotes(graph, edit.notes);
    case "addFrame":
      return addFrame(graph, edit.frame);
    case "setFrame":
      return setFrame(graph, edit);
    case "removeFrames":
      return removeFrames(graph, edit.frames);
    case "setMuted":
      return setMuted(scope, graph, edit);
    case "setShares":
      return setShares(scope, graph, edit);
    default:
      return assertNever(edit);
  }
}

function renameProject(
  document: ProjectDocument,
  wanted: string,
): Result<ProjectDocument, EditIssue> {
  const name = wanted.trim();
  const fault = findSchemaFault(nameSchema, name);
  if (fault !== null) return err(badValue(`A project's name ${fault}.`));
  return ok(name === document.name ? document : { ...document, name });
}

function setData(
  document: ProjectDocument,
  data: ProjectDocument["data"],
): Result<ProjectDocument, EditIssue> {
  const fault = data === null ? null : findSchemaFault(dataBindingSchema, data);
  if (fault !== null) return err(badValue(`The data binding is not valid: ${fault}.`));
  return ok(areSameJson(data, document.data) ? document : { ...document, data });
}

function setTraining(
  document: ProjectDocument,
  change: Partial<ProjectDocument["training"]>,
): Result<ProjectDocument, EditIssue> {
  const training = { ...document.training, ...change };
  const fault = findSchemaFault(trainingSchema, training);
  if (fault !== null) return err(badValue(`The training settings are not valid: ${fault}.`));
  return ok(areSameJson(training, document.training) ? document : { ...document, training });
}
