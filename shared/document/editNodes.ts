import type { NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import type { StoredParams } from "../layers/params.ts";
import { areSameJson, findJsonFault } from "./checkJson.ts";
import { checkNode } from "./checkParts.ts";
import { findSchemaFault, nameSchema, positionSchema } from "./documentSchemas.ts";
import { removeEdgesAt } from "./editEdges.ts";
import { badValue, issue, missingNode, quote } from "./editIssues.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "./edits.ts";
import { findNode } from "./graphQueries.ts";
import type { GraphNode, ModelGraph, Position } from "./model.ts";

type EditOf<Kind extends DocumentEdit["kind"]> = Extract<DocumentEdit, { kind: Kind }>;
type GraphResult = Result<ModelGraph, EditIssue>;

export function addNode(graph: ModelGraph, node: GraphNode): GraphResult {
  if (findNode(graph, node.id) !== null) {
    return err(issue("duplicate-id", `There is already a layer with the id ${quote(node.id)}.`));
  }
  const fault = checkNode(node);
  return fault === null ? ok(withNode(graph, node)) : err(fault);
}

export function removeNodes(graph: ModelGraph, edit: EditOf<"removeNodes">): GraphResult {
  const gone = new Set(edit.nodes);
  if (gone.size === 0) return ok(graph);
  const nodes = { ...graph.nodes };
  for (const id of gone) {
    if (findNode(graph, id) === null) return err(missingNode(id));
    delete nodes[id];
  }
  return ok({ ...graph, nodes, edges: removeEdgesAt(graph, gone, { heal: edit.heal ?? false }) });
}

export function moveNodes(graph: ModelGraph, edit: EditOf<"moveNodes">): GraphResult {
  const nodes = { ...graph.nodes };
  let hasChanged = false;
  // The keys are node ids by the edit's type; Object.entries forgets it.
  for (const [id, { x, y }] of Object.entries(edit.positions) as [NodeId, Position][]) {
    const node = findNode(graph, id);
    if (node === null) return err(missingNode(id));
    const fault = findSchemaFault(positionSchema, { x, y });
    if (fault !== null)
      return err(badValue(`The position of ${quote(node.name)} is not valid: ${fault}.`));
    if (node.position.x === x && node.position.y === y) continue;
    nodes[id] = { ...node, position: { x, y } };
    hasChanged = true;
  }
  return ok(hasChanged ? { ...graph, nodes } : graph);
}

export function renameNode(graph: ModelGraph, edit: EditOf<"renameNode">): GraphResult {
  const name = edit.name.trim();
  const fault = findSchemaFault(nameSchema, name);
  if (fault !== null) return err(badValue(`A layer's name ${fault}.`));
  return changeNode(graph, edit.node, (node) => (node.name === name ? node : { ...node, name }));
}

export function setParams(graph: ModelGraph, edit: EditOf<"setParams">): GraphResult {
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const fault = checkParams(node, edit.params);
  if (fault !== null) return err(fault);
  const changed = Object.entries(edit.params).filter(
    ([name, value]) => !Object.hasOwn(node.params, name) || !areSameJson(node.params[name], value),
  );
  if (changed.length === 0) return ok(graph);
  const params = { ...node.params, ...Object.fromEntries(changed) };
  return ok(withNode(graph, { ...node, params }));
}

export function resetParams(graph: ModelGraph, edit: EditOf<"resetParams">): GraphResult {
  const names = new Set(edit.params);
  return changeNode(graph, edit.node, (node) => {
    const kept = Object.entries(node.params).filter(([name]) => !names.has(name));
    return kept.length === Object.keys(node.params).length
      ? node
      : { ...node, params: Object.fromEntries(kept) };
  });
}

export function replaceType(graph: ModelGraph, edit: EditOf<"replaceType">): GraphResult {
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const replaced = { ...node, type: edit.type, params: edit.params };
  const fault = checkNode(replaced);
  return fault === null ? ok(withNode(graph, replaced)) : err(fault);
}

function checkParams(node: GraphNode, params: StoredParams): EditIssue | null {
  for (const [name, value] of Object.entries(params)) {
    const fault = findJsonFault({ [name]: value });
    if (fault !== null) return badValue(`The option ${name} of ${quote(node.name)} ${fault}.`);
  }
  return null;
}

function changeNode(
  graph: ModelGraph,
  id: NodeId,
  change: (node: GraphNode) => GraphNode,
): GraphResult {
  const node = findNode(graph, id);
  if (node === null) return err(missingNode(id));
  const changed = change(node);
  return ok(changed === node ? graph : withNode(graph, changed));
}

function withNode(graph: ModelGraph, node: GraphNode): ModelGraph {
  return { ...graph, nodes: { ...graph.nodes, [node.id]: node } };
}

export function setMuted(
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "setMuted" }>,
): Result<ModelGraph, EditIssue> {
  const nodes = { ...graph.nodes };
  for (const id of edit.nodes) {
    const node = findNode(graph, id);
    if (node === null) return err(missingNode(id));
    const { isMuted: _, ...rest } = node;
    nodes[id] = edit.isMuted ? { ...rest, isMuted: true } : rest;
  }
  return ok({ ...graph, nodes });
}

export function setShares(
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "setShares" }>,
): Result<ModelGraph, EditIssue> {
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const { shares: _, ...rest } = node;
  const changed = edit.original === null ? rest : { ...rest, shares: edit.original };
  return ok({ ...graph, nodes: { ...graph.nodes, [node.id]: changed } });
}
