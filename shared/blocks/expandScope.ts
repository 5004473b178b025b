import type { JsonValue } from "../base/json.ts";
import type { NodeId } from "../base/ids.ts";
import type { BlockDefinition, GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import type { Environment } from "../expressions/expression.ts";
import { resolveParams } from "../expressions/resolveParams.ts";
import type { ParamSpecs, StoredParams } from "../layers/params.ts";
import { findLayer } from "../layers/registry.ts";
import { findBlockOf, isBlockPort, listBlockPorts, readBlockType } from "../document/blockType.ts";
import { type Variables, areSameEnvironments, evaluateInstance, isExcused } from "./environment.ts";
import { copyPath, joinPath, markName } from "./flatIds.ts";
import { suggestFor } from "./suggestName.ts";
import type { ExpansionIssue, Scope, ScopeEntry, ScopeOwner } from "./scope.ts";

const expansionLimits = {
  /** Blocks within blocks. */
  depth: 32,
  /** Layers and copies of blocks in the whole document. */
  size: 20_000,
  /** Layers and copies worked out in vain, because the instance around them turned out too large. */
  wasted: 40_000,
} as const;

/** One expansion of a document: what all its scopes have in common. */
export interface Expansion {
  readonly document: ProjectDocument;
  readonly variables: Variables;
  /** Scopes of the last expansion by path: what hasn't changed is taken from there. */
  readonly previous: ReadonlyMap<string, Scope>;
  /** Whether blocks and variables are the same as in the last one. */
  readonly isSameFrame: boolean;
  size: number;
  /** What was worked out and then left out. A file full of giants must not cost the same again for each of them. */
  wasted: number;
}

export interface ScopeRequest {
  readonly path: string;
  readonly owner: ScopeOwner | null;
  readonly block: BlockDefinition | null;
  readonly graph: ModelGraph;
  readonly environment: Environment;
  readonly isFrozen: boolean;
  readonly sharesWith: string | null;
  /** Blocks around it, the outermost first. */
  readonly around: readonly BlockDefinition[];
}

/** Works out every node of a graph in one place, and the graphs of the blocks in it. */
export function expandScope(expansion: Expansion, request: ScopeRequest): Scope {
  const { path, graph } = request;
  const before = expansion.previous.get(path);
  const known = before !== undefined && isSameRequest(before, request) ? before : undefined;
  if (known !== undefined && known.graph === graph && expansion.isSameFrame) {
    expansion.size += known.size;
    return known;
  }
  const start = expansion.size;
  expansion.size += 1;
  const environment = known?.environment ?? request.environment;
  const place: Place = { ...request, environment, expansion, known };
  const entries = new Map<NodeId, ScopeEntry>();
  for (const node of Object.values(graph.nodes)) entries.set(node.id, expandNode(place, node));
  const signature = describeStructure(entries);
  const isSameStructure =
    before?.structure.edges === graph.edges && before.structure.signature === signature;
  return {
    path,
    owner: request.owner,
    block: request.block,
    graph,
    environment,
    isFrozen: request.isFrozen,
    sharesWith: request.sharesWith,
    entries,
    size: expansion.size - start,
    structure: isSameStructure ? before.structure : { edges: graph.edges, signature },
  };
}

interface Place extends ScopeRequest {
  readonly expansion: Expansion;
  /** The same scope in the last expansion, where all that its nodes depend on is the same. */
  readonly known: Scope | undefined;
}

function isSameRequest(before: Scope, request: ScopeRequest): boolean {
  return (
    before.isFrozen === request.isFrozen &&
    before.sharesWith === request.sharesWith &&
    before.owner?.copies === request.owner?.copies &&
    before.block?.id === request.block?.id &&
    areSameEnvironments(before.environment, request.environment)
  );
}

function describeStructure(entries: ReadonlyMap<NodeId, ScopeEntry>): string {
  const parts: string[] = [];
  for (const [id, entry] of entries) {
    if (entry.kind === "layer") continue;
    const detail = entry.kind === "instance" ? `${entry.block.id} ${entry.copies.length}` : "";
    parts.push(`${entry.kind} ${id} ${entry.drawn.isMuted === true ? "off" : ""} ${detail}`);
  }
  return parts.join("\n");
}

function expandNode(place: Place, drawn: GraphNode): ScopeEntry {
  const original = findOriginal(place, drawn);
  const source = original ?? drawn;
  const known = place.known?.entries.get(drawn.id);
  const isSame = known?.drawn === drawn && known.source === source;
  const isInstance = readBlockType(source.type) !== null;
  if (isSame && known.kind === "layer" && !isInstance) {
    place.expansion.size += 1;
    return known;
  }
  if (drawn.isMuted === true) return { kind: "muted", drawn, source, issues: [] };
  const lost = drawn.shares !== undefined && original === null ? [lostOriginal(place, drawn)] : [];
  if (isBlockPort(source.type)) return expandPort(place, drawn, source);
  if (isInstance) {
    const entry = expandInstance(place, drawn, source);
    return lost.length === 0 ? entry : { ...entry, issues: [...lost, ...entry.issues] };
  }
  return expandLayer(place, { drawn, source, known, lost });
}

/** The node whose layer this is another use of, or null. */
function findOriginal({ graph }: Place, drawn: GraphNode): GraphNode | null {
  if (drawn.shares === undefined || drawn.shares === drawn.id) return null;
  const original = Object.hasOwn(graph.nodes, drawn.shares) ? graph.nodes[drawn.shares] : undefined;
  return original === undefined || original.shares !== undefined ? null : original;
}

function lostOriginal(place: Place, drawn: GraphNode): ExpansionIssue {
  const id = joinPath(place.path, drawn.id);
  const message = `${markName(drawn.name, id)} shares the weights of a layer that isn't there, so it has weights of its own.`;
  return { code: "shared-mismatch", severity: "warning", message, node: id };
}

function expandPort(place: Place, drawn: GraphNode, source: GraphNode): ScopeEntry {
  if (place.owner !== null) return { kind: "port", drawn, source, issues: [] };
  const what = drawn.type === "blockInput" ? "an Input" : "an Output";
  return silentLayer(place, drawn, source, [
    {
      code: "block-port",
      severity: "error",
      message: `${drawn.name} is a port of a block and stands in the main graph. Use ${what} here.`,
      node: drawn.id,
    },
  ]);
}

interface LayerRequest {
  readonly drawn: GraphNode;
  readonly source: GraphNode;
  readonly known: ScopeEntry | undefined;
  readonly lost: readonly ExpansionIssue[];
}

function expandLayer(place: Place, { drawn, source, known, lost }: LayerRequest): ScopeEntry {
  place.expansion.size += 1;
  const id = joinPath(place.path, drawn.id);
  const issues: ExpansionIssue[] = [...lost];
  const before = known?.kind === "layer" ? known : undefined;
  let { params } = source;
  let isSilent = false;
  if (before?.source.params === params && before.source.type === source.type) {
    // Only moved or renamed: the same options, so that its analysis is still good.
    ({ params } = before.flat);
    ({ isSilent } = before);
  } else {
    const resolved = resolveParams(params, place.environment);
    params = place.isFrozen ? freeze(source.type, resolved.params) : resolved.params;
    isSilent = resolved.unresolved.length > 0;
  }
  if (isSilent) issues.push(...describeUnresolved(place, drawn, source));
  const shares = findFlatOriginal(place, drawn, source);
  const isAsDrawn = place.path === "" && source === drawn && params === drawn.params;
  const flat: GraphNode = isAsDrawn
    ? drawn
    : {
        id,
        type: source.type,
        name: markName(drawn.name, id),
        params,
        position: drawn.position,
        ...(shares === null ? {} : { shares }),
      };
  return { kind: "layer", drawn, source, flat, isSilent, issues };
}

function describeUnresolved(
  place: Place,
  drawn: GraphNode,
  source: GraphNode,
): readonly ExpansionIssue[] {
  const id = joinPath(place.path, drawn.id);
  const specs: ParamSpecs = findLayer(source.type)?.params ?? {};
  return resolveParams(source.params, place.environment)
    .unresolved.filter((fault) => !isExcused(fault, place.expansion.variables))
    .map(({ param, issue }) => {
      const label = Object.hasOwn(specs, param) ? (specs[param]?.label ?? param) : param;
      const message = `${markName(drawn.name, id)}: ${label} has no value: ${issue.message}`;
      const suggestion = suggestFor(source.params[param], issue, place.environment);
      return { code: "expression", severity: "error", message, node: id, param, ...suggestion };
    });
}

/** In the flat graph; null where the layer's weights are its own. */
function findFlatOriginal(place: Place, drawn: GraphNode, source: GraphNode): NodeId | null {
  if (place.sharesWith !== null) return joinPath(place.sharesWith, source.id);
  return source === drawn ? null : joinPath(place.path, source.id);
}

/** Training leaves the weights alone, also those of a layer inside the layer. */
export function freeze(type: string, params: StoredParams): StoredParams {
  const frozen: Record<string, JsonValue> = { ...params };
  for (const [name, spec] of Object.entries(findLayer(type)?.params ?? {})) {
    if (name === "trainable") frozen[name] = false;
    if (spec.kind !== "layer") continue;
    const inner = (Object.hasOwn(params, name) ? params[name] : null) ?? {
      type: spec.default.type,
      params: spec.default.params,
    };
    if (typeof inner !== "object" || Array.isArray(inner) || !("type" in inner)) continue;
    const { type: innerType, params: innerParams = {} } = inner;
    if (typeof innerType !== "string") continue;
    if (typeof innerParams !== "object" || innerParams === null || Array.isArray(innerParams))
      continue;
    frozen[name] = {
      ...inner,
      // An object by the checks above; `Array.isArray` doesn't narrow readonly lists away.
      params: freeze(innerType, innerParams as StoredParams),
    };
  }
  return frozen;
}

function expandInstance(place: Place, drawn: GraphNode, source: GraphNode): ScopeEntry {
  const { expansion } = place;
  const id = joinPath(place.path, drawn.id);
  const name = markName(drawn.name, id);
  const refuse = (code: ExpansionIssue["code"], message: string) =>
    silentLayer(place, drawn, source, [{ code, severity: "error", message, node: id }]);
  const block = findBlockOf(expansion.document, source.type);
  if (block === null) {
    const wanted = readBlockType(source.type) ?? "";
    return refuse(
      "unknown-block",
      `${name} is an instance of the block “${wanted}”, which this project doesn't have. Remove it or add the block from a file.`,
    );
  }
  if (place.around.some((outer) => outer.id === block.id)) {
    return refuse(
      "block-cycle",
      `${name} is an instance of ${block.name}, the block that it lies in: a block can't contain itself. Remove it.`,
    );
  }
  if (place.around.length >= expansionLimits.depth) {
    return refuse(
      "too-large",
      `${name} lies more than ${expansionLimits.depth} blocks deep, which is as deep as blocks can be nested.`,
    );
  }
  if (place.path === "" && expansion.wasted > expansionLimits.wasted) {
    return refuseSize(place, { drawn, source, start: expansion.size });
  }
  const values = evaluateInstance(block, source, {
    variables: expansion.variables,
    environment: place.environment,
  });
  const issues = values.faults.map(({ words, ...fault }): ExpansionIssue => ({
    ...fault,
    message: `${name}${words}`,
    node: id,
  }));
  const ports = listBlockPorts(block.graph);
  let { repeat } = values;
  if (repeat > 1 && ports.outputs.length > ports.inputs.length) {
    issues.push({
      code: "repeat",
      severity: "error",
      message: `${name} can't be repeated: ${block.name} has ${count(ports.outputs.length, "output")} and only ${count(ports.inputs.length, "input")} for the next copy to take them. Set repeat to 1.`,
      node: id,
      param: "repeat",
    });
    repeat = 1;
  }
  const base = place.sharesWith ?? (source === drawn ? null : place.path);
  const [first, ...rest] = Array.from({ length: repeat }, (_, copy) => copy);
  const expandCopy = (copy: number): Scope =>
    expandScope(expansion, {
      path: copyPath(id, copy, repeat),
      owner: { scope: place.path, node: drawn.id, copy, copies: repeat },
      block,
      graph: block.graph,
      environment: new Map(values.environment).set("index", copy),
      isFrozen: place.isFrozen || !values.isTrainable,
      sharesWith: base === null ? null : copyPath(joinPath(base, source.id), copy, repeat),
      around: [...place.around, block],
    });
  const start = expansion.size;
  const copies: [Scope, ...Scope[]] = [expandCopy(first ?? 0)];
  for (const copy of rest) {
    if (expansion.size > expansionLimits.size) break;
    copies.push(expandCopy(copy));
  }
  if (expansion.size > expansionLimits.size) return refuseSize(place, { drawn, source, start });
  return { kind: "instance", drawn, source, block, copies, issues };
}

/** Told of the instance in the main graph: the whole of it is left out, so that what comes after may still fit. */
function refuseSize(
  place: Place,
  {
    drawn,
    source,
    start,
  }: { readonly drawn: GraphNode; readonly source: GraphNode; readonly start: number },
): ScopeEntry {
  if (place.path !== "") return silentLayer(place, drawn, source, []);
  place.expansion.wasted += place.expansion.size - start;
  place.expansion.size = start;
  const limit = expansionLimits.size.toLocaleString("en");
  const message = `${drawn.name} makes the model larger than ${limit} layers, which is more than can be built. Repeat less.`;
  return silentLayer(place, drawn, source, [
    { code: "too-large", severity: "error", message, node: drawn.id },
  ]);
}

/** Stands in the flat graph so that its wires have ends; nothing more is said of it. */
function silentLayer(
  place: Place,
  drawn: GraphNode,
  source: GraphNode,
  issues: readonly ExpansionIssue[],
): ScopeEntry {
  const id = joinPath(place.path, drawn.id);
  const { position } = drawn;
  const flat = { id, type: source.type, name: markName(drawn.name, id), params: {}, position };
  return { kind: "layer", drawn, source, flat, isSilent: true, issues };
}

function count(number: number, noun: string): string {
  return number === 1 ? `one ${noun}` : `${number === 0 ? "no" : number} ${noun}s`;
}
