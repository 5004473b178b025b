import type { EdgeId, NodeId } from "../base/ids.ts";
import { incomingEdges, listEdges } from "../document/graphQueries.ts";
import type { GraphEdge, GraphNode, ModelGraph } from "../document/model.ts";
import { listBlockPorts } from "../document/blockType.ts";
import { joinEdgePath, joinPath, markName } from "./flatIds.ts";
import type { ExpansionIssue, Scope, ScopeStructure } from "./scope.ts";

/** The wires of the flat graph: each goes from a layer to a layer, across the borders of blocks and muted nodes. */
export interface FlatWires {
  readonly edges: ModelGraph["edges"];
  /**
   * Paths of the drawn wires that a flat one runs along, from its target to its source. Only of those that are more
   * than one wire: the others are the drawn wire of the same path.
   */
  readonly chains: ReadonlyMap<EdgeId, readonly EdgeId[]>;
  /** Ports and muted nodes to which nothing leads: they stand for what isn't there, so that it is told only once. */
  readonly placeholders: readonly GraphNode[];
  /** What all this was made from. */
  readonly structures: readonly ScopeStructure[];
}

export type Scopes = ReadonlyMap<string, Scope>;

export function wireScopes(scopes: Scopes, previous: FlatWires | null): FlatWires {
  const structures = [...scopes.values()].map(({ structure }) => structure);
  if (
    previous !== null &&
    previous.structures.length === structures.length &&
    previous.structures.every((structure, index) => structure === structures[index])
  ) {
    return previous;
  }
  const top = scopes.get("");
  const isPlain = scopes.size === 1 && top?.structure.signature === "";
  if (isPlain) {
    return {
      edges: top.graph.edges,
      chains: new Map(),
      placeholders: [],
      structures,
    };
  }
  const edges: Record<EdgeId, GraphEdge> = {};
  const chains = new Map<EdgeId, readonly EdgeId[]>();
  const placeholders = new Map<NodeId, GraphNode>();
  for (const scope of scopes.values()) {
    for (const edge of listEdges(scope.graph)) {
      if (scope.entries.get(edge.target)?.kind !== "layer") continue;
      const { end, chain, placeholder } = traceSource(scopes, scope, edge);
      if (placeholder !== null) placeholders.set(placeholder.id, placeholder);
      const id = joinEdgePath(scope.path, edge.id);
      if (chain.length > 1) chains.set(id, chain);
      edges[id] = {
        id,
        source: end.node,
        target: joinPath(scope.path, edge.target),
        slot: edge.slot,
        ...(end.port === 0 ? {} : { port: end.port }),
      };
    }
  }
  return {
    edges,
    chains,
    placeholders: [...placeholders.values()],
    structures,
  };
}

/** An output of a layer of the flat graph. */
export interface FlatEnd {
  readonly node: NodeId;
  readonly port: number;
}

export interface TracedWire {
  readonly end: FlatEnd;
  /** Paths of the drawn wires, from the target back. */
  readonly chain: readonly EdgeId[];
  /** Where nothing leads to: what stands for it. */
  readonly placeholder: GraphNode | null;
  /** It comes back to where it was, through muted nodes and blocks that only pass values on. */
  readonly isLoop: boolean;
}

/** Follows a drawn wire back to the layer that its values come from. */
function traceSource(scopes: Scopes, start: Scope, edge: GraphEdge): TracedWire {
  const chain: EdgeId[] = [joinEdgePath(start.path, edge.id)];
  const found = traceNode(scopes, start, edge, chain);
  return { ...found, chain };
}

/** Follows an output back to the layer that gives it: through blocks, ports and muted nodes. Adds to `chain`. */
export function traceNode(
  scopes: Scopes,
  start: Scope,
  output: { readonly source: NodeId; readonly port?: number },
  chain: EdgeId[] = [],
): Omit<TracedWire, "chain"> {
  let scope = start;
  let node = output.source;
  let port = output.port ?? 0;
  const seen = new Set<string>();
  for (;;) {
    const entry = scope.entries.get(node);
    if (entry === undefined) break;
    const next = stepBack(scopes, scope, entry, port);
    const id = joinPath(scope.path, node);
    if (next === null) return { end: { node: id, port }, placeholder: null, isLoop: false };
    if (next.edge === null) return standIn(next.scope, next.node);
    const place = `${id} ${port}`;
    if (seen.has(place)) {
      chain.length = Math.min(chain.length, 1);
      return { ...standIn(scope, entry.drawn), isLoop: true };
    }
    seen.add(place);
    scope = next.scope;
    chain.push(joinEdgePath(scope.path, next.edge.id));
    node = next.edge.source;
    port = next.edge.port ?? 0;
  }
  // A wire from a node that isn't there, which only a damaged file can have.
  const position = { x: 0, y: 0 };
  return standIn(scope, { id: node, type: "", name: node, params: {}, position });
}

/** What stands in the flat graph for a source that isn't there. */
function standIn(scope: Scope, { id, type, name, position }: GraphNode): Omit<TracedWire, "chain"> {
  const path = joinPath(scope.path, id);
  const placeholder = { id: path, type, name: markName(name, path), params: {}, position };
  return { end: { node: path, port: 0 }, placeholder, isLoop: false };
}

interface Step {
  readonly scope: Scope;
  /** The wire to follow on, in `scope`; null: there is none, at `node`. */
  readonly edge: GraphEdge | null;
  readonly node: GraphNode;
}

/** One step back from an output; null: it is a layer's own. */
function stepBack(
  scopes: Scopes,
  scope: Scope,
  entry: NonNullable<ReturnType<Scope["entries"]["get"]>>,
  port: number,
): Step | null {
  const { drawn } = entry;
  switch (entry.kind) {
    case "layer":
      return null;
    case "muted":
      return { scope, node: drawn, edge: incomingEdges(scope.graph, drawn.id)[0] ?? null };
    case "instance": {
      const inner = entry.copies.at(-1) ?? entry.copies[0];
      return leaveThrough(inner, port) ?? { scope, node: drawn, edge: null };
    }
    case "port": {
      const parent = scope.owner === null ? undefined : scopes.get(scope.owner.scope);
      const index = listBlockPorts(scope.graph).inputs.indexOf(drawn);
      if (parent === undefined || scope.owner === null || index < 0) {
        return { scope, node: drawn, edge: null };
      }
      const instance = parent.entries.get(scope.owner.node);
      if (scope.owner.copy > 0 && instance?.kind === "instance") {
        const before = instance.copies[scope.owner.copy - 1];
        const chained = before === undefined ? null : leaveThrough(before, index);
        if (chained !== null) return chained;
      }
      const edge = incomingEdges(parent.graph, scope.owner.node).find(({ slot }) => slot === index);
      return edge === undefined
        ? { scope, node: drawn, edge: null }
        : { scope: parent, node: drawn, edge };
    }
  }
}

/** From an instance's output to what leads to it inside; null: there is no such output. */
function leaveThrough(inner: Scope, port: number): Step | null {
  const output = listBlockPorts(inner.graph).outputs[port];
  if (output === undefined) return null;
  return { scope: inner, node: output, edge: incomingEdges(inner.graph, output.id)[0] ?? null };
}

/** A wire from an output that the block doesn't have. */
function checkOutput(scope: Scope, edge: GraphEdge): readonly ExpansionIssue[] {
  const { port = 0 } = edge;
  const source = scope.entries.get(edge.source);
  const target = scope.entries.get(edge.target);
  if (source?.kind !== "instance" || target === undefined || port === 0) return [];
  const count = listBlockPorts(source.block.graph).outputs.length;
  if (port < count || count === 0) return [];
  const name = (node: GraphNode) => markName(node.name, joinPath(scope.path, node.id));
  const has = count === 1 ? "only one output" : `only ${count} outputs`;
  return [
    {
      code: "missing-input",
      severity: "error",
      message: `${name(target.drawn)} is wired to output ${port + 1} of ${name(source.drawn)}, which has ${has}. Use its first output.`,
      node: joinPath(scope.path, edge.target),
      edges: [joinEdgePath(scope.path, edge.id)],
    },
  ];
}

/** Ports of instances and muted nodes that lack a wire, and wires that lead to no port. */
export function checkWires(scopes: Scopes, scope: Scope): readonly ExpansionIssue[] {
  const issues: ExpansionIssue[] = listEdges(scope.graph).flatMap((edge) =>
    checkOutput(scope, edge),
  );
  for (const [id, entry] of scope.entries) {
    if (entry.kind === "layer") continue;
    const path = joinPath(scope.path, id);
    const name = markName(entry.drawn.name, path);
    const incoming = incomingEdges(scope.graph, id);
    const add = (
      code: ExpansionIssue["code"],
      message: string,
      edges: readonly EdgeId[] = [],
    ): void => {
      issues.push({ code, severity: "error", message, node: path, edges });
    };
    if (entry.kind !== "port" && traceNode(scopes, scope, { source: id }).isLoop) {
      const edges = incoming.map((edge) => joinEdgePath(scope.path, edge.id));
      add(
        "cycle",
        `${name} only passes on what comes back to it in a circle, so there is no value. Remove a wire into it.`,
        edges,
      );
    } else if (entry.kind === "muted") {
      const isEnd = entry.source.type === "output" || entry.source.type === "blockOutput";
      if (incoming.length > 0 || isEnd) continue;
      add("muted", `${name} is muted but gets nothing that it could pass on. Unmute it.`);
    } else if (entry.kind === "port") {
      // Told once, not for every copy.
      if (entry.drawn.type !== "blockOutput" || incoming.length > 0) continue;
      if ((scope.owner?.copy ?? 0) > 0) continue;
      add(
        "missing-input",
        `${name} is an output of ${scope.block?.name ?? "its block"} and gets nothing. Connect a layer to it.`,
      );
    } else {
      const { inputs, outputs } = listBlockPorts(entry.block.graph);
      inputs.forEach((port, index) => {
        if (incoming.some(({ slot }) => slot === index)) return;
        add(
          "missing-input",
          `${port.name} of ${name} is not connected. Connect a layer to that input.`,
        );
      });
      const surplus = incoming.filter(({ slot }) => slot >= inputs.length);
      if (surplus.length > 0) {
        const takes =
          inputs.length === 0
            ? "no input"
            : inputs.length === 1
              ? "one input"
              : `${inputs.length} inputs`;
        add(
          "too-many-inputs",
          `${name} takes ${takes}, but has ${incoming.length} wires.`,
          surplus.map((edge) => joinEdgePath(scope.path, edge.id)),
        );
      }
      if (outputs.length === 0) {
        add("missing-input", `${name} gives nothing on: ${entry.block.name} has no outputs.`);
      }
    }
  }
  return issues;
}
