import type { NodeId } from "../base/ids.ts";
import type { GraphNode, ModelGraph, ProjectDocument } from "../document/model.ts";
import { evaluateVariables } from "./environment.ts";
import { type Expansion, expandScope } from "./expandScope.ts";
import type { ExpansionIssue, Scope } from "./scope.ts";
import { type FlatWires, checkWires, wireScopes } from "./wireScopes.ts";

/**
 * A document as one flat graph of layers: blocks replaced by copies of their graphs, repetitions chained, expressions
 * worked out, muted nodes bypassed, shared layers pointing at the one whose weights they use.
 */
export interface ExpandedDocument {
  readonly document: ProjectDocument;
  /** Ids are paths, names inside blocks are marked with theirs (see `flatIds.ts`). */
  readonly graph: ModelGraph;
  /** By path; "" is the main graph. An outer scope comes before the inner ones. */
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly wires: FlatWires;
  /** Nodes of the flat graph of which `issues` tells already, or whose source it tells of: their shape isn't known. */
  readonly silent: ReadonlySet<NodeId>;
  readonly issues: readonly ExpansionIssue[];
}

/**
 * Expands a document. Never throws: what can't be expanded becomes an issue, and a node without a shape. With the last
 * expansion before an edit, what the edit doesn't touch comes back as the very same objects.
 */
export function expandDocument(
  document: ProjectDocument,
  previous: ExpandedDocument | null = null,
): ExpandedDocument {
  const isSameFrame =
    previous !== null &&
    previous.document.blocks === document.blocks &&
    previous.document.variables === document.variables;
  if (isSameFrame && previous.document.graph === document.graph) return previous;
  const variables = evaluateVariables(document.variables);
  const expansion: Expansion = {
    document,
    variables,
    previous: previous?.scopes ?? new Map<string, Scope>(),
    isSameFrame,
    size: 0,
    wasted: 0,
  };
  const top = expandScope(expansion, {
    path: "",
    owner: null,
    block: null,
    graph: document.graph,
    environment: variables.environment,
    isFrozen: false,
    sharesWith: null,
    around: [],
  });
  const scopes = listScopes(top);
  const wires = wireScopes(scopes, previous?.wires ?? null);
  const silent = new Set<NodeId>();
  const issues: ExpansionIssue[] = [...variables.issues];
  const nodes: Record<NodeId, GraphNode> = {};
  const lost: GraphNode[] = [];
  const wireIssues: ExpansionIssue[] = [];
  let hasOwnNodes = scopes.size > 1 || wires.placeholders.length > 0;
  for (const scope of scopes.values()) {
    if (scope.structure.signature !== "") wireIssues.push(...checkWires(scopes, scope));
    for (const entry of scope.entries.values()) {
      if (entry.issues.length > 0) issues.push(...entry.issues);
      if (entry.kind !== "layer") continue;
      const { flat } = entry;
      nodes[flat.id] = flat;
      if (flat !== entry.drawn) hasOwnNodes = true;
      if (flat.shares !== undefined) lost.push(flat);
      if (entry.isSilent) silent.add(flat.id);
    }
  }
  for (const node of wires.placeholders) {
    nodes[node.id] ??= node;
    silent.add(node.id);
  }
  linkSharers(nodes, lost);
  issues.push(...wireIssues);
  const isAsDrawn = !hasOwnNodes && top.structure.signature === "";
  const graph = isAsDrawn
    ? document.graph
    : { nodes, edges: wires.edges, notes: document.graph.notes, frames: document.graph.frames };
  return { document, graph, scopes, wires, silent, issues };
}

/** Where the node that others share is muted, the first of the others takes its place. */
function linkSharers(nodes: Record<NodeId, GraphNode>, sharers: readonly GraphNode[]): void {
  const heirs = new Map<NodeId, NodeId>();
  for (const sharer of sharers) {
    const { shares, ...own } = sharer;
    if (shares === undefined || Object.hasOwn(nodes, shares)) continue;
    const heir = heirs.get(shares);
    if (heir === undefined) heirs.set(shares, sharer.id);
    nodes[sharer.id] = heir === undefined ? own : { ...own, shares: heir };
  }
}

/** Outer ones first. */
function listScopes(top: Scope): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  const visit = (scope: Scope): void => {
    scopes.set(scope.path, scope);
    for (const entry of scope.entries.values()) {
      if (entry.kind === "instance") entry.copies.forEach(visit);
    }
  };
  visit(top);
  return scopes;
}
