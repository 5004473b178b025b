import type { NodeId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { isEnd, refuseSharing } from "./checkParts.ts";
import { renumber } from "./editEdges.ts";
import { badValue, missingNode, quote } from "./editIssues.ts";
import type { EditIssue, GraphEdit } from "./edits.ts";
import { findNode, listNodes } from "./graphQueries.ts";
import type { GraphNode, ModelGraph } from "./model.ts";
import { type GraphScope, originalOf } from "./wiring.ts";

/** The further uses of a node's layer, in the order of the file. */
export function listSharers(graph: ModelGraph, original: NodeId): readonly GraphNode[] {
  return listNodes(graph).filter((node) => node.shares === original);
}

export function setShares(
  scope: GraphScope,
  graph: ModelGraph,
  edit: Extract<GraphEdit, { kind: "setShares" }>,
): Result<ModelGraph, EditIssue> {
  const node = findNode(graph, edit.node);
  if (node === null) return err(missingNode(edit.node));
  const { shares, ...rest } = node;
  if (edit.original === null) {
    if (shares === undefined) return ok(graph);
    const { type, params } = originalOf(graph, node);
    const own = { ...rest, type, params };
    return ok({ ...graph, nodes: { ...graph.nodes, [node.id]: own } });
  }
  const named = findNode(graph, edit.original);
  if (named === null) return err(missingNode(edit.original));
  const root = originalOf(graph, named);
  if (shares === root.id) return ok(graph);
  if (root.id === node.id) {
    return err(
      badValue(
        named.id === node.id
          ? `${quote(node.name)} can't share its weights with itself.`
          : `${quote(named.name)} already shares the weights of ${quote(node.name)}.`,
      ),
    );
  }
  if (isEnd(root.type)) return err(refuseSharing(root));
  if (isEnd(node.type)) return err(refuseSharing(node));
  const nodes = { ...graph.nodes };
  // What shared this node's weights now shares those that it shares: there are no chains.
  const moved = [node, ...listSharers(graph, node.id)];
  for (const sharer of moved) nodes[sharer.id] = makeSharer(sharer, root);
  return ok(
    renumber(
      scope,
      { ...graph, nodes },
      moved.map(({ id }) => id),
    ),
  );
}

/** Its own type follows the original's, so that a reader who knows of no sharing sees the right layer. */
function makeSharer(node: GraphNode, original: GraphNode): GraphNode {
  const { isMuted, ...rest } = node;
  return {
    ...rest,
    type: original.type,
    params: {},
    shares: original.id,
    ...(isMuted ? { isMuted } : {}),
  };
}

/** All nodes, in which the first use that is left of each layer that goes away has become its original. */
export function promoteSharers(
  graph: ModelGraph,
  gone: ReadonlySet<NodeId>,
): Record<NodeId, GraphNode> {
  const nodes = { ...graph.nodes };
  const heirs = new Map<NodeId, NodeId>();
  for (const node of listNodes(graph)) {
    if (node.shares === undefined || gone.has(node.id) || !gone.has(node.shares)) continue;
    const heir = heirs.get(node.shares);
    if (heir !== undefined) {
      nodes[node.id] = { ...node, shares: heir };
      continue;
    }
    heirs.set(node.shares, node.id);
    const { shares: _, ...rest } = node;
    const { type, params } = originalOf(graph, node);
    nodes[node.id] = { ...rest, type, params };
  }
  return nodes;
}
