import { type BlockId, type EdgeId, type NodeId, nodeId } from "../base/ids.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import { dropCopy, joinPath, localEdgeIdOf, localIdOf, scopeOf } from "../blocks/flatIds.ts";
import type { Scope } from "../blocks/scope.ts";
import { traceNode } from "../blocks/wireScopes.ts";
import type { DocumentEdit, GraphEdit } from "../document/edits.ts";
import { type Namer, createNamer } from "../document/makeNode.ts";
import { listBlockPorts } from "../document/blockType.ts";
import type { GraphNode, Position } from "../document/model.ts";

/** An edit of the flat graph as one of the drawn graphs. */
export interface MappedEdit {
  readonly edit: DocumentEdit;
  /** Names of the blocks whose other instances change as well. */
  readonly everywhere: readonly string[];
  /** The one node that goes, where it isn't what the flat edit names. */
  readonly removed?: string;
}

/** null where it can't be done on the drawn graphs: a wire would have to cross a block's border. */
export type EditMapper = (edit: DocumentEdit) => MappedEdit | null;

export function createEditMapper(expanded: ExpandedDocument): EditMapper {
  let uses: ReadonlyMap<EdgeId, number> | null = null;
  let counts: ReadonlyMap<BlockId, number> | null = null;
  const shared: Shared = {
    expanded,
    usesOf: (edge) => (uses ??= countUses(expanded)).get(edge) ?? 1,
    copiesOf: (block) => (counts ??= countCopies(expanded)).get(block) ?? 0,
  };
  return (edit) => mapEdit(shared, edit);
}

interface Shared {
  readonly expanded: ExpandedDocument;
  /** How many flat wires run along a drawn one. */
  usesOf(edge: EdgeId): number;
  /** How often a block's graph stands in the model. */
  copiesOf(block: BlockId): number;
}

interface LocalEdit {
  readonly scope: Scope;
  readonly edit: GraphEdit;
}

function mapEdit(shared: Shared, edit: DocumentEdit): MappedEdit | null {
  // Of the project, not of a graph: the same in any drawing.
  if (edit.kind === "setVariables") return { edit, everywhere: [] };
  const parts = listParts(edit);
  if (parts === null) return null;
  const mapping = createMapping(shared, parts);
  const local: LocalEdit[] = [];
  for (const part of parts) {
    const mapped = mapping.mapPart(part);
    if (mapped === null) return null;
    local.push(...mapped);
  }
  const edits: DocumentEdit[] = [];
  const everywhere = new Set<string>();
  const seen = new Set<string>();
  for (const { scope, edit: own } of local) {
    const wrapped: DocumentEdit =
      scope.block === null ? own : { kind: "inBlock", block: scope.block.id, edit: own };
    // Copies of a block are drawn once.
    const key = JSON.stringify(wrapped);
    if (seen.has(key)) continue;
    seen.add(key);
    edits.push(wrapped);
    if (scope.block !== null && shared.copiesOf(scope.block.id) > 1)
      everywhere.add(scope.block.name);
  }
  const [first] = edits;
  if (first === undefined) return null;
  const label = edit.kind === "batch" ? edit.label : "Mend";
  const [only] = local;
  const id =
    edit.kind === "removeNodes" &&
    only?.edit.kind === "removeNodes" &&
    local.length === 1 &&
    only.edit.nodes.length === 1
      ? only.edit.nodes[0]
      : undefined;
  const removed = id === undefined ? undefined : only?.scope.graph.nodes[id]?.name;
  return {
    ...(removed === undefined ? {} : { removed }),
    edit: edits.length === 1 ? first : { kind: "batch", label, edits },
    everywhere: [...everywhere],
  };
}

/** The edits of graphs in it, in order; null where there are others. */
function listParts(edit: DocumentEdit): readonly GraphEdit[] | null {
  switch (edit.kind) {
    case "batch": {
      const parts = edit.edits.map(listParts);
      return parts.every((part) => part !== null) ? parts.flat() : null;
    }
    case "inBlock":
    case "addBlock":
    case "setBlock":
    case "removeBlock":
    case "setVariables":
    case "renameProject":
    case "setData":
    case "setTraining":
      return null;
    default:
      return [edit];
  }
}

function createMapping(shared: Shared, parts: readonly GraphEdit[]) {
  const { expanded } = shared;
  const namers = new Map<string, Namer>();
  /** By the id that the flat edit gives it. */
  const added = new Map<NodeId, { readonly scope: Scope; readonly node: GraphNode }>();

  const scopeAt = (path: string): Scope | null => expanded.scopes.get(path) ?? null;
  const scopeOfNode = (id: NodeId): Scope | null => added.get(id)?.scope ?? scopeAt(scopeOf(id));
  const localOf = (id: NodeId): NodeId => added.get(id)?.node.id ?? localIdOf(id);

  function namerOf(scope: Scope): Namer {
    const known = namers.get(scope.path);
    if (known !== undefined) return known;
    const namer = createNamer(scope.graph);
    namers.set(scope.path, namer);
    return namer;
  }

  function addTo(scope: Scope, node: GraphNode): GraphNode {
    const known = added.get(node.id);
    if (known !== undefined) return known.node;
    const own = { ...node, ...namerOf(scope).nameNode(node.type) };
    added.set(node.id, { scope, node: own });
    return own;
  }

  /** Where a new node belongs: with what it is wired to; the model's ends in the main graph. */
  function placeNew(node: GraphNode): Scope | null {
    if (node.type === "input" || node.type === "output") return scopeAt("");
    const paths = parts.flatMap((part) => {
      if (part.kind !== "connect") return [];
      if (part.source === node.id) return [scopeOf(part.target)];
      return part.target === node.id ? [scopeOf(part.source)] : [];
    });
    const [first = ""] = paths.toSorted((left, right) => left.length - right.length);
    return scopeAt(first);
  }

  /** What stands for a layer's output in the graph of an outer scope. */
  function liftSource(
    source: NodeId,
    port: number,
    scope: Scope,
  ): { readonly source: NodeId; readonly port: number } | null {
    const prefix = scope.path === "" ? "" : `${scope.path}/`;
    if (!source.startsWith(prefix)) return null;
    const instance = nodeId(dropCopy(source.slice(prefix.length).split("/", 1)[0] ?? ""));
    const entry = scope.entries.get(instance);
    if (entry?.kind !== "instance") return null;
    const count = listBlockPorts(entry.block.graph).outputs.length;
    for (let index = 0; index < count; index++) {
      const { end } = traceNode(expanded.scopes, scope, { source: instance, port: index });
      if (end.node === source && end.port === port) return { source: instance, port: index };
    }
    return null;
  }

  function chooseEdge(edge: EdgeId): EdgeId {
    const chain = expanded.wires.chains.get(edge) ?? [edge];
    const outermost = chain.toSorted((left, right) => depthOf(left) - depthOf(right));
    return outermost.find((path) => shared.usesOf(path) === 1 && isExact(path)) ?? chain[0] ?? edge;
  }

  /** Whether the wire is drawn for this place alone. */
  function isExact(path: EdgeId): boolean {
    const block = scopeAt(scopeOf(path))?.block ?? null;
    return block === null || shared.copiesOf(block.id) === 1;
  }

  function mapPart(part: GraphEdit): readonly LocalEdit[] | null {
    switch (part.kind) {
      case "setParams":
      case "resetParams":
      case "replaceType": {
        const scope = scopeOfNode(part.node);
        if (scope === null) return null;
        const local = localOf(part.node);
        // Another use of a layer has that layer's options.
        const node = scope.entries.get(local)?.source.id ?? local;
        return [{ scope, edit: { ...part, node } }];
      }
      case "renameNode": {
        const scope = scopeOfNode(part.node);
        return scope === null ? null : [{ scope, edit: { ...part, node: localOf(part.node) } }];
      }
      case "setShares": {
        const found = findSharer(part.node);
        return found === null
          ? null
          : [{ scope: found.scope, edit: { ...part, node: found.node } }];
      }
      case "removeNodes": {
        const byScope = groupByScope(joinInstances(part.nodes));
        return byScope?.map(([scope, nodes]) => ({ scope, edit: { ...part, nodes } })) ?? null;
      }
      case "setMuted": {
        const byScope = groupByScope(part.nodes);
        return byScope?.map(([scope, nodes]) => ({ scope, edit: { ...part, nodes } })) ?? null;
      }
      case "moveNodes": {
        const byScope = groupByScope(
          Object.keys(part.positions)
            .map((id) => nodeId(id))
            .filter((id) => isTouched(id)),
        );
        return (
          byScope?.map(([scope, nodes]) => {
            const positions: Record<NodeId, Position> = {};
            for (const [id, position] of Object.entries(part.positions)) {
              const local = localIdOf(nodeId(id));
              if (scopeOf(id) === scope.path && nodes.includes(local)) positions[local] = position;
            }
            return { scope, edit: { kind: "moveNodes", positions } };
          }) ?? null
        );
      }
      case "addNode": {
        const scope = placeNew(part.node);
        return scope === null
          ? null
          : [{ scope, edit: { ...part, node: addTo(scope, part.node) } }];
      }
      case "insertOnEdge": {
        const path = chooseEdge(part.edge);
        const scope = scopeAt(scopeOf(path));
        if (scope === null) return null;
        const newEdge = namerOf(scope).nameEdge();
        const edge = localEdgeIdOf(path);
        return [{ scope, edit: { ...part, edge, node: addTo(scope, part.node), newEdge } }];
      }
      case "connect":
        return connect(part);
      case "disconnect": {
        const paths = [...new Set(part.edges.map(chooseEdge))];
        const byScope = new Map<Scope, EdgeId[]>();
        for (const path of paths) {
          const scope = scopeAt(scopeOf(path));
          if (scope === null) return null;
          byScope.set(scope, [...(byScope.get(scope) ?? []), localEdgeIdOf(path)]);
        }
        return [...byScope].map(([scope, edges]) => ({ scope, edit: { ...part, edges } }));
      }
      default:
        // Fixes are made of the edits above.
        return null;
    }
  }

  function connect(part: Extract<GraphEdit, { kind: "connect" }>): readonly LocalEdit[] | null {
    const scope = scopeOfNode(part.target);
    const from = scopeOfNode(part.source);
    if (scope === null || from === null) return null;
    const { port = 0, ...rest } = part;
    const source =
      from.path === scope.path
        ? { source: localOf(part.source), port }
        : liftSource(part.source, port, scope);
    if (source === null) return null;
    const edit: GraphEdit = {
      ...rest,
      id:
        Object.hasOwn(scope.graph.edges, localEdgeIdOf(part.id)) && scope.path !== ""
          ? localEdgeIdOf(part.id)
          : namerOf(scope).nameEdge(),
      source: source.source,
      target: localOf(part.target),
      ...(source.port === 0 ? {} : { port: source.port }),
    };
    return [{ scope, edit }];
  }

  /** The node that says that it shares: this one, or the instance that it lies in. */
  function findSharer(id: NodeId): { readonly scope: Scope; readonly node: NodeId } | null {
    let scope = scopeOfNode(id);
    let node = localOf(id);
    while (scope !== null) {
      if (scope.entries.get(node)?.drawn.shares !== undefined) return { scope, node };
      const { owner } = scope;
      if (owner === null) return null;
      scope = scopeAt(owner.scope);
      ({ node } = owner);
    }
    return null;
  }

  /** Instances in place of all that is in them: where nothing of a block is wanted, the block isn't. */
  function joinInstances(ids: readonly NodeId[]): readonly NodeId[] {
    if (ids.every((id) => !id.includes("/"))) return ids;
    const joined = new Set<NodeId>();
    const staying = listStaying(new Set(ids));
    for (const id of ids) {
      let path = id;
      const isPort = scopeOfNode(id)?.entries.get(localIdOf(id))?.kind === "port";
      // What is at fault itself goes by itself. A port that nothing leads to isn't: it is the instance that lacks a wire.
      const start = expanded.silent.has(id) && !isPort ? null : scopeOfNode(id);
      for (let scope = start; scope?.owner;) {
        const instance = joinPath(scope.owner.scope, scope.owner.node);
        if (staying.has(instance)) break;
        path = instance;
        scope = scopeAt(scope.owner.scope);
      }
      // A block keeps its ports, which its other instances are wired to.
      if (path !== id || !isPort) joined.add(path);
    }
    return [...joined];
  }

  /** Instances that hold layers that stay. */
  function listStaying(gone: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
    const staying = new Set<NodeId>();
    for (const { id } of Object.values(expanded.graph.nodes)) {
      if (gone.has(id) || expanded.silent.has(id)) continue;
      for (let scope = scopeAt(scopeOf(id)); scope?.owner;) {
        const instance = joinPath(scope.owner.scope, scope.owner.node);
        if (staying.has(instance)) break;
        staying.add(instance);
        scope = scopeAt(scope.owner.scope);
      }
    }
    return staying;
  }

  /** Whether something else of the edit happens in the graph of the node: only there is room to be made. */
  function isTouched(id: NodeId): boolean {
    const path = scopeOf(id);
    return [...added.values()].some(({ scope }) => scope.path === path);
  }

  function groupByScope(
    ids: readonly NodeId[],
  ): readonly (readonly [Scope, readonly NodeId[]])[] | null {
    const groups = new Map<Scope, Set<NodeId>>();
    for (const id of ids) {
      const scope = scopeOfNode(id);
      if (scope === null) return null;
      groups.set(scope, (groups.get(scope) ?? new Set<NodeId>()).add(localOf(id)));
    }
    return [...groups].map(([scope, nodes]) => [scope, [...nodes]] as const);
  }

  return { mapPart };
}

function depthOf(path: string): number {
  return path.split("/").length;
}

function countUses(expanded: ExpandedDocument): ReadonlyMap<EdgeId, number> {
  const uses = new Map<EdgeId, number>();
  for (const chain of expanded.wires.chains.values()) {
    for (const path of chain) uses.set(path, (uses.get(path) ?? 0) + 1);
  }
  return uses;
}

function countCopies(expanded: ExpandedDocument): ReadonlyMap<BlockId, number> {
  const counts = new Map<BlockId, number>();
  for (const { block } of expanded.scopes.values()) {
    if (block !== null) counts.set(block.id, (counts.get(block.id) ?? 0) + 1);
  }
  return counts;
}
