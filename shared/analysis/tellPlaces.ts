import { type EdgeId, type NodeId, nodeId } from "../base/ids.ts";
import type { ExpandedDocument } from "../blocks/expandDocument.ts";
import {
  dropCopies,
  dropCopy,
  joinPath,
  localEdgeIdOf,
  sayMarks,
  scopeOf,
} from "../blocks/flatIds.ts";
import type { Diagnostic } from "./types.ts";

/** The instances entered, the outermost first. */
export type ScopePath = readonly NodeId[];

/** Names of the blocks that a scope lies in, as the user named them: "stage 2", "unit 3" (the third copy). */
export function namePath(expanded: ExpandedDocument, path: string): readonly string[] {
  const names: string[] = [];
  for (let scope = expanded.scopes.get(path); scope?.owner;) {
    const { owner } = scope;
    const parent = expanded.scopes.get(owner.scope);
    const name = parent?.graph.nodes[owner.node]?.name ?? owner.node;
    names.unshift(owner.copies > 1 ? `${name} ${owner.copy + 1}` : name);
    scope = parent;
  }
  return names;
}

/**
 * The path of a drawn id as seen from a scope: the node itself or the instance that it lies in; null for what lies
 * elsewhere. A scope entered without saying which copy is seen as all copies at once.
 */
export function relate(view: ScopePath, path: string): NodeId | null {
  const parts = path.split("/");
  if (parts.length <= view.length) return null;
  const isInside = view.every((entered, depth) => {
    const part = parts[depth] ?? "";
    return part === entered || dropCopy(part) === entered;
  });
  return isInside ? nodeId(dropCopy(parts[view.length] ?? "")) : null;
}

/** Findings in the words of someone who stands in a scope. Those of elsewhere are left out, those of copies told once. */
export function tellDiagnostics(
  expanded: ExpandedDocument,
  findings: readonly Diagnostic[],
  view: ScopePath,
): readonly Diagnostic[] {
  const seen = new Set<string>();
  const say = (id: NodeId) => sayPlace(expanded, view, id);
  const told: Diagnostic[] = [];
  for (const finding of findings) {
    const [blamed] = finding.nodes;
    if (blamed !== undefined && relate(view, blamed) === null) continue;
    const key = [
      finding.code,
      dropCopies(blamed ?? ""),
      sayMarks(finding.message, (id) => ` ${dropCopies(id)}`),
    ].join("\n");
    if (seen.has(key)) continue;
    seen.add(key);
    told.push({
      ...finding,
      message: sayMarks(finding.message, say),
      fixes: finding.fixes.map((fix) => ({
        title: sayMarks(fix.title, say),
        get edit() {
          return fix.edit;
        },
      })),
    });
  }
  return told;
}

/** " in ‘stage 2 › unit 3’", or nothing for a node of the very graph that is seen. */
function sayPlace(expanded: ExpandedDocument, view: ScopePath, id: NodeId): string {
  const parts = scopeOf(id).split("/");
  const names = namePath(expanded, scopeOf(id));
  const isEntered = (depth: number) => {
    const part = parts[depth] ?? "";
    const entered = view[depth];
    // Of a repeated block entered without saying which copy, the first is what is shown.
    return part === entered || (dropCopy(part) === entered && part.endsWith("#1"));
  };
  let depth = 0;
  while (depth < view.length && isEntered(depth)) depth++;
  const rest = names.slice(depth);
  return rest.length === 0 ? "" : ` in ‘${rest.join(" › ")}’`;
}

/** The drawn wires of one graph that flat ones run along. */
export function relateEdges(
  expanded: ExpandedDocument,
  view: ScopePath,
  edges: readonly EdgeId[],
): readonly EdgeId[] {
  const found = new Set<EdgeId>();
  for (const edge of edges) {
    for (const path of expanded.wires.chains.get(edge) ?? [edge]) {
      const isHere =
        path.split("/").length === view.length + 1 && relate(view, joinPath(scopeOf(path), "x"));
      if (isHere !== false && isHere !== null) found.add(localEdgeIdOf(path));
    }
  }
  return [...found];
}
