import type {
  BlockDefinition,
  BlockParam,
  GraphEdge,
  GraphFrame,
  GraphNode,
  GraphNote,
  ModelGraph,
} from "../document/model.ts";
import { type Entry, printInline, printList, printObject } from "./printJson.ts";

/** The four lists of a graph, for the object that they stand in at this depth. */
export function printGraph(depth: number, graph: ModelGraph): readonly Entry[] {
  const { nodes, edges, notes, frames } = graph;
  return [
    ["nodes", printItems(depth, nodes, printNode)],
    ["edges", printItems(depth, edges, (_, edge) => printEdge(edge))],
    ["notes", printItems(depth, notes, printNote)],
    ["frames", printItems(depth, frames, printFrame)],
  ];
}

export function printBlock(depth: number, block: BlockDefinition): string {
  const { id, name, summary, params, graph } = block;
  return printObject(depth, [
    ["id", printInline(id)],
    ["name", printInline(name)],
    ["summary", printInline(summary)],
    ["params", printList(depth + 1, params.map(printParam))],
    ...printGraph(depth, graph),
  ]);
}

/** In one order, whatever the order in memory; so that a file that was read is written as it was. */
function printParam({ name, kind, label, help, min, max, options, ...param }: BlockParam): string {
  return printInline({
    name,
    kind,
    default: param.default,
    label,
    help,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(options === undefined ? {} : { options }),
  });
}

function printItems<Item>(
  depth: number,
  items: Readonly<Record<string, Item>>,
  print: (depth: number, item: Item) => string,
): string {
  return printList(
    depth + 1,
    Object.values(items).map((item) => print(depth + 2, item)),
  );
}

function printNode(depth: number, node: GraphNode): string {
  const { id, type, name, position, params, shares, isMuted } = node;
  const options = Object.entries(params).map(([option, value]): Entry => [
    option,
    printInline(value),
  ]);
  return printObject(depth, [
    ["id", printInline(id)],
    ["type", printInline(type)],
    ["name", printInline(name)],
    ["position", printInline([position.x, position.y])],
    ["params", printObject(depth + 1, options)],
    ...(shares === undefined ? [] : [["shares", printInline(shares)] as const]),
    ...(isMuted === undefined ? [] : [["isMuted", "true"] as const]),
  ]);
}

function printEdge({ id, source, target, slot, port }: GraphEdge): string {
  return printInline({ id, source, target, slot, ...(port === undefined ? {} : { port }) });
}

function printNote(depth: number, { id, text, position, size }: GraphNote): string {
  return printObject(depth, [
    ["id", printInline(id)],
    ["text", printInline(text)],
    ["position", printInline([position.x, position.y])],
    ["size", printInline([size.width, size.height])],
  ]);
}

function printFrame(depth: number, { id, title, colour, position, size }: GraphFrame): string {
  return printObject(depth, [
    ["id", printInline(id)],
    ["title", printInline(title)],
    ["colour", printInline(colour)],
    ["position", printInline([position.x, position.y])],
    ["size", printInline([size.width, size.height])],
  ]);
}
