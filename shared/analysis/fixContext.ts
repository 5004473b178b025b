import { type EdgeId, type NodeId, edgeId } from "../base/ids.ts";
import { descendantsOf, indexGraph, listNodes } from "../document/graphQueries.ts";
import type { DocumentEdit } from "../document/edits.ts";
import { createNamer } from "../document/makeNode.ts";
import type { GraphEdge, GraphNode, ModelGraph, Position } from "../document/model.ts";
import type { StoredParams } from "../layers/params.ts";
import { findLayer } from "../layers/registry.ts";
import type { Shape } from "../layers/shape.ts";
import type { NodeRecord } from "./analyzeNode.ts";
import type { Fix } from "./types.ts";

/** Height from one layer to the next in a tidy column, in canvas units. */
export const rowHeight = 82;

const maxProposals = 150;

/** What finding faults and proposing repairs need to know: the graph, and what each node gives. */
export interface FixContext {
  readonly graph: ModelGraph;
  readonly records: ReadonlyMap<NodeId, NodeRecord>;
  incoming(node: NodeId): readonly GraphEdge[];
  outgoing(node: NodeId): readonly GraphEdge[];
  /** Of an output port; absent: the first. */
  shapeOf(node: NodeId, port?: number): Shape | null;
  /** False once so many nodes have got proposals that more would only cost time: nobody mends hundreds one by one. */
  mayPropose(): boolean;
  /** Nodes with a shape that nobody uses yet. */
  freeSources(): readonly NodeId[];
  nameOf(node: NodeId): string;
  /** A new node with free ids; asked twice, the same one, because fixes are alternatives. `number` tells several apart. */
  makeNode(type: string, position: Position, params?: StoredParams, number?: number): GraphNode;
  /** Free wire ids: 0 is the first, 1 the second … */
  newEdgeId(number: number): EdgeId;
}

export function createFixContext(
  graph: ModelGraph,
  records: ReadonlyMap<NodeId, NodeRecord>,
): FixContext {
  const index = indexGraph(graph);
  const named = new Map<string, { readonly id: NodeId; readonly name: string }>();
  const edgeIds: EdgeId[] = [];
  let namer: ReturnType<typeof createNamer> | null = null;
  const getNamer = () => (namer ??= createNamer(graph));
  let proposalsLeft = maxProposals;
  let freeSources: readonly NodeId[] | null = null;
  const findFreeSources = () =>
    [...records]
      .filter(([id, { type, analysis }]) => {
        if (analysis.outputShape === null || index.outgoing.has(id)) return false;
        return findLayer(type)?.outputs !== 0;
      })
      .map(([id]) => id);
  return {
    graph,
    records,
    incoming: (node) => index.incoming.get(node) ?? [],
    outgoing: (node) => index.outgoing.get(node) ?? [],
    shapeOf: (node, port = 0) => records.get(node)?.analysis.outputShapes[port] ?? null,
    mayPropose: () => proposalsLeft-- > 0,
    freeSources: () => (freeSources ??= findFreeSources()),
    nameOf: (node) => graph.nodes[node]?.name ?? node,
    makeNode(type, position, params = {}, number = 0) {
      const key = `${type} ${number}`;
      const ids = named.get(key) ?? getNamer().nameNode(type);
      named.set(key, ids);
      return { ...ids, type, params, position };
    },
    newEdgeId(number) {
      while (edgeIds.length <= number) edgeIds.push(getNamer().nameEdge());
      return edgeIds[number] ?? edgeId(`wire-new-${number}`);
    },
  };
}

/** A fix with the word for it in a sentence: "Insert Flatten". */
export interface Remedy extends Fix {
  readonly short: string;
}

/** The edit is made when it is asked for: of hundreds of proposals hardly one is ever carried out. */
export function makeRemedy(short: string, title: string, makeEdit: () => DocumentEdit): Remedy {
  let made: DocumentEdit | null = null;
  return {
    short,
    title,
    get edit() {
      return (made ??= makeEdit());
    },
  };
}

export function titleOf(type: string): string {
  return findLayer(type)?.title ?? type;
}

export function insertRemedy(
  context: FixContext,
  edge: GraphEdge,
  type: string,
  params: StoredParams = {},
): Remedy {
  const title = titleOf(type);
  const detail = describeParams(type, params);
  const source = context.nameOf(edge.source);
  const target = context.nameOf(edge.target);
  return makeRemedy(
    `insert ${title}${detail}`,
    `Insert ${title}${detail} between ${source} and ${target}`,
    () => insertEdit(context, edge, type, params),
  );
}

/** Puts a layer on a wire and makes room for it by moving what comes after down. */
export function insertEdit(
  context: FixContext,
  edge: GraphEdge,
  type: string,
  params: StoredParams = {},
): DocumentEdit {
  const { graph } = context;
  const source = graph.nodes[edge.source];
  const target = graph.nodes[edge.target];
  const from = source?.position ?? { x: 0, y: 0 };
  const to = target?.position ?? { x: 0, y: rowHeight };
  const hasRoom = to.y - from.y >= 2 * rowHeight;
  const position = hasRoom
    ? { x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2) }
    : { x: to.x, y: to.y };
  const node = context.makeNode(type, position, params);
  const insert: DocumentEdit = {
    kind: "insertOnEdge",
    edge: edge.id,
    node,
    newEdge: context.newEdgeId(0),
  };
  if (hasRoom) return insert;
  const moved: Record<NodeId, Position> = {};
  for (const id of descendantsOf(graph, edge.target)) {
    const below = graph.nodes[id];
    if (below === undefined || below.position.y < to.y || id === edge.source) continue;
    moved[id] = { x: below.position.x, y: below.position.y + rowHeight };
  }
  return {
    kind: "batch",
    label: `Insert ${titleOf(type)}`,
    edits: [insert, { kind: "moveNodes", positions: moved }],
  };
}

export function setParamRemedy(
  context: FixContext,
  node: NodeId,
  params: StoredParams,
  title: string,
): Remedy {
  return makeRemedy(lowerFirst(title), `${title} in ${context.nameOf(node)}`, () => ({
    kind: "setParams",
    node,
    params,
  }));
}

export function connectRemedy(context: FixContext, source: NodeId, target: NodeId): Remedy {
  const from = context.nameOf(source);
  return makeRemedy(`connect ${from}`, `Connect ${from} to ${context.nameOf(target)}`, () => ({
    kind: "connect",
    id: context.newEdgeId(0),
    source,
    target,
  }));
}

export function disconnectRemedy(context: FixContext, edges: readonly GraphEdge[]): Remedy {
  const [first] = edges;
  const between =
    first === undefined || edges.length > 1
      ? `${edges.length} wires`
      : `the wire from ${context.nameOf(first.source)} to ${context.nameOf(first.target)}`;
  return makeRemedy(`remove ${between}`, `Remove ${between}`, () => ({
    kind: "disconnect",
    edges: edges.map((edge) => edge.id),
  }));
}

export function removeNodesRemedy(
  context: FixContext,
  nodes: readonly NodeId[],
  options: { readonly heal: boolean },
): Remedy {
  const [first] = nodes;
  const what =
    first !== undefined && nodes.length === 1 ? context.nameOf(first) : `${nodes.length} layers`;
  return makeRemedy(`remove ${what}`, `Remove ${what}`, () => ({
    kind: "removeNodes",
    nodes,
    heal: options.heal,
  }));
}

export function listNames(context: FixContext, nodes: readonly NodeId[]): string {
  return joinWords(nodes.map((node) => context.nameOf(node)));
}

/** "a", "a and b", "a, b and c"; of many only the first few. */
export function joinWords(words: readonly string[], last = "and"): string {
  const shown = words.length > 5 ? [...words.slice(0, 4), `${words.length - 4} more`] : words;
  const end = shown.at(-1) ?? "";
  return shown.length < 2 ? end : `${shown.slice(0, -1).join(", ")} ${last} ${end}`;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describeParams(type: string, params: StoredParams): string {
  const shape = params["targetShape"];
  if (type === "reshape" && Array.isArray(shape)) return ` to ${shape.join(" × ")}`;
  const units = params["units"] ?? params["filters"];
  return typeof units === "number" ? ` (${units})` : "";
}

/** The lowest free place under everything, for new nodes. */
export function placeBelow(graph: ModelGraph, above: NodeId | null): Position {
  const node = above === null ? undefined : graph.nodes[above];
  if (node !== undefined) return { x: node.position.x, y: node.position.y + rowHeight };
  const lowest = listNodes(graph).reduce((y, { position }) => Math.max(y, position.y), -rowHeight);
  return { x: listNodes(graph)[0]?.position.x ?? 0, y: lowest + rowHeight };
}
