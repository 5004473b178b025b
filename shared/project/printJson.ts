import type { JsonValue } from "../base/json.ts";

/** JSON with few changed lines for few changes: what belongs together stands on a line, all else has one of its own. */

export type Entry = readonly [key: string, text: string];

export function printObject(depth: number, entries: readonly Entry[]): string {
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, text]) => `${indent(depth + 1)}${JSON.stringify(key)}: ${text}`);
  return `{\n${lines.join(",\n")}\n${indent(depth)}}`;
}

export function printList(depth: number, items: readonly string[]): string {
  if (items.length === 0) return "[]";
  return `[\n${items.map((item) => `${indent(depth + 1)}${item}`).join(",\n")}\n${indent(depth)}]`;
}

export function printInline(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(printInline).join(", ")}]`;
  const entries = Object.entries(value).map(
    ([key, entry]) => `${JSON.stringify(key)}: ${printInline(entry)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Objects over several lines, lists of objects with one on each line, all else on one. */
export function printTree(depth: number, value: JsonValue): string {
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

/** Leaves out what is `undefined`; for plain data of known types only. */
export function toJson(value: object | null): JsonValue {
  // Sound: what JSON.parse returns is JSON.
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function indent(depth: number): string {
  return "  ".repeat(depth);
}
