import type { JsonValue } from "../base/json.ts";
import type { GraphEdge, GraphNode, GraphNote, ProjectDocument } from "../document/model.ts";
import { fileFormat, fileVersion } from "./projectFile.ts";

/**
 * The document as text. Nodes, wires and options keep their order; every option's value, every position and every wire
 * has a line of its own, so that changing one of them changes one line.
 */
export function serializeProject(document: ProjectDocument): string {
  const { graph } = document;
  const text = printObject(0, [
    ["format", printInline(fileFormat)],
    ["version", printInline(fileVersion)],
    ["id", printInline(document.id)],
    ["name", printInline(document.name)],
    [
      "models",
      printObject(1, [
        [
          "main",
          printObject(2, [
            [
              "nodes",
              printList(
                3,
                Object.values(graph.nodes).map((node) => printNode(4, node)),
              ),
            ],
            ["edges", printList(3, Object.values(graph.edges).map(printEdge))],
            [
              "notes",
              printList(
                3,
                Object.values(graph.notes).map((note) => printNote(4, note)),
              ),
            ],
          ]),
        ],
      ]),
    ],
    ["data", printTree(1, toJson(document.data))],
    ["training", printTree(1, toJson(document.training))],
  ]);
  return `${text}\n`;
}

function printNode(depth: number, node: GraphNode): string {
  const { id, type, name, position, params } = node;
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
  ]);
}

function printEdge({ id, source, target, slot }: GraphEdge): string {
  return printInline({ id, source, target, slot });
}

function printNote(depth: number, { id, text, position, size }: GraphNote): string {
  return printObject(depth, [
    ["id", printInline(id)],
    ["text", printInline(text)],
    ["position", printInline([position.x, position.y])],
    ["size", printInline([size.width, size.height])],
  ]);
}

/** Objects over several lines, lists of objects with one on each line, all else on one. */
function printTree(depth: number, value: JsonValue): string {
  if (typeof value !== "object" || value === null) return printInline(value);
  if (isList(value)) {
    const hasObjects = value.some((entry) => typeof entry === "object" && entry !== null);
    return hasObjects ? printList(depth, value.map(printInline)) : printInline(value);
  }
  return printObject(
    depth,
    Object.entries(value).map(([key, entry]): Entry => [key, printTree(depth + 1, entry)]),
  );
}

type Entry = readonly [key: string, text: string];

function printObject(depth: number, entries: readonly Entry[]): string {
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, text]) => `${indent(depth + 1)}${JSON.stringify(key)}: ${text}`);
  return `{\n${lines.join(",\n")}\n${indent(depth)}}`;
}

function printList(depth: number, items: readonly string[]): string {
  if (items.length === 0) return "[]";
  return `[\n${items.map((item) => `${indent(depth + 1)}${item}`).join(",\n")}\n${indent(depth)}]`;
}

function printInline(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(printInline).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, entry]) => `${JSON.stringify(key)}: ${printInline(entry)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Bindings and configurations are plain data of known types; leaving out what is `undefined` makes them JSON. */
function toJson(value: ProjectDocument["data"] | ProjectDocument["training"]): JsonValue {
  // Sound: what JSON.parse returns is JSON.
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}
