import {
  type EdgeId,
  type FrameId,
  type NodeId,
  type NoteId,
  edgeId,
  frameId,
  nodeId,
  noteId,
} from "../base/ids.ts";
import type { StoredParams } from "../layers/params.ts";
import type { GraphNode, ModelGraph, Position } from "./model.ts";

/** A node of this type with a fresh readable id (`conv2d-3`) and Keras's name for it (`conv2d_3`). Adds nothing. */
export function makeNode(
  graph: ModelGraph,
  type: string,
  position: Position,
  params: StoredParams = {},
): GraphNode {
  const { id, name } = createNamer(graph).nameNode(type);
  return { id, type, name, params, position };
}

export function makeEdgeId(graph: ModelGraph): EdgeId {
  return createNamer(graph).nameEdge();
}

export function makeNoteId(graph: ModelGraph): NoteId {
  return createNamer(graph).nameNote();
}

/** Hands out ids and names that are free in the graph and were not handed out before by the same namer. */
export interface Namer {
  nameNode(type: string): { readonly id: NodeId; readonly name: string };
  /** For a copy: its name where that is free, else the next one: `conv2d_3` → `conv2d_4`, `encoder` → `encoder_2`. */
  nameCopy(node: GraphNode): { readonly id: NodeId; readonly name: string };
  nameEdge(): EdgeId;
  nameNote(): NoteId;
  nameFrame(): FrameId;
}

export function createNamer(graph: ModelGraph): Namer {
  const nodes = Object.values(graph.nodes);
  const ids = new Set<string>(nodes.map((node) => node.id));
  const names = new Set(nodes.map((node) => node.name));
  const edges = new Set(Object.keys(graph.edges));
  const notes = new Set(Object.keys(graph.notes));
  const frames = new Set(Object.keys(graph.frames));
  // Remembers where to go on counting, so that pasting many nodes of one type stays linear.
  const counters = new Map<string, number>();

  function count(key: string, isTaken: (number: number) => boolean): number {
    let number = counters.get(key) ?? 1;
    while (isTaken(number)) number++;
    counters.set(key, number + 1);
    return number;
  }

  function nameNode(type: string): { id: NodeId; name: string } {
    const stem = toSnakeCase(type);
    const idStem = stem.replaceAll("_", "-");
    const number = count(
      `node ${stem}`,
      (candidate) => ids.has(`${idStem}-${candidate}`) || names.has(`${stem}_${candidate}`),
    );
    const id = nodeId(`${idStem}-${number}`);
    ids.add(id);
    return { id, name: `${stem}_${number}` };
  }

  return {
    nameNode(type) {
      const named = nameNode(type);
      names.add(named.name);
      return named;
    },
    nameCopy(node) {
      const { id, name: nextName } = nameNode(node.type);
      const isGivenName = node.name.replace(/_\d{1,9}$/, "") !== toSnakeCase(node.type);
      const name = !names.has(node.name)
        ? node.name
        : isGivenName
          ? countUp(node.name.replace(/_\d{1,9}$/, ""))
          : nextName;
      names.add(name);
      return { id, name };
    },
    nameEdge: () => edgeId(`wire-${count("edge", (number) => edges.has(`wire-${number}`))}`),
    nameFrame: () => frameId(`frame-${count("frame", (number) => frames.has(`frame-${number}`))}`),
    nameNote: () => noteId(`note-${count("note", (number) => notes.has(`note-${number}`))}`),
  };

  function countUp(stem: string): string {
    const number = count(`name ${stem}`, (candidate) => names.has(`${stem}_${candidate + 1}`));
    return `${stem}_${number + 1}`;
  }
}

/** As Keras names layers: `maxPooling2d` → `max_pooling2d`; instances after their block: `block:res-unit` → `res_unit`. */
function toSnakeCase(type: string): string {
  const snake = type
    .replace(/^block:/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll("-", "_")
    .replace(/[^a-z0-9_]/g, "");
  return /^[a-z]/.test(snake) ? snake : `layer_${snake}`;
}
