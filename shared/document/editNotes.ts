import type { NoteId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { areSameJson } from "./checkJson.ts";
import { checkNote } from "./checkParts.ts";
import { issue, missingNote, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import type { GraphNote, ModelGraph } from "./model.ts";

type GraphResult = Result<ModelGraph, EditIssue>;

export function addNote(graph: ModelGraph, note: GraphNote): GraphResult {
  if (findNote(graph, note.id) !== null) {
    return err(issue("duplicate-id", `There is already a note with the id ${quote(note.id)}.`));
  }
  const fault = checkNote(note);
  return fault === null ? ok(withNote(graph, note)) : err(fault);
}

export function setNote(
  graph: ModelGraph,
  edit: Extract<DocumentEdit, { kind: "setNote" }>,
): GraphResult {
  const note = findNote(graph, edit.note);
  if (note === null) return err(missingNote(edit.note));
  const changed: GraphNote = { ...note, ...edit.change, id: note.id };
  const fault = checkNote(changed);
  if (fault !== null) return err(fault);
  return ok(areSameJson(note, changed) ? graph : withNote(graph, changed));
}

export function removeNotes(graph: ModelGraph, ids: readonly NoteId[]): GraphResult {
  const notes = { ...graph.notes };
  for (const id of ids) {
    if (findNote(graph, id) === null) return err(missingNote(id));
    delete notes[id];
  }
  return ok(ids.length === 0 ? graph : { ...graph, notes });
}

function findNote(graph: ModelGraph, id: NoteId): GraphNote | null {
  return Object.hasOwn(graph.notes, id) ? (graph.notes[id] ?? null) : null;
}

function withNote(graph: ModelGraph, note: GraphNote): ModelGraph {
  return { ...graph, notes: { ...graph.notes, [note.id]: note } };
}
