import type { NodeId } from "../base/ids.ts";
import { createNamer } from "../document/makeNode.ts";
import type { GraphFrame, GraphNode, GraphNote, ModelGraph, Position } from "../document/model.ts";
import { boundsOf } from "./blockEdits.ts";

export interface Copy {
  readonly nodes: readonly GraphNode[];
  /** From the ids in the block to those of the copy. */
  readonly ids: ReadonlyMap<NodeId, NodeId>;
}

interface CopyRequest {
  readonly inner: readonly GraphNode[];
  readonly count: number;
  /** The instance, which is gone when the copies come. */
  readonly without: NodeId;
  readonly offset: Position;
}

const gap = 140;

/** Copies of a block's nodes, one below the other. The first keeps ids and names where they are free. */
export function copyNodes(
  graph: ModelGraph,
  { inner, count, without, offset }: CopyRequest,
): readonly Copy[] {
  const { [without]: _, ...others } = graph.nodes;
  const takenNames = new Set(Object.values(others).map((node) => node.name));
  const isFree = (node: GraphNode) => !Object.hasOwn(others, node.id);
  const kept = Object.fromEntries(inner.filter(isFree).map((node) => [node.id, node]));
  const namer = createNamer({ ...graph, nodes: { ...others, ...kept } });
  const { top, bottom } = boundsOf(inner);
  return Array.from({ length: count }, (_copy, copy) => {
    const ids = new Map<NodeId, NodeId>();
    const named = inner.map((node): GraphNode => {
      const keepsId = copy === 0 && isFree(node);
      const keepsName = copy === 0 && !takenNames.has(node.name);
      const fresh = keepsId && keepsName ? node : namer.nameCopy(node);
      const id = keepsId ? node.id : fresh.id;
      ids.set(node.id, id);
      const x = node.position.x + offset.x;
      const y = node.position.y + offset.y + copy * (bottom - top + gap);
      return { ...node, id, name: keepsName ? node.name : fresh.name, position: { x, y } };
    });
    const nodes = named.map(({ shares, ...node }): GraphNode => {
      const original = shares === undefined ? undefined : ids.get(shares);
      return original === undefined ? node : { ...node, shares: original };
    });
    return { nodes, ids };
  });
}

/** Notes and frames of a block, once, however often it is repeated. */
export function copyDecorations(
  graph: ModelGraph,
  definition: ModelGraph,
  offset: Position,
): { readonly notes: readonly GraphNote[]; readonly frames: readonly GraphFrame[] } {
  const namer = createNamer(graph);
  const move = ({ x, y }: Position) => ({ x: x + offset.x, y: y + offset.y });
  return {
    notes: Object.values(definition.notes).map((note) => ({
      ...note,
      id: namer.nameNote(),
      position: move(note.position),
    })),
    frames: Object.values(definition.frames).map((frame) => ({
      ...frame,
      id: namer.nameFrame(),
      position: move(frame.position),
    })),
  };
}
