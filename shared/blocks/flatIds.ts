import { type EdgeId, type NodeId, edgeId, nodeId } from "../base/ids.ts";

/**
 * Ids in the flat graph are paths: `conv` in the instance `unit` in `stage2` is `stage2/unit/conv`; of a repeated
 * instance's copies the first is `unit#1`. Drawn ids hold neither `/` nor `#`.
 */
export function joinPath(scope: string, id: string): NodeId {
  return nodeId(scope === "" ? id : `${scope}/${id}`);
}

export function joinEdgePath(scope: string, id: EdgeId): EdgeId {
  return scope === "" ? id : edgeId(`${scope}/${id}`);
}

/** The path of a copy of an instance; copies count from 0 and are written from 1. */
export function copyPath(instance: string, copy: number, copies: number): string {
  return copies === 1 ? instance : `${instance}#${copy + 1}`;
}

/** The path of the scope that a flat id lies in; "" is the main graph. */
export function scopeOf(id: string): string {
  const end = id.lastIndexOf("/");
  return end < 0 ? "" : id.slice(0, end);
}

/** The id as drawn, in the graph of its scope. */
export function localIdOf(id: NodeId): NodeId {
  return nodeId(dropCopy(id.slice(id.lastIndexOf("/") + 1)));
}

export function localEdgeIdOf(id: EdgeId): EdgeId {
  return edgeId(id.slice(id.lastIndexOf("/") + 1));
}

/** `unit#3` → `unit`. */
export function dropCopy(segment: string): string {
  const end = segment.indexOf("#");
  return end < 0 ? segment : segment.slice(0, end);
}

/** The same place in any copy: `a#2/b#1/c` → `a/b/c`. */
export function dropCopies(path: string): string {
  return path.replaceAll(/#\d+/g, "");
}

// Private-use characters, which no keyboard types.
const opening = "\uE000";
const closing = "\uE001";
const marks = /\uE000([^\uE000\uE001]*)\uE001/g;

/**
 * The name of a node inside a block, with a mark that says which one: sentences are made once, and what has to be said
 * of the place ("conv in ‘stage 2 › unit 3’") depends on where the reader stands.
 */
export function markName(name: string, id: NodeId): string {
  return id.includes("/") ? `${name}${opening}${id}${closing}` : name;
}

export function plainName(name: string): string {
  return name.replaceAll(marks, "");
}

/** Puts what `say` gives (" in ‘unit 3’", or nothing) in place of the marks. */
export function sayMarks(text: string, say: (id: NodeId) => string): string {
  return text.includes(opening) ? text.replaceAll(marks, (_, id: string) => say(nodeId(id))) : text;
}
