import type { NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import type { StoredParams } from "../layers/params.ts";
import { areSameJson, findJsonFault } from "./checkJson.ts";
import { checkNode, checkPlace, checkPlacedNode, findFormulaFault } from "./checkParts.ts";
import { findSchemaFault, nameSchema, positionSchema } from "./documentSchemas.ts";
import { renumber } from "./editEdges.ts";
import { badValue, issue, missingNode, quote } from "./editIssues.ts";
import { listSharers, promoteSharers } from "./editShares.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { findNode } from "./graphQueries.ts";
import type { GraphNode, ModelGraph, Position } from "./model.ts";
import { removeEdgesAt } from "./removeEdgesAt.ts";
import { type GraphScope, originalOf, wiringOf } from "./wiring.ts";

type EditOf<Kind extends DocumentEdit["kind"]> = Extract<DocumentEdit, { kind: Kind }>;
type GraphResult = Result<ModelGraph, EditIssue>;

export function addNode(scope: GraphScope, graph: ModelGraph, node: GraphNode): GraphResult {
  const fault = checkNewId(graph, node) ?? checkPlacedNode(scope, graph, node);
  return fault === null ? ok(withNode(graph, node)) : err(fault);
}

export function checkNewId(graph: ModelGraph, node: GraphNode): EditIssue | null {
  return findNode(graph, node.id) === null
    ? null
    : issue("duplicate-id", `There is already a layer with the id ${quote(node.id)}.`);
}

export function removeNodes(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"removeNodes">,
): GraphResult {
  const gone = new Set(edit.nodes);
  if (gone.size === 0) return ok(graph);
  for (const id of gone) {
    if (findNode(graph, id) === null) return err(missingNode(id));
  }
  const { edges } = removeEdgesAt(scope, graph, { gone, heal: edit.heal ?? false });
  const nodes = promoteSharers(graph, gone);
  for (const id of gone) delete nodes[id];
  return ok({ ...graph, nodes, edges });
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
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  return ok(node.name === name ? graph : withNode(graph, { ...node, name }));
}

/** Of a layer used at several places, wherever it is edited, the one set of options that all of them have. */
function findEdited(graph: ModelGraph, id: NodeId): GraphNode | null {
  const node = findNode(graph, id);
  return node === null ? null : originalOf(graph, node);
}

export function setParams(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"setParams">,
): GraphResult {
  const node = findEdited(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const fault = checkParams(node, edit.params);
  if (fault !== null) return err(fault);
  const changed = Object.entries(edit.params).filter(
    ([name, value]) => !Object.hasOwn(node.params, name) || !areSameJson(node.params[name], value),
  );
  if (changed.length === 0) return ok(graph);
  const params = { ...node.params, ...Object.fromEntries(changed) };
  return ok(withChanged(scope, graph, { ...node, params }));
}

export function resetParams(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"resetParams">,
): GraphResult {
  const node = findEdited(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const names = new Set(edit.params);
  const kept = Object.entries(node.params).filter(([name]) => !names.has(name));
  if (kept.length === Object.keys(node.params).length) return ok(graph);
  return ok(withChanged(scope, graph, { ...node, params: Object.fromEntries(kept) }));
}

export function replaceType(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"replaceType">,
): GraphResult {
  const node = findEdited(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const replaced = { ...node, type: edit.type, params: edit.params };
  const fault = checkNode(replaced) ?? checkPlace(scope, edit.type, node.name);
  if (fault !== null) return err(fault);
  if (node.type === edit.type && areSameJson(node.params, edit.params)) return ok(graph);
  return ok(withChanged(scope, graph, replaced));
}

/** Puts in a layer with another type or other options, and what follows of it: other ports, and its other uses. */
function withChanged(scope: GraphScope, graph: ModelGraph, node: GraphNode): ModelGraph {
  const sharers = listSharers(graph, node.id);
  const nodes: Record<NodeId, GraphNode> = { ...graph.nodes, [node.id]: node };
  for (const sharer of sharers) {
    if (sharer.type !== node.type) nodes[sharer.id] = { ...sharer, type: node.type };
  }
  return renumber(scope, { ...graph, nodes }, [node.id, ...sharers.map(({ id }) => id)]);
}

function checkParams(node: GraphNode, params: StoredParams): EditIssue | null {
  for (const [name, value] of Object.entries(params)) {
    const fault = findJsonFault({ [name]: value });
    if (fault !== null) return badValue(`The option ${name} of ${quote(node.name)} ${fault}.`);
    const formula = findFormulaFault(value);
    if (formula !== null) return badValue(`The option ${name} of ${quote(node.name)} ${formula}`);
  }
  return null;
}

function withNode(graph: ModelGraph, node: GraphNode): ModelGraph {
  return { ...graph, nodes: { ...graph.nodes, [node.id]: node } };
}

export function setMuted(
  scope: GraphScope,
  graph: ModelGraph,
  edit: EditOf<"setMuted">,
): GraphResult {
  const nodes = { ...graph.nodes };
  let hasChanged = false;
  for (const id of edit.nodes) {
    const node = findNode(graph, id);
    if (node === null) return err(missingNode(id));
    if ((node.isMuted ?? false) === edit.isMuted) continue;
    const { inputs, outputs } = wiringOf(scope.blocks, graph, node);
    if (edit.isMuted && (inputs.kind === "none" || outputs === 0)) {
      return err(badValue(`${quote(node.name)} can't be bypassed: it has no input or no output.`));
    }
    const { isMuted: _, ...rest } = node;
    nodes[id] = edit.isMuted ? { ...rest, isMuted: true } : rest;
    hasChanged = true;
  }
  return ok(hasChanged ? { ...graph, nodes } : graph);
}
