import { listEdges, listNodes } from "../document/graphQueries.ts";
import type { ModelGraph } from "../document/model.ts";
import { readBlockType } from "../document/blockType.ts";
import { findLayer } from "../layers/registry.ts";

/** As the host's contract has it: a category and a place per node, and lines between their numbers. */
export interface TemplatePicture {
  nodes: { category: string; x: number; y: number }[];
  edges: [number, number][];
}

/** A graph as bars and lines: positions within 0 and 1 (a graph without width stands in the middle). */
export function templatePicture(graph: ModelGraph): TemplatePicture {
  const nodes = listNodes(graph);
  const relateX = relate(nodes.map((node) => node.position.x));
  const relateY = relate(nodes.map((node) => node.position.y));
  const indexes = new Map(nodes.map((node, index) => [node.id, index]));
  return {
    nodes: nodes.map(({ type, position }) => ({
      category: readBlockType(type) === null ? (findLayer(type)?.category ?? "core") : "block",
      x: relateX(position.x),
      y: relateY(position.y),
    })),
    edges: listEdges(graph).flatMap(({ source, target }): [number, number][] => {
      const from = indexes.get(source);
      const to = indexes.get(target);
      return from === undefined || to === undefined ? [] : [[from, to]];
    }),
  };
}

function relate(values: readonly number[]): (value: number) => number {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  return (value) => (span > 0 ? (value - least) / span : 0.5);
}
