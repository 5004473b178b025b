import type { BlockId } from "../base/ids.ts";
import type { AnyLayerDefinition } from "../layers/defineLayer.ts";
import type { ParamSpecs, Params, StoredParams } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { findBlockOf, listBlockPorts } from "./blockType.ts";
import { findNode } from "./graphQueries.ts";
import type { GraphNode, ModelGraph, ProjectDocument } from "./model.ts";

/** What edits of a graph must know of the document around it. */
export interface GraphScope {
  readonly blocks: ProjectDocument["blocks"];
  /** The block whose graph it is; null: the main graph. */
  readonly block: BlockId | null;
}

/** How a node can be wired. */
export interface Wiring {
  readonly inputs:
    | { readonly kind: "none" }
    /** All wires go to one port, in order; slots are 0, 1, 2 … */
    | { readonly kind: "list"; readonly max: number | null }
    /** One wire a port, and the slot is the port's number; `count: null`: nobody knows how many there are. */
    | { readonly kind: "ports"; readonly count: number | null };
  /** null: nobody knows. */
  readonly outputs: number | null;
}

/** Node types that are a graph's ends: of the main graph, and of a block's. */
export const mainEnds: ReadonlySet<string> = new Set(["input", "output"]);
export const blockEnds: ReadonlySet<string> = new Set(["blockInput", "blockOutput"]);

const source: Wiring = { inputs: { kind: "none" }, outputs: 1 };
const sink: Wiring = { inputs: { kind: "list", max: 1 }, outputs: 0 };
/** Takes anything, so that nothing of a layer from a newer version is lost. */
const unknownLayer: Wiring = { inputs: { kind: "list", max: null }, outputs: null };
const unknownBlock: Wiring = { inputs: { kind: "ports", count: null }, outputs: null };

/** The node whose type and options count: itself, or the one whose layer it shares. */
export function originalOf(graph: ModelGraph, node: GraphNode): GraphNode {
  return (node.shares === undefined ? null : findNode(graph, node.shares)) ?? node;
}

export function wiringOf(
  blocks: ProjectDocument["blocks"],
  graph: ModelGraph,
  node: GraphNode,
): Wiring {
  const { type, params } = originalOf(graph, node);
  if (type === "blockInput") return source;
  if (type === "blockOutput") return sink;
  const layer = findLayer(type);
  if (layer !== null) return wiringOfLayer(layer, params);
  if (!type.startsWith("block:")) return unknownLayer;
  const block = findBlockOf({ blocks }, type);
  if (block === null) return unknownBlock;
  const ports = listBlockPorts(block.graph);
  const count = ports.inputs.length;
  return {
    inputs: count === 0 ? { kind: "none" } : { kind: "ports", count },
    outputs: ports.outputs.length,
  };
}

const ofParams = new WeakMap<StoredParams, { layer: AnyLayerDefinition; wiring: Wiring }>();

function wiringOfLayer(layer: AnyLayerDefinition, stored: StoredParams): Wiring {
  const known = ofParams.get(stored);
  if (known?.layer === layer) return known.wiring;
  const needsParams = layer.inputPorts !== undefined || layer.outputPorts !== undefined;
  const params = needsParams ? readOrDefaults(layer, stored) : null;
  const inputPorts = (params && layer.inputPorts?.(params)) ?? [];
  const outputPorts = (params && layer.outputPorts?.(params)) ?? [];
  const wiring: Wiring = {
    inputs:
      layer.inputs.max === 0
        ? { kind: "none" }
        : inputPorts.length > 0
          ? { kind: "ports", count: inputPorts.length }
          : { kind: "list", max: layer.inputs.max },
    outputs: layer.outputs === 0 ? 0 : Math.max(1, outputPorts.length),
  };
  ofParams.set(stored, { layer, wiring });
  return wiring;
}

/** Options that can't be read (an expression, a slip) must not make ports vanish: then the defaults decide. */
function readOrDefaults(
  layer: AnyLayerDefinition,
  stored: StoredParams,
): Params<ParamSpecs> | null {
  const read = readParams(layer.params, stored);
  if (read.ok) return read.value;
  const faulty = new Set(read.error.map(({ param }) => param));
  const rest = Object.fromEntries(Object.entries(stored).filter(([name]) => !faulty.has(name)));
  const again = readParams(layer.params, rest);
  return again.ok ? again.value : null;
}
