import type { BlockId, NodeId } from "../base/ids.ts";
import { type Result, err } from "../base/result.ts";
import { findBlockOf, listBlockPorts, readBlockType } from "../document/blockType.ts";
import { makeEdge, portOf } from "../document/editEdges.ts";
import { badValue, missingNode, quote } from "../document/editIssues.ts";
import { listSharers } from "../document/editShares.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "../document/edits.ts";
import { findNode, incomingEdges, listEdges, listNodes } from "../document/graphQueries.ts";
import { createNamer } from "../document/makeNode.ts";
import type { GraphEdge, GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import { blockEnds } from "../document/wiring.ts";
import { connectAll, findGraph, inGraph, middleOf, withCheckedEdit } from "./blockEdits.ts";
import { freezeNode } from "./freezeNode.ts";
import { readArguments } from "./readArguments.ts";
import { replaceNames } from "./packNodes.ts";
import { type Copy, copyDecorations, copyNodes } from "./unpackCopies.ts";

export interface UnpackRequest {
  /** Whose graph the instance is in; null: the main graph. */
  readonly scope: BlockId | null;
  readonly node: NodeId;
}

export interface Unpacked {
  readonly edit: DocumentEdit;
  /** What stands in the instance's place, to be selected. */
  readonly nodes: readonly NodeId[];
}

/**
 * Puts what is in a block in the place of one of its instances, as often as it is repeated, with the instance's options
 * in place of the block's parameters. The definition stays in the project.
 */
export function unpackNode(
  document: ProjectDocument,
  request: UnpackRequest,
): Result<Unpacked, EditIssue> {
  const found = findGraph(document, request.scope);
  if (!found.ok) return found;
  const { graph } = found.value;
  const instance = findNode(graph, request.node);
  if (instance === null) return err(missingNode(request.node));
  const block = findBlockOf(document, instance.type);
  const fault = checkInstance(graph, instance, block !== null);
  if (fault !== null || block === null) return err(fault ?? missingNode(request.node));
  const read = readArguments(document, { block, instance, around: found.value.block });
  if (!read.ok) return read;
  const { repeat, trainable } = read.value;
  const ports = listBlockPorts(block.graph);
  if (repeat > 1 && ports.outputs.length > ports.inputs.length) {
    return err(
      badValue(
        `${quote(instance.name)} can't be repeated: it has more outputs than inputs. Set repeat to 1 first.`,
      ),
    );
  }

  const inner = listNodes(block.graph).filter((node) => !blockEnds.has(node.type));
  const middle = middleOf(inner);
  const offset = { x: instance.position.x - middle.x, y: instance.position.y - middle.y };
  const copies = copyNodes(graph, {
    inner,
    count: repeat,
    without: instance.id,
    offset,
  });
  const nodes = copies.flatMap((copy, index) => {
    const names = read.value.namesOf(index);
    return copy.nodes.map((node) => freezeNode(replaceNames(node, names), trainable));
  });
  const wires = makeWires(graph, { instance, definition: block.graph, copies });
  const label = `Unpack ${instance.name}`;
  const edits: readonly GraphEdit[] = [
    ...(wires.cut.length === 0 ? [] : [{ kind: "disconnect", edges: wires.cut } as const]),
    { kind: "removeNodes", nodes: [instance.id] },
    {
      kind: "addFragment",
      nodes,
      edges: wires.inner,
      ...copyDecorations(graph, block.graph, offset),
    },
    ...connectAll(wires.outer),
  ];
  return withCheckedEdit(document, {
    edit: { kind: "batch", label, edits: edits.map((edit) => inGraph(request.scope, edit)) },
    nodes: nodes.map((node) => node.id),
  });
}

function checkInstance(
  graph: ModelGraph,
  instance: GraphNode,
  hasBlock: boolean,
): EditIssue | null {
  const name = quote(instance.name);
  if (readBlockType(instance.type) === null) {
    return badValue(`${name} is a layer, not a block: there is nothing to unpack.`);
  }
  if (!hasBlock)
    return badValue(`${name} is an instance of a block that this project doesn't have.`);
  if (instance.isMuted) return badValue(`${name} is muted, so it does nothing. Unmute it first.`);
  if (instance.shares !== undefined || listSharers(graph, instance.id).length > 0) {
    return badValue(
      `${name} shares its weights with another use of its block. Give the two weights of their own first.`,
    );
  }
  return null;
}

interface WireRequest {
  readonly instance: GraphNode;
  readonly definition: ModelGraph;
  readonly copies: readonly Copy[];
}

type End = Pick<GraphEdge, "source" | "port">;

/** The wires among the copies, and those of the graph around that led to or from the instance. */
function makeWires(graph: ModelGraph, { instance, definition, copies }: WireRequest) {
  const ports = listBlockPorts(definition);
  const inputPlaces = new Map(ports.inputs.map((node, place) => [node.id, place]));
  const namer = createNamer({ ...graph, edges: { ...graph.edges, ...definition.edges } });

  /** What stands for an output of a node of the definition; null where nothing leads to a port. */
  function findEnd(copy: number, start: End): End | null {
    let end: End = start;
    // Ports may lead straight to ports, so this can go through every copy.
    for (let at = copy; at >= 0; at--) {
      const place = inputPlaces.get(end.source);
      if (place === undefined) {
        const source = copies[at]?.ids.get(end.source);
        return source === undefined ? null : { source, port: end.port ?? 0 };
      }
      const output = at > 0 ? ports.outputs[place] : undefined;
      if (output === undefined) {
        return incomingEdges(graph, instance.id).find((edge) => edge.slot === place) ?? null;
      }
      const before = incomingEdges(definition, output.id)[0];
      if (before === undefined) return null;
      end = before;
    }
    return null;
  }

  const inner: GraphEdge[] = [];
  copies.forEach(({ ids }, copy) => {
    for (const edge of listEdges(definition)) {
      const target = ids.get(edge.target);
      const end = target === undefined ? null : findEnd(copy, edge);
      if (target === undefined || end === null) continue;
      const isFree = copy === 0 && !Object.hasOwn(graph.edges, edge.id);
      inner.push(
        makeEdge(isFree ? edge.id : namer.nameEdge(), {
          source: end.source,
          port: end.port ?? 0,
          target,
          slot: edge.slot,
        }),
      );
    }
  });
  const targets = new Set(
    listEdges(graph).flatMap((edge) => (edge.source === instance.id ? [edge.target] : [])),
  );
  const outer: GraphEdge[] = [];
  const cut: GraphEdge["id"][] = [];
  for (const edge of listEdges(graph)) {
    if (!targets.has(edge.target)) continue;
    if (edge.source !== instance.id) {
      cut.push(edge.id);
      outer.push(edge);
      continue;
    }
    const output = ports.outputs[portOf(edge)];
    const last = output === undefined ? undefined : incomingEdges(definition, output.id)[0];
    const end = last === undefined ? null : findEnd(copies.length - 1, last);
    if (end !== null) {
      outer.push(makeEdge(edge.id, { ...edge, source: end.source, port: end.port ?? 0 }));
    }
  }
  return { inner, outer, cut };
}
