import { findSchemaFault, nodeSchema, noteSchema } from "./documentSchemas.ts";
import { badValue, quote } from "./editIssues.ts";
import type { EditIssue } from "./edits.ts";
import type { GraphNode, GraphNote } from "./model.ts";

/** What is wrong with a node by itself (never whether it fits the graph), or null. */
export function checkNode(node: GraphNode): EditIssue | null {
  const fault = findSchemaFault(nodeSchema, node);
  return fault === null ? null : badValue(`The layer ${quote(node.name)} is not valid: ${fault}.`);
}

export function checkNote(note: GraphNote): EditIssue | null {
  const fault = findSchemaFault(noteSchema, note);
  return fault === null ? null : badValue(`The note is not valid: ${fault}.`);
}
