import type { BlockId, NodeId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import { type Result, err } from "../base/result.ts";
import { makeBlockId } from "../document/makeBlockId.ts";
import { blockTypeOf } from "../document/blockType.ts";
import { badValue, missingNode, quote } from "../document/editIssues.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "../document/edits.ts";
import { findNode, incomingEdges, outgoingEdges, reach } from "../document/graphQueries.ts";
import { createNamer } from "../document/makeNode.ts";
import {
  type BlockDefinition,
  type GraphNode,
  type ModelGraph,
  type ProjectDocument,
  emptyGraph,
} from "../document/model.ts";
import { blockEnds, mainEnds } from "../document/wiring.ts";
import { substituteNames } from "../expressions/substituteNames.ts";
import {
  byId,
  checkBlockName,
  connectAll,
  findGraph,
  inGraph,
  middleOf,
  withCheckedEdit,
} from "./blockEdits.ts";
import { drawBorder } from "./packBorder.ts";
import { passParams } from "./passParams.ts";

export interface PackRequest {
  /** Whose graph the nodes are in; null: the main graph. */
  readonly scope: BlockId | null;
  /** Inputs and outputs of the graph among them stay where they are. */
  readonly nodes: readonly NodeId[];
  readonly name: string;
}

export interface Packed {
  readonly edit: DocumentEdit;
  readonly block: BlockId;
  readonly instance: NodeId;
}

/**
 * Makes a block of some nodes of a graph, and puts an instance in their place. Nodes, positions and the wires among
 * them stay as they are; wires across the border lead through ports. Options of the block around that expressions in
 * it use become parameters, which the instance passes on.
 */
export function packNodes(
  document: ProjectDocument,
  request: PackRequest,
): Result<Packed, EditIssue> {
  const found = findGraph(document, request.scope);
  if (!found.ok) return found;
  const { graph, block: around } = found.value;
  const nodes: GraphNode[] = [];
  for (const id of new Set(request.nodes)) {
    const node = findNode(graph, id);
    if (node === null) return err(missingNode(id));
    if (!mainEnds.has(node.type) && !blockEnds.has(node.type)) nodes.push(node);
  }
  if (nodes.length === 0) {
    return err(
      badValue("Select at least one layer for the block; inputs and outputs stay outside."),
    );
  }
  const inside = new Set(nodes.map(({ id }) => id));
  const fault =
    checkBlockName(request.name) ?? checkSharing(graph, inside) ?? checkGap(graph, inside);
  if (fault !== null) return err(fault);

  const namer = createNamer(graph);
  const border = drawBorder(graph, { inside, namer });
  const passed = passParams(document, around, nodes);
  const id = makeBlockId(document.blocks, request.name);
  const block: BlockDefinition = {
    id,
    name: request.name.trim(),
    summary: "",
    params: passed.params,
    graph: {
      ...emptyGraph,
      nodes: byId([
        ...border.inputs,
        ...nodes.map((node) => replaceNames(node, passed.names)),
        ...border.outputs,
      ]),
      edges: byId(border.innerEdges),
    },
  };
  const named = namer.nameNode(blockTypeOf(id));
  const instance: GraphNode = {
    id: named.id,
    type: blockTypeOf(id),
    name: named.name,
    params: passed.values,
    position: middleOf(nodes),
  };
  const edits: readonly GraphEdit[] = [
    ...(border.cut.length === 0 ? [] : [{ kind: "disconnect", edges: border.cut } as const]),
    { kind: "removeNodes", nodes: [...inside] },
    { kind: "addNode", node: instance },
    ...connectAll(border.outerEdges(instance.id)),
  ];
  return withCheckedEdit(document, {
    edit: {
      kind: "batch",
      label: `Make the block ${block.name}`,
      edits: [{ kind: "addBlock", block }, ...edits.map((edit) => inGraph(request.scope, edit))],
    },
    block: id,
    instance: instance.id,
  });
}

/** A layer and its further uses have to be on the same side of the border. */
function checkSharing(graph: ModelGraph, inside: ReadonlySet<NodeId>): EditIssue | null {
  for (const node of Object.values(graph.nodes)) {
    if (node.shares === undefined || inside.has(node.id) === inside.has(node.shares)) continue;
    const original = findNode(graph, node.shares);
    if (original === null) continue;
    const [selected, left] = inside.has(node.id) ? [node, original] : [original, node];
    return badValue(
      `${quote(selected.name)} shares its weights with ${quote(left.name)}, which isn't selected. Select it as well, or give the two weights of their own.`,
    );
  }
  return null;
}

/** What lies between two of the nodes must be among them: a block can't feed itself. */
function checkGap(graph: ModelGraph, inside: ReadonlySet<NodeId>): EditIssue | null {
  const after = reach(inside, (id) => outgoingEdges(graph, id).map((edge) => edge.target));
  const before = reach(inside, (id) => incomingEdges(graph, id).map((edge) => edge.source));
  for (const id of after) {
    if (inside.has(id) || !before.has(id)) continue;
    return badValue(
      `${quote(findNode(graph, id)?.name ?? id)} lies between the selected layers but isn't selected. Select it as well.`,
    );
  }
  return null;
}

/** The node with other names in its expressions; the very same one where none of them is there. */
export function replaceNames(node: GraphNode, names: ReadonlyMap<string, JsonValue>): GraphNode {
  const params = substituteNames(node.params, names);
  // Substitution keeps an object of options an object of options.
  return params === node.params ? node : { ...node, params: params as GraphNode["params"] };
}
