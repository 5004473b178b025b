import type { NodeId } from "../base/ids.ts";
import { assertNever } from "../base/assertNever.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import { joinPath, localIdOf, scopeOf } from "../blocks/flatIds.ts";
import type { ExpansionIssue, ScopeEntry } from "../blocks/scope.ts";
import { incomingEdges } from "../document/graphQueries.ts";
import type { EdgeId } from "../base/ids.ts";
import { type FixContext, type Remedy, makeRemedy } from "./fixContext.ts";
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
        ? []
        : proposeFor(context, expanded, issue, { node, entry }),
  };
}

function findEntry(expanded: ExpandedDocument, node: NodeId): ScopeEntry | undefined {
  return expanded.scopes.get(scopeOf(node))?.entries.get(localIdOf(node));
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
        makeRemedy(`unmute ${name}`, `Unmute ${name}`, () => ({
          kind: "setMuted",
          nodes: [node],
          isMuted: false,
        })),
      ];
    case "missing-input":
      return connectNearest(context, expanded, node);
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
