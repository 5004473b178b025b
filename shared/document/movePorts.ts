import type { BlockId, EdgeId, NodeId } from "../base/ids.ts";
import { blocksIn } from "./blockUses.ts";
import { listBlockPorts, readBlockType } from "./blockType.ts";
import { makeEdge, portOf, renumber } from "./editEdges.ts";
import { findNode } from "./graphQueries.ts";
import type { GraphEdge, GraphNode, ModelGraph, ProjectDocument } from "./model.ts";
import { originalOf } from "./wiring.ts";

/**
 * After a block's ports changed, its instances' wires go where they went before: to the port of the same node, whatever
 * its number is now. Wires at ports that are gone are gone.
 */
export function movePorts(
  document: ProjectDocument,
  change: { readonly block: BlockId; readonly before: ModelGraph },
): ProjectDocument {
  const after = document.blocks[change.block];
  if (after === undefined || after.graph.nodes === change.before.nodes) return document;
  const old = listBlockPorts(change.before);
  const present = listBlockPorts(after.graph);
  const slots = mapPlaces(old.inputs, present.inputs);
  const ports = mapPlaces(old.outputs, present.outputs);
  if (slots === null && ports === null) return document;

  const moveIn = (graph: ModelGraph): ModelGraph => {
    if (!blocksIn(graph).has(change.block)) return graph;
    const isInstance = (id: NodeId) => {
      const node = findNode(graph, id);
      return node !== null && readBlockType(originalOf(graph, node).type) === change.block;
    };
    const edges: Record<EdgeId, GraphEdge> = {};
    let hasChanged = false;
    for (const edge of Object.values(graph.edges)) {
      const slot = slots !== null && isInstance(edge.target) ? slots(edge.slot) : edge.slot;
      const port = ports !== null && isInstance(edge.source) ? ports(portOf(edge)) : portOf(edge);
      if (slot === edge.slot && port === portOf(edge)) edges[edge.id] = edge;
      else {
        hasChanged = true;
        if (slot !== null && port !== null)
          edges[edge.id] = makeEdge(edge.id, { ...edge, slot, port });
      }
    }
    return hasChanged ? renumberedOutside(graph, edges) : graph;
  };
  const blocks = Object.fromEntries(
    Object.values(document.blocks).map((block) => {
      const graph = moveIn(block.graph);
      return [block.id, graph === block.graph ? block : { ...block, graph }];
    }),
    // The ids are those of the blocks; Object.fromEntries forgets it.
  ) as ProjectDocument["blocks"];
  return { ...document, blocks, graph: moveIn(document.graph) };

  function renumberedOutside(graph: ModelGraph, edges: ModelGraph["edges"]): ModelGraph {
    const targets = new Set(
      Object.values(graph.edges).flatMap((edge) =>
        Object.hasOwn(edges, edge.id) ? [] : [edge.target],
      ),
    );
    return renumber({ blocks: document.blocks, block: null }, { ...graph, edges }, targets);
  }
}

/** From an old place to the present one of the same node, null where it is gone; null where nothing moved. */
function mapPlaces(
  before: readonly GraphNode[],
  after: readonly GraphNode[],
): ((place: number) => number | null) | null {
  const places = new Map(after.map((node, place) => [node.id, place]));
  const isSame = before.every((node, place) => places.get(node.id) === place);
  if (isSame) return null;
  return (place) => {
    const node = before[place];
    // A wire to a port that wasn't there must not end where another one does now.
    if (node === undefined) return place + Math.max(0, after.length - before.length);
    return places.get(node.id) ?? null;
  };
}
