import type { EdgeId, NodeId } from "#shared/base/ids.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import {
  descendantsOf,
  findNode,
  incomingEdges,
  listNodes,
  outgoingEdges,
  wouldCloseCycle,
} from "#shared/document/graphQueries.ts";
import { createNamer } from "#shared/document/makeNode.ts";
import type { GraphNode, ModelGraph, Position } from "#shared/document/model.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { findFreePlace, nodeHeight, nodeRect, nodeWidth, snapToStep } from "./canvas/geometry.ts";
import type { FlowDirection } from "./canvas/geometry.ts";
import {
  findType,
  givesOutput,
  portsOfNode,
  takesInput,
  titleOfType,
  typeOfNode,
} from "./nodeTypes.ts";

/** An edit and the node it adds, to be selected afterwards. */
export interface AddedLayer {
  readonly edit: DocumentEdit;
  readonly node: NodeId;
}

export interface NewLayer {
  readonly type: string;
  readonly params?: StoredParams;
}

/** Room between two nodes that follow one another: enough for a shape pill. */
const flowGap = { down: 38, right: 104 } as const;

/** Puts a layer at a point (its centre), unwired. */
export function addLayerAt(graph: ModelGraph, layer: NewLayer, centre: Position): AddedLayer {
  const corner = snapToStep({ x: centre.x - nodeWidth / 2, y: centre.y - nodeHeight / 2 });
  const node = newNode(graph, layer, findFreePlace(corner, takenRects(graph)));
  return { edit: { kind: "addNode", node }, node: node.id };
}

/**
 * Adds a layer behind the selected ones and wires it: on the wire where the selected layer has just one target (what
 * follows moves on to make room), else as a new branch. A merge takes all selected layers. An Output gets it in front.
 */
export function addLayerAfter(
  graph: ModelGraph,
  layer: NewLayer,
  options: { readonly after: readonly NodeId[]; readonly direction: FlowDirection },
): AddedLayer | null {
  const type = findType(layer.type);
  const selected = options.after.flatMap((id) => findNode(graph, id) ?? []);
  const [first] = selected;
  if (first === undefined || !takesInput(type)) return null;
  const passesOn = givesOutput(type, layer.params);
  const givers = selected.filter((node) => givesOutput(typeOfNode(graph, node), node.params));

  if (givers.length === 0) {
    const [incoming] = incomingEdges(graph, first.id);
    return incoming === undefined || !passesOn
      ? null
      : insertLayerOn(graph, layer, { edge: incoming.id, direction: options.direction });
  }
  const accepts = type?.inputs.max ?? givers.length;
  const sources = givers.slice(0, Math.max(1, accepts));
  const [source] = sources;
  if (source === undefined) return null;
  const outgoing = outgoingEdges(graph, source.id);
  const [onlyWire] = outgoing;
  const isChain = sources.length === 1 && outgoing.length === 1 && onlyWire !== undefined;
  if (isChain && passesOn && (type?.inputs.min ?? 1) <= 1) {
    return insertLayerOn(graph, layer, { edge: onlyWire.id, direction: options.direction });
  }
  const wanted = placeAfter(sources, options.direction);
  const namer = createNamer(graph);
  const node = {
    ...namedNode(namer.nameNode(layer.type), layer),
    position: findFreePlace(wanted, takenRects(graph)),
  };
  const hasSlots = type?.inputPorts(node.params) !== null;
  const wires = sources.map((giver, slot): DocumentEdit => ({
    kind: "connect",
    id: namer.nameEdge(),
    source: giver.id,
    target: node.id,
    ...(hasSlots ? { slot } : {}),
  }));
  return {
    node: node.id,
    edit: {
      kind: "batch",
      label: `Add ${titleOfType(layer.type)}`,
      edits: [{ kind: "addNode", node }, ...wires],
    },
  };
}

/** Adds a layer and one wire between it and a layer that is there; `centre` is where it was dropped, if it was. */
export function addLayerWired(
  graph: ModelGraph,
  layer: NewLayer,
  wire: {
    readonly node: NodeId;
    readonly end: "source" | "target";
    /** The port of that node, where it has several. */
    readonly port: number | null;
    readonly centre: Position;
  },
): AddedLayer {
  const namer = createNamer(graph);
  const corner = snapToStep({
    x: wire.centre.x - nodeWidth / 2,
    y: wire.centre.y - nodeHeight / 2,
  });
  const node = {
    ...namedNode(namer.nameNode(layer.type), layer),
    position: findFreePlace(corner, takenRects(graph)),
  };
  const ends =
    wire.end === "source"
      ? {
          source: wire.node,
          target: node.id,
          ...(wire.port === null || wire.port === 0 ? {} : { port: wire.port }),
        }
      : {
          source: node.id,
          target: wire.node,
          ...(wire.port === null ? {} : { slot: wire.port }),
        };
  return {
    node: node.id,
    edit: {
      kind: "batch",
      label: `Add ${titleOfType(layer.type)}`,
      edits: [
        { kind: "addNode", node },
        { kind: "connect", id: namer.nameEdge(), ...ends },
      ],
    },
  };
}

/** Puts a layer on a wire, and moves what follows along the flow where there is no room for it. */
export function insertLayerOn(
  graph: ModelGraph,
  layer: NewLayer,
  place: {
    readonly edge: EdgeId;
    readonly direction: FlowDirection;
    readonly existing?: GraphNode;
  },
): AddedLayer | null {
  const edge = graph.edges[place.edge];
  const source = edge === undefined ? undefined : graph.nodes[edge.source];
  const target = edge === undefined ? undefined : graph.nodes[edge.target];
  if (edge === undefined || source === undefined || target === undefined) return null;
  const namer = createNamer(graph);
  const gap = flowGap[place.direction];
  const isDown = place.direction === "down";
  const key = isDown ? "y" : "x";
  const size = isDown ? nodeHeight : nodeWidth;
  const span = target.position[key] - (source.position[key] + size);
  const lacking = span <= -size ? 0 : Math.max(0, size + 2 * gap - span);
  const shift = Math.ceil(lacking / 10) * 10;
  const between = {
    x: (source.position.x + target.position.x + (isDown ? 0 : shift)) / 2,
    y: (source.position.y + target.position.y + (isDown ? shift : 0)) / 2,
  };
  const position = snapToStep(
    shift > 0 ? { ...between, [key]: source.position[key] + size + gap } : between,
  );
  const node =
    place.existing === undefined
      ? { ...namedNode(namer.nameNode(layer.type), layer), position }
      : { ...place.existing, position };
  const insert: DocumentEdit = {
    kind: "insertOnEdge",
    edge: place.edge,
    node,
    newEdge: namer.nameEdge(),
  };
  const followers = shift > 0 ? descendantsOf(graph, target.id) : new Set<NodeId>();
  const moved = Object.fromEntries(
    listNodes(graph)
      .filter((entry) => followers.has(entry.id) && entry.id !== node.id && entry.id !== source.id)
      .map((entry) => [entry.id, { ...entry.position, [key]: entry.position[key] + shift }]),
  );
  const label = `Insert ${titleOfType(node.type)}`;
  const edits: readonly DocumentEdit[] =
    shift > 0 ? [insert, { kind: "moveNodes", positions: moved }] : [insert];
  return { edit: { kind: "batch", label, edits }, node: node.id };
}

/** The two ends of a wire to be drawn; ports by number where a node has several. */
export interface WireEnds {
  readonly source: NodeId;
  readonly target: NodeId;
  /** The source's output; absent: the first. */
  readonly port?: number | null;
  /** The target's named input; absent: the first that is free. */
  readonly slot?: number | null;
}

/** Why a wire can't go there; null where it can. Shapes are not asked: a wire that doesn't fit is drawn and explained. */
export function findConnectFault(graph: ModelGraph, wire: WireEnds): string | null {
  const source = findNode(graph, wire.source);
  const target = findNode(graph, wire.target);
  if (source === null || target === null) return "That layer is gone.";
  if (source.id === target.id) return "A layer can't feed itself.";
  if (!givesOutput(typeOfNode(graph, source), source.params))
    return `${source.name} has no output.`;
  if (!takesInput(typeOfNode(graph, target))) return `${target.name} takes no input.`;
  const between = outgoingEdges(graph, source.id).filter((edge) => edge.target === target.id);
  const { inputs } = portsOfNode(graph, target);
  // Between named ports there may be several wires: a state and its sequence, one tensor as key and value.
  const isSame = between.some(
    (edge) =>
      (edge.port ?? 0) === (wire.port ?? 0) &&
      (inputs.length === 0 || edge.slot === (wire.slot ?? freeSlot(graph, target.id))),
  );
  if (isSame) return "These two are wired already.";
  if (inputs.length > 0 && (wire.slot ?? null) === null && freeSlot(graph, target.id) === null) {
    return `All inputs of ${target.name} are wired: pull the wire to the one to replace.`;
  }
  return wouldCloseCycle(graph, source.id, target.id)
    ? "This wire would close a cycle: a layer's result can't be its own input."
    : null;
}

/** The first named input without a wire; null where all have one, or where inputs have no names. */
export function freeSlot(graph: ModelGraph, target: NodeId): number | null {
  const node = findNode(graph, target);
  if (node === null) return null;
  const taken = new Set(incomingEdges(graph, target).map((edge) => edge.slot));
  const slot = portsOfNode(graph, node).inputs.findIndex((_, index) => !taken.has(index));
  return slot < 0 ? null : slot;
}

/** The edit that draws a wire; what is at a named input already gives way to it. */
export function makeWire(graph: ModelGraph, id: EdgeId, wire: WireEnds): DocumentEdit {
  const target = findNode(graph, wire.target);
  const hasSlots = target !== null && portsOfNode(graph, target).inputs.length > 0;
  const slot = wire.slot ?? (hasSlots ? freeSlot(graph, wire.target) : null);
  const connect: DocumentEdit = {
    kind: "connect",
    id,
    source: wire.source,
    target: wire.target,
    ...(slot === null ? {} : { slot }),
    ...(wire.port ? { port: wire.port } : {}),
  };
  const replaced = hasSlots
    ? incomingEdges(graph, wire.target).filter((edge) => edge.slot === slot)
    : [];
  return replaced.length === 0
    ? connect
    : {
        kind: "batch",
        label: "Connect",
        edits: [{ kind: "disconnect", edges: replaced.map((edge) => edge.id) }, connect],
      };
}

function placeAfter(sources: readonly GraphNode[], direction: FlowDirection): Position {
  const xs = sources.map((node) => node.position.x);
  const ys = sources.map((node) => node.position.y);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return snapToStep(
    direction === "down"
      ? { x: mean(xs), y: Math.max(...ys) + nodeHeight + flowGap.down }
      : { x: Math.max(...xs) + nodeWidth + flowGap.right, y: mean(ys) },
  );
}

function newNode(graph: ModelGraph, layer: NewLayer, position: Position): GraphNode {
  return { ...namedNode(createNamer(graph).nameNode(layer.type), layer), position };
}

function namedNode(
  named: { readonly id: NodeId; readonly name: string },
  layer: NewLayer,
): Omit<GraphNode, "position"> {
  return { ...named, type: layer.type, params: layer.params ?? {} };
}

function takenRects(graph: ModelGraph) {
  return listNodes(graph).map((node) => nodeRect(node.position));
}
