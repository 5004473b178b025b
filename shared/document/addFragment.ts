import { type Result, err, ok } from "../base/result.ts";
import { checkPlacedNode } from "./checkParts.ts";
import { checkNewEdge, makeEdge, renumber } from "./editEdges.ts";
import { addFrame } from "./editFrames.ts";
import { issue, quote } from "./editIssues.ts";
import { checkNewId } from "./editNodes.ts";
import { addNote } from "./editNotes.ts";
import type { EditIssue, GraphEdit } from "./edits.ts";
import { findNode } from "./graphQueries.ts";
import type { ModelGraph } from "./model.ts";
import { type GraphScope, wiringOf } from "./wiring.ts";

/** Linear in the size of the piece: one copy of each list, not one an item. */
export function addFragment(
  scope: GraphScope,
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "addFragment" }>,
): Result<ModelGraph, EditIssue> {
  const nodes = { ...graph.nodes };
  const edges = { ...graph.edges };
  let grown: ModelGraph = { ...graph, nodes, edges };
  for (const node of edit.nodes) {
    const fault = checkNewId(grown, node);
    if (fault !== null) return err(fault);
    nodes[node.id] = node;
  }
  // Only now, because a node may come before the one whose weights it shares.
  for (const node of edit.nodes) {
    const fault = checkPlacedNode(scope, grown, node);
    if (fault !== null) return err(fault);
  }
  for (const note of edit.notes) {
    const added = addNote(grown, note);
    if (!added.ok) return added;
    grown = { ...added.value, nodes, edges };
  }
  for (const frame of edit.frames ?? []) {
    const added = addFrame(grown, frame);
    if (!added.ok) return added;
    grown = { ...added.value, nodes, edges };
  }
  const taken = new Set(Object.values(graph.edges).map((edge) => `${edge.target} ${edge.slot}`));
  for (const edge of edit.edges) {
    const fault = checkNewEdge(scope, grown, edge);
    if (fault !== null) return err(fault);
    const target = findNode(grown, edge.target);
    const place = `${edge.target} ${edge.slot}`;
    const isPort = target !== null && wiringOf(scope.blocks, grown, target).inputs.kind === "ports";
    if (isPort && taken.has(place)) {
      const message = `Two wires want to go to input ${edge.slot + 1} of ${quote(target.name)}, which takes one.`;
      return err(issue("duplicate-edge", message));
    }
    taken.add(place);
    edges[edge.id] = makeEdge(edge.id, edge);
  }
  const targets = new Set(edit.edges.map((edge) => edge.target));
  const isEmpty = [edit.nodes, edit.edges, edit.notes, edit.frames ?? []].every(
    (list) => list.length === 0,
  );
  // A copy: the index of wires is cached by object, and this one grew.
  return ok(isEmpty ? graph : renumber(scope, { ...grown, edges: { ...edges } }, targets));
}
