import type { JsonValue } from "#shared/base/json.ts";
import { findBlockOf } from "#shared/document/blockType.ts";
import { findNodeType } from "#shared/blocks/nodeType.ts";
import type { NodeType } from "#shared/blocks/nodeType.ts";
import type {
  BlockDefinition,
  GraphNode,
  ModelGraph,
  ProjectDocument,
} from "#shared/document/model.ts";
import type { StoredParams } from "#shared/layers/params.ts";
import { readParams } from "#shared/layers/readParams.ts";
import { findLayer } from "#shared/layers/registry.ts";
import { documentStore } from "../state/documentStore.ts";
import { originalOf } from "#shared/document/wiring.ts";

export type FindType = (type: string) => NodeType | null;

/** Of a type in the open document: a layer, a block, or a port of the block entered. */
export function findType(type: string): NodeType | null {
  return findNodeType(documentStore.getState().document, type);
}

/** The type of a node; another use of a layer is what that layer is. */
export function typeOfNode(
  graph: ModelGraph,
  node: GraphNode,
  find: FindType = findType,
): NodeType | null {
  return find(originalOf(graph, node).type);
}

export function titleOfType(type: string): string {
  return findType(type)?.title ?? type;
}

export interface PortNames {
  /** By slot; empty where all wires go to one port. */
  readonly inputs: readonly string[];
  /** Empty for a node that gives nothing on; [""] for the one output of most layers. */
  readonly outputs: readonly string[];
}

const openPorts: PortNames = { inputs: [], outputs: [""] };

/** Unknown types have an input and an output, so that their wires stay. */
export function portsOfNode(
  graph: ModelGraph,
  node: GraphNode,
  find: FindType = findType,
): PortNames {
  const original = originalOf(graph, node);
  const type = find(original.type);
  if (type === null) return openPorts;
  const known = knownPorts.get(original.params);
  if (known?.type === type) return known.ports;
  const ports = {
    inputs: type.inputPorts(original.params) ?? [],
    outputs: type.outputPorts(original.params),
  };
  knownPorts.set(original.params, { type, ports });
  return ports;
}

/** Asked for every node at every frame of a drag, and worked out once. */
const knownPorts = new WeakMap<
  StoredParams,
  { readonly type: NodeType; readonly ports: PortNames }
>();

export function takesInput(type: NodeType | null): boolean {
  return type === null || type.inputs.max !== 0;
}

export function givesOutput(type: NodeType | null, params: StoredParams = {}): boolean {
  return type === null || type.outputPorts(params).length > 0;
}

/** `32 · 3×3 · same · relu`; options that can't be read leave the line empty (the problem says why). */
export function captionOfParams(
  document: ProjectDocument,
  type: string,
  params: StoredParams,
): readonly string[] {
  const block = findBlockOf(document, type);
  if (block !== null) return captionOfBlock(block, params);
  const definition = findLayer(type);
  if (definition === null) return ["unknown type"];
  const values = readParams(definition.params, params);
  return values.ok ? definition.caption(values.value) : [];
}

function captionOfBlock(block: BlockDefinition, params: StoredParams): readonly string[] {
  return block.params
    .slice(0, 3)
    .map(({ name, default: initial }) => `${name} ${formatShort(params[name] ?? initial)}`);
}

function formatShort(value: JsonValue): string {
  if (Array.isArray(value)) return value.map(String).join("×");
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return typeof value === "object" && value !== null ? "ƒ" : String(value);
}
