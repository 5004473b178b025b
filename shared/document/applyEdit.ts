import { assertNever } from "../base/assertNever.ts";
import { type Result, err, ok } from "../base/result.ts";
import { areSameJson } from "./checkJson.ts";
import {
  dataBindingSchema,
  findSchemaFault,
  nameSchema,
  trainingSchema,
} from "./documentSchemas.ts";
import { checkNewEdge, connect, disconnect, insertOnEdge, reorderInputs } from "./editEdges.ts";
import { addBlock, findBlock, removeBlock, setBlock, withBlock } from "./editBlocks.ts";
import { addFrame, removeFrames, setFrame } from "./editFrames.ts";
import { badValue, missingBlock } from "./editIssues.ts";
import {
  addNode,
  moveNodes,
  removeNodes,
  renameNode,
  replaceType,
  resetParams,
  setMuted,
  setParams,
  setShares,
} from "./editNodes.ts";
import { addNote, removeNotes, setNote } from "./editNotes.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "./edits.ts";
import type { ModelGraph, ProjectDocument } from "./model.ts";

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
      return editBlockGraph(document, edit);
    case "addBlock":
      return addBlock(document, edit.block);
    case "setBlock":
      return setBlock(document, edit);
    case "removeBlock":
      return removeBlock(document, edit.block);
    case "setVariables":
      return ok({ ...document, variables: edit.variables });
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
      const changed = applyGraphEdit(document.graph, edit);
      if (!changed.ok) return changed;
      return ok(
        changed.value === document.graph ? document : { ...document, graph: changed.value },
      );
    }
  }
}

function editBlockGraph(
  document: ProjectDocument,
  edit: Extract<DocumentEdit, { kind: "inBlock" }>,
): Result<ProjectDocument, EditIssue> {
  const block = findBlock(document, edit.block);
  if (block === null) return err(missingBlock(edit.block));
  const graph = applyGraphEdit(block.graph, edit.edit);
  if (!graph.ok) return graph;
  return ok(
    graph.value === block.graph ? document : withBlock(document, { ...block, graph: graph.value }),
  );
}

function applyGraphEdit(graph: ModelGraph, edit: GraphEdit): Result<ModelGraph, EditIssue> {
  switch (edit.kind) {
    case "addNode":
      return addNode(graph, edit.node);
    case "removeNodes":
      return removeNodes(graph, edit);
    case "moveNodes":
      return moveNodes(graph, edit);
    case "renameNode":
      return renameNode(graph, edit);
    case "setParams":
      return setParams(graph, edit);
    case "resetParams":
      return resetParams(graph, edit);
    case "replaceType":
      return replaceType(graph, edit);
    case "connect":
      return connect(graph, edit);
    case "disconnect":
      return disconnect(graph, edit.edges);
    case "insertOnEdge":
      return insertOnEdge(graph, edit);
    case "reorderInputs":
      return reorderInputs(graph, edit);
    case "addFragment":
      return addFragment(graph, edit);
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
      return setMuted(graph, edit);
    case "setShares":
      return setShares(graph, edit);
    default:
      return assertNever(edit);
  }
}

function addFragment(
  graph: ModelGraph,
  edit: Extract<DocumentEdit, { kind: "addFragment" }>,
): Result<ModelGraph, EditIssue> {
  let current = graph;
  for (const node of edit.nodes) {
    const added = addNode(current, node);
    if (!added.ok) return added;
    current = added.value;
  }
  for (const note of edit.notes) {
    const added = addNote(current, note);
    if (!added.ok) return added;
    current = added.value;
  }
  for (const edge of edit.edges) {
    const fault = checkNewEdge(current, edge);
    if (fault !== null) return err(fault);
    current = { ...current, edges: { ...current.edges, [edge.id]: edge } };
  }
  return ok(current);
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
  return ok(data === document.data ? document : { ...document, data });
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
