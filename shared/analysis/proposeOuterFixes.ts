import type { EdgeId, NodeId } from "../base/ids.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import { joinPath, localEdgeIdOf, scopeOf } from "../blocks/flatIds.ts";
import { incomingEdges } from "../document/graphQueries.ts";
import { type Remedy, makeRemedy } from "./fixContext.ts";
import type { Diagnostic, DiagnosticCode } from "./types.ts";

const shapeCodes: ReadonlySet<DiagnosticCode> = new Set([
  "rank",
  "axis",
  "size",
  "merge",
  "dtype",
  "unknown-size",
  "bad-parameter",
  "shared-mismatch",
]);

export interface OuterFixes {
  /** To be offered first: what is switched off may be just what is missing. */
  readonly unmute: readonly Remedy[];
  readonly repeatLess: readonly Remedy[];
}

/**
 * Repairs of shapes that the flat graph knows nothing of: what is muted on the way may be what is missing, and a block
 * may have been repeated once too often. Their edits are on paths.
 */
export function proposeOuterFixes(
  expanded: ExpandedDocument,
  { code, severity, nodes }: Diagnostic,
): OuterFixes {
  const [blamed] = nodes;
  if (severity !== "error" || !shapeCodes.has(code) || blamed === undefined)
    return { unmute: [], repeatLess: [] };
  const muted = new Set(
    incomingEdges(expanded.graph, blamed).flatMap((edge) =>
      (expanded.wires.chains.get(edge.id) ?? []).flatMap((path) => findMuted(expanded, path)),
    ),
  );
  return {
    unmute: [...muted].map((id) => unmute(expanded, id)),
    repeatLess: repeatLess(expanded, blamed),
  };
}

/** The muted node that a drawn wire comes from. */
function findMuted(expanded: ExpandedDocument, path: EdgeId): readonly NodeId[] {
  const scope = expanded.scopes.get(scopeOf(path));
  const edge = scope?.graph.edges[localEdgeIdOf(path)];
  if (scope === undefined || edge === undefined) return [];
  return scope.entries.get(edge.source)?.kind === "muted"
    ? [joinPath(scope.path, edge.source)]
    : [];
}

function unmute(expanded: ExpandedDocument, id: NodeId): Remedy {
  const scope = expanded.scopes.get(scopeOf(id));
  const local = id.slice(id.lastIndexOf("/") + 1);
  const name =
    Object.values(scope?.graph.nodes ?? {}).find((node) => node.id === local)?.name ?? id;
  return makeRemedy(`unmute ${name}`, `Unmute ${name}`, () => ({
    kind: "setMuted",
    nodes: [id],
    isMuted: false,
  }));
}

/** Where an earlier copy is content and this one is not: as often as it fits. */
function repeatLess(expanded: ExpandedDocument, blamed: NodeId): readonly Remedy[] {
  const remedies: Remedy[] = [];
  for (let scope = expanded.scopes.get(scopeOf(blamed)); scope?.owner;) {
    const { owner } = scope;
    const parent = expanded.scopes.get(owner.scope);
    if (owner.copy > 0) {
      const id = joinPath(owner.scope, owner.node);
      const name = parent?.graph.nodes[owner.node]?.name ?? owner.node;
      const times = owner.copy === 1 ? "once" : `${owner.copy} times`;
      remedies.push(
        makeRemedy(`use it ${times}`, `Use ${name} only ${times}`, () => ({
          kind: "setParams",
          node: id,
          params: { repeat: owner.copy },
        })),
      );
    }
    scope = parent;
  }
  return remedies;
}
