import { assertNever } from "../base/assertNever.ts";
import type { JsonValue } from "../base/json.ts";
import type { BlockDefinition, BlockParam, ProjectDocument } from "../document/model.ts";
import type { AnyLayerDefinition, LayerCategory } from "../layers/defineLayer.ts";
import type { ParamSpec, ParamSpecs, Params, StoredParams } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { findBlockOf, listBlockPorts } from "../document/blockType.ts";

/** What the editor must know of a node, whether it is a layer or an instance of a block. */
export interface NodeType {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly category: LayerCategory | "block";
  readonly params: ParamSpecs;
  /** Number of wires taken in; `max: null` is any number. */
  readonly inputs: { readonly min: number; readonly max: number | null };
  /** One name a slot where inputs aren't alike; null: all wires go to one port, in order. */
  inputPorts(params: StoredParams): readonly string[] | null;
  /** One name an output; [""] for the one output of most layers, [] for those that give nothing on. */
  outputPorts(params: StoredParams): readonly string[];
}

/** The layer or block that a node's type names, or null. */
export function findNodeType(document: ProjectDocument, type: string): NodeType | null {
  const layer = findLayer(type);
  if (layer !== null) return describeLayer(layer);
  const block = findBlockOf(document, type);
  return block === null ? null : describeBlock(block);
}

const layerTypes = new WeakMap<AnyLayerDefinition, NodeType>();
const blockTypes = new WeakMap<BlockDefinition, NodeType>();

function describeLayer(definition: AnyLayerDefinition): NodeType {
  const known = layerTypes.get(definition);
  if (known !== undefined) return known;
  const { type, title, summary, category, params, inputs } = definition;
  const described: NodeType = {
    type,
    title,
    summary,
    category,
    params,
    inputs,
    inputPorts: (stored) => listInputPorts(definition, readOrDefaults(definition, stored)),
    outputPorts: (stored) => listOutputPorts(definition, readOrDefaults(definition, stored)),
  };
  layerTypes.set(definition, described);
  return described;
}

function describeBlock(block: BlockDefinition): NodeType {
  const known = blockTypes.get(block);
  if (known !== undefined) return known;
  const { inputs, outputs } = listBlockPorts(block.graph);
  const inputNames = inputs.map(({ name }) => name);
  const outputNames = outputs.map(({ name }) => name);
  const described: NodeType = {
    type: `block:${block.id}`,
    title: block.name,
    summary: block.summary,
    category: "block",
    params: blockParamSpecs(block),
    inputs: { min: inputs.length, max: inputs.length },
    inputPorts: () => inputNames,
    outputPorts: () => outputNames,
  };
  blockTypes.set(block, described);
  return described;
}

/** null where all wires go to one port. */
export function listInputPorts(
  definition: AnyLayerDefinition,
  params: Params<ParamSpecs> | null,
): readonly string[] | null {
  if (params === null) return null;
  return definition.inputPorts?.(params) ?? null;
}

export function listOutputPorts(
  definition: AnyLayerDefinition,
  params: Params<ParamSpecs> | null,
): readonly string[] {
  if (definition.outputs === 0) return [];
  if (params === null) return [""];
  const names = definition.outputPorts?.(params) ?? [];
  return names.length === 0 ? [""] : names;
}

/** Options that can't be read (an expression, a slip) must not make ports vanish: then the defaults decide. */
function readOrDefaults(
  definition: AnyLayerDefinition,
  stored: StoredParams,
): Params<ParamSpecs> | null {
  const read = readParams(definition.params, stored);
  if (read.ok) return read.value;
  const faulty = new Set(read.error.map(({ param }) => param));
  const rest = Object.fromEntries(Object.entries(stored).filter(([name]) => !faulty.has(name)));
  const again = readParams(definition.params, rest);
  return again.ok ? again.value : null;
}

/** How often an instance can be repeated. */
export const maxRepeat = 1000;

const blockSpecs = new WeakMap<BlockDefinition["params"], ParamSpecs>();

/** A block's own options, and the two that every block has. */
export function blockParamSpecs(block: BlockDefinition): ParamSpecs {
  const known = blockSpecs.get(block.params);
  if (known !== undefined) return known;
  const specs = makeParamSpecs(block);
  blockSpecs.set(block.params, specs);
  return specs;
}

function makeParamSpecs(block: BlockDefinition): ParamSpecs {
  return {
    ...Object.fromEntries(block.params.map((param) => [param.name, toParamSpec(param)])),
    repeat: {
      kind: "int",
      default: 1,
      min: 1,
      max: maxRepeat,
      label: "Repeat",
      help: "How many copies stand behind each other, each with weights of its own. The first output of one goes into the first input of the next.",
    },
    trainable: {
      kind: "bool",
      default: true,
      label: "Trainable",
      help: "Off freezes everything in the block: training leaves its weights as they are.",
      group: "advanced",
    },
  };
}

function toParamSpec(param: BlockParam): ParamSpec {
  const { kind, label, help } = param;
  const words = { label: label === "" ? param.name : label, help };
  const range = {
    ...(param.min === undefined ? {} : { min: param.min }),
    ...(param.max === undefined ? {} : { max: param.max }),
  };
  const value = param.default;
  switch (kind) {
    case "int":
    case "float":
      return { kind, default: typeof value === "number" ? value : 0, ...range, ...words };
    case "bool":
      return { kind, default: value === true, ...words };
    case "text": {
      const text = typeof value === "string" ? value : "";
      return param.options === undefined
        ? { kind, default: text, ...words }
        : { kind: "enum", options: param.options, default: text, ...words };
    }
    case "intList":
      return { kind, default: readInts(value), ...range, ...words };
    default:
      return assertNever(kind);
  }
}

function readInts(value: JsonValue): readonly number[] {
  return Array.isArray(value)
    ? value.filter((entry): entry is number => typeof entry === "number")
    : [];
}
