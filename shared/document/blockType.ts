import { type BlockId, blockId } from "../base/ids.ts";
import type { BlockDefinition, GraphNode, ModelGraph, ProjectDocument } from "./model.ts";

/** A node of type `block:<id>` is an instance of the block with that id. */
const prefix = "block:";

export function blockTypeOf(block: BlockId): string {
  return `${prefix}${block}`;
}

/** The block that a type names, whether or not there is one; null for layers. */
export function readBlockType(type: string): BlockId | null {
  return type.startsWith(prefix) ? blockId(type.slice(prefix.length)) : null;
}

export function findBlockOf(
  document: Pick<ProjectDocument, "blocks">,
  type: string,
): BlockDefinition | null {
  const id = readBlockType(type);
  return id !== null && Object.hasOwn(document.blocks, id) ? (document.blocks[id] ?? null) : null;
}

export interface BlockPorts {
  /** The `blockInput` nodes, in the order of the file: instances take wire `slot` n into the n-th. */
  readonly inputs: readonly GraphNode[];
  /** The `blockOutput` nodes: an instance's output `port` n is the n-th. */
  readonly outputs: readonly GraphNode[];
}

const known = new WeakMap<ModelGraph["nodes"], BlockPorts>();

export function listBlockPorts(graph: ModelGraph): BlockPorts {
  const before = known.get(graph.nodes);
  if (before !== undefined) return before;
  const nodes = Object.values(graph.nodes);
  const ports = {
    inputs: nodes.filter(({ type }) => type === "blockInput"),
    outputs: nodes.filter(({ type }) => type === "blockOutput"),
  };
  known.set(graph.nodes, ports);
  return ports;
}

export function isBlockPort(type: string): boolean {
  return type === "blockInput" || type === "blockOutput";
}
