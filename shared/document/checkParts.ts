import type { JsonValue } from "../base/json.ts";
import { parseExpression } from "../expressions/parseExpression.ts";
import { listExpressions } from "../expressions/resolveParams.ts";
import { findSchemaFault, frameSchema, nodeSchema, noteSchema } from "./documentSchemas.ts";
import { badValue, quote } from "./editIssues.ts";
import type { EditIssue } from "./edits.ts";
import { findNode } from "./graphQueries.ts";
import type { GraphFrame, GraphNode, GraphNote, ModelGraph } from "./model.ts";
import { type GraphScope, blockEnds, mainEnds } from "./wiring.ts";

/** What is wrong with a node by itself (never whether it fits the graph), or null. */
export function checkNode(node: GraphNode): EditIssue | null {
  const fault = findSchemaFault(nodeSchema, node);
  return fault === null ? null : badValue(`The layer ${quote(node.name)} is not valid: ${fault}.`);
}

/** What is wrong with a node in this graph, apart from its wires, or null. */
export function checkPlacedNode(
  scope: GraphScope,
  graph: ModelGraph,
  node: GraphNode,
): EditIssue | null {
  return checkNode(node) ?? checkPlace(scope, node.type, node.name) ?? checkOriginal(graph, node);
}

/** Each kind of graph has ends of its own: a block's are its ports, the main graph's are bound to data. */
export function checkPlace(scope: GraphScope, type: string, name: string): EditIssue | null {
  if (scope.block === null && blockEnds.has(type)) {
    return badValue(
      `${quote(name)} is a port of a block, so it belongs inside one. Out here, use Input and Output.`,
    );
  }
  if (scope.block !== null && mainEnds.has(type)) {
    return badValue(
      `${quote(name)} is bound to data, so it belongs in the main graph. In a block, use its ports (Block input, Block output).`,
    );
  }
  return null;
}

function checkOriginal(graph: ModelGraph, node: GraphNode): EditIssue | null {
  if (node.shares === undefined) return null;
  const original = findNode(graph, node.shares);
  if (original === null || original.id === node.id) {
    return badValue(
      `${quote(node.name)} shares the weights of ${quote(node.shares)}, which isn't in this graph.`,
    );
  }
  if (original.shares !== undefined) {
    return badValue(
      `${quote(node.name)} shares the weights of ${quote(original.name)}, which shares another's itself. Name that one.`,
    );
  }
  return isEnd(original.type) ? refuseSharing(original) : null;
}

export function isEnd(type: string): boolean {
  return mainEnds.has(type) || blockEnds.has(type);
}

export function refuseSharing(node: GraphNode): EditIssue {
  return badValue(`${quote(node.name)} has no weights that could be shared: it isn't a layer.`);
}

export function checkNote(note: GraphNote): EditIssue | null {
  const fault = findSchemaFault(noteSchema, note);
  return fault === null ? null : badValue(`The note is not valid: ${fault}.`);
}

export function checkFrame(frame: GraphFrame): EditIssue | null {
  const fault = findSchemaFault(frameSchema, frame);
  return fault === null
    ? null
    : badValue(`The frame ${quote(frame.title)} is not valid: ${fault}.`);
}

/** Why a value that someone typed can't be taken, for a sentence: the first expression in it that can't be read. */
export function findFormulaFault(value: JsonValue): string | null {
  for (const text of listExpressions(value)) {
    const parsed = parseExpression(text);
    if (!parsed.ok)
      return `has the expression ${quote(text)}, which can't be read. ${parsed.error.message}`;
  }
  return null;
}
