import type { NodeId } from "../base/ids.ts";
import { assertNever } from "../base/assertNever.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import { joinPath, localEdgeIdOf, localIdOf, scopeOf } from "../blocks/flatIds.ts";
import type { ExpansionIssue, Scope, ScopeEntry } from "../blocks/scope.ts";
import { incomingEdges, outgoingEdges } from "../document/graphQueries.ts";
import { listBlockPorts } from "../document/blockType.ts";
import { guessInput } from "./checkGraph.ts";
import type { EdgeId } from "../base/ids.ts";
import { type FixContext, type Remedy, makeRemedy, rowHeight } from "./fixContext.ts";
import type { Diagnostic } from "./types.ts";

/** What can't be expanded, as a diagnostic on paths; its edits are mapped to the drawn graphs like all others. */
export function describeIssue(
  context: FixContext,
  expanded: ExpandedDocument,
  issue: ExpansionIssue,
): Diagnostic {
  const { code, severity, message, node, param, edges = [] } = issue;
  const entry = node === null ? undefined : findEntry(expanded, node);
  return {
    code,
    severity,
    message,
    nodes: node === null ? [] : [node],
    // Paths of wires, as `joinEdgePath` makes them.
    edges: edges as readonly EdgeId[],
    ...(param === undefined ? {} : { param }),
    fixes:
      node === null || entry === undefined
        ? mendVariables(expanded, issue)
        : proposeFor(context, expanded, issue, { node, entry }),
  };
}

function findEntry(expanded: ExpandedDocument, node: NodeId): ScopeEntry | undefined {
  return expanded.scopes.get(scopeOf(node))?.entries.get(localIdOf(node));
}

function mendVariables(
  { document: { variables } }: ExpandedDocument,
  { code, variable, suggestion }: ExpansionIssue,
): readonly Remedy[] {
  if (variable === undefined) return [];
  if (suggestion !== undefined) {
    const { name, value } = suggestion;
    return [
      makeRemedy(`use ${name}`, `Use ${name} in the variable ${variable}`, () => ({
        kind: "setVariables",
        variables: variables.map((entry) =>
          entry.name === variable ? { ...entry, value } : entry,
        ),
      })),
    ];
  }
  if (code !== "duplicate-name") return [];
  const first = variables.findIndex(({ name }) => name === variable);
  return [
    makeRemedy("keep the first", `Keep only the first variable ${variable}`, () => ({
      kind: "setVariables",
      variables: variables.filter(({ name }, index) => name !== variable || index === first),
    })),
  ];
}

interface Place {
  readonly node: NodeId;
  readonly entry: ScopeEntry;
}

function proposeFor(
  context: FixContext,
  expanded: ExpandedDocument,
  issue: ExpansionIssue,
  { node, entry }: Place,
): readonly Remedy[] {
  const { name, type } = entry.drawn;
  const remove = (heal: boolean) =>
    makeRemedy(`remove ${name}`, `Remove ${name}`, () => ({
      kind: "removeNodes",
      nodes: [node],
      heal,
    }));
  const { param } = issue;
  switch (issue.code) {
    case "unknown-block":
    case "block-cycle": {
      const graph = expanded.scopes.get(scopeOf(node))?.graph;
      return [remove(graph !== undefined && incomingEdges(graph, localIdOf(node)).length === 1)];
    }
    case "block-port": {
      const title = type === "blockInput" ? "Input" : "Output";
      return [
        makeRemedy(`use an ${title}`, `Replace ${name} by an ${title}`, () => ({
          kind: "replaceType",
          node,
          type: title.toLowerCase(),
          params: {},
        })),
      ];
    }
    case "repeat":
    case "bad-parameter":
    case "expression":
      return param === undefined
        ? []
        : [
            ...useSuggestion(node, name, issue),
            makeRemedy(`reset ${param}`, `Reset ${param} of ${name} to its default`, () => ({
              kind: "resetParams",
              node,
              params: [param],
            })),
          ];
    case "too-large":
      return Object.hasOwn(entry.drawn.params, "repeat")
        ? [
            makeRemedy("do not repeat it", `Set repeat of ${name} to 1`, () => ({
              kind: "setParams",
              node,
              params: { repeat: 1 },
            })),
          ]
        : [];
    case "muted":
      return [
        ...connectNearest(context, expanded, node),
        makeRemedy(`unmute ${name}`, `Unmute ${name}`, () => ({
          kind: "setMuted",
          nodes: [node],
          isMuted: false,
        })),
      ];
    case "missing-input":
      return issue.edges === undefined || issue.edges.length === 0
        ? [...connectNearest(context, expanded, node), ...addInput(context, { node, entry })].slice(
            0,
            2,
          )
        : useFirstOutput(expanded, issue.edges);
    case "cycle":
      return [
        makeRemedy("remove the wires into it", `Remove the wires into ${name}`, () => ({
          kind: "disconnect",
          edges: (issue.edges ?? []) as readonly EdgeId[],
        })),
      ];
    case "too-many-inputs":
      return [
        makeRemedy("remove what is too much", `Remove the surplus wires into ${name}`, () => ({
          kind: "disconnect",
          edges: (issue.edges ?? []) as readonly EdgeId[],
        })),
      ];
    case "shared-mismatch":
      return [
        makeRemedy("stop sharing", `Give ${name} weights of its own`, () => ({
          kind: "setShares",
          node,
          original: null,
        })),
      ];
    case "duplicate-name":
      return [];
    default:
      return assertNever(issue.code);
  }
}

function useFirstOutput(expanded: ExpandedDocument, paths: readonly string[]): readonly Remedy[] {
  return paths.flatMap((text) => {
    // Made by `joinEdgePath`.
    const path = text as EdgeId;
    const scope = expanded.scopes.get(scopeOf(path));
    const edge = scope?.graph.edges[localEdgeIdOf(path)];
    if (scope === undefined || edge === undefined) return [];
    const source = joinPath(scope.path, edge.source);
    const target = joinPath(scope.path, edge.target);
    const name = scope.graph.nodes[edge.source]?.name ?? edge.source;
    return [
      makeRemedy("use its first output", `Use the first output of ${name}`, () => ({
        kind: "batch",
        label: "Use the first output",
        edits: [
          { kind: "disconnect", edges: [path] },
          { kind: "connect", id: path, source, target, slot: edge.slot },
        ],
      })),
    ];
  });
}

function useSuggestion(
  node: NodeId,
  name: string,
  { param, suggestion }: ExpansionIssue,
): readonly Remedy[] {
  if (param === undefined || suggestion === undefined) return [];
  const { name: meant, value } = suggestion;
  return [
    makeRemedy(`use ${meant}`, `Use ${meant} in ${param} of ${name}`, () => ({
      kind: "setParams",
      node,
      params: { [param]: value },
    })),
  ];
}

/** Where the model has no input at all: one before the block, with a shape that suits the first layer in it. */
function addInput(context: FixContext, { node, entry }: Place): readonly Remedy[] {
  const isFirst = Object.values(context.graph.nodes).every(({ type }) => type !== "input");
  if (!isFirst || scopeOf(node) !== "" || entry.kind !== "instance") return [];
  const { name, position } = entry.drawn;
  const [inner] = entry.copies;
  const first = context.graph.nodes[findReader(inner) ?? node];
  return [
    makeRemedy("add an Input", `Add an Input before ${name}`, () => {
      const place = { x: position.x, y: position.y - rowHeight };
      const input = context.makeNode("input", place, guessInput(first?.type ?? ""));
      return {
        kind: "batch",
        label: "Add Input",
        edits: [
          { kind: "addNode", node: input },
          { kind: "connect", id: context.newEdgeId(0), source: input.id, target: node, slot: 0 },
        ],
      };
    }),
  ];
}

/** The first layer that takes what comes into a block. */
function findReader(scope: Scope): NodeId | null {
  const [port] = listBlockPorts(scope.graph).inputs;
  const edge = port === undefined ? undefined : outgoingEdges(scope.graph, port.id)[0];
  const reader = edge === undefined ? undefined : scope.entries.get(edge.target);
  if (reader === undefined) return null;
  if (reader.kind === "instance") return findReader(reader.copies[0]);
  return reader.kind === "layer" ? reader.flat.id : null;
}

/** The nearest layer of the same graph whose values nobody uses yet, for the first port without a wire. */
function connectNearest(
  context: FixContext,
  expanded: ExpandedDocument,
  node: NodeId,
): readonly Remedy[] {
  const scope = expanded.scopes.get(scopeOf(node));
  const target = localIdOf(node);
  const drawn = scope?.graph.nodes[target];
  if (scope === undefined || drawn === undefined) return [];
  const slots = new Set(incomingEdges(scope.graph, target).map(({ slot }) => slot));
  let slot = 0;
  while (slots.has(slot)) slot++;
  const distance = (id: NodeId) => {
    const { x, y } = scope.graph.nodes[localIdOf(id)]?.position ?? drawn.position;
    return Math.hypot(x - drawn.position.x, y - drawn.position.y);
  };
  return context
    .freeSources()
    .filter((id) => scopeOf(id) === scope.path && id !== joinPath(scope.path, target))
    .toSorted((left, right) => distance(left) - distance(right))
    .slice(0, 2)
    .map((source) => {
      const from = context.graph.nodes[source]?.name ?? source;
      return makeRemedy(`connect ${from}`, `Connect ${from} to ${drawn.name}`, () => ({
        kind: "connect",
        id: context.newEdgeId(0),
        source,
        target: node,
        slot,
      }));
    });
}
