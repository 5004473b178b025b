import type { BlockId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { applyEdit } from "../document/applyEdit.ts";
import { badValue, missingBlock } from "../document/editIssues.ts";
import type { DocumentEdit, EditIssue, GraphEdit } from "../document/edits.ts";
import type {
  BlockDefinition,
  GraphEdge,
  GraphNode,
  ModelGraph,
  Position,
  ProjectDocument,
} from "../document/model.ts";

/** The graph of a block, or (null) the main one. */
export function findGraph(
  document: ProjectDocument,
  block: BlockId | null,
): Result<{ readonly graph: ModelGraph; readonly block: BlockDefinition | null }, EditIssue> {
  if (block === null) return ok({ graph: document.graph, block: null });
  const found = Object.hasOwn(document.blocks, block) ? document.blocks[block] : undefined;
  return found === undefined ? err(missingBlock(block)) : ok({ graph: found.graph, block: found });
}

/** The edit of a graph as one of the document. */
export function inGraph(block: BlockId | null, edit: GraphEdit): DocumentEdit {
  return block === null ? edit : { kind: "inBlock", block, edit };
}

export function checkBlockName(name: string): EditIssue | null {
  const trimmed = name.trim();
  if (trimmed === "") return badValue("A block needs a name.");
  return trimmed.length > 200 ? badValue("A block's name must have at most 200 characters.") : null;
}

/** The middle of the nodes' corners: where their block's instance goes, and what is laid on it when it is unpacked. */
export function middleOf(nodes: readonly GraphNode[]): Position {
  const { left, right, top, bottom } = boundsOf(nodes);
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

export function boundsOf(nodes: readonly GraphNode[]) {
  const xs = nodes.map((node) => node.position.x);
  const ys = nodes.map((node) => node.position.y);
  return nodes.length === 0
    ? { left: 0, right: 0, top: 0, bottom: 0 }
    : {
        left: least(xs),
        right: -least(xs.map(negate)),
        top: least(ys),
        bottom: -least(ys.map(negate)),
      };
}

const negate = (value: number) => -value;

/** `Math.min(...list)` overflows the stack for long lists. */
function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}

/** Edits that give targets these wires, in the order of their slots; so none of theirs may be left. */
export function connectAll(edges: readonly GraphEdge[]): readonly GraphEdit[] {
  return edges
    .toSorted((left, right) => left.slot - right.slot)
    .map(({ id, source, target, slot, port }): GraphEdit => ({
      kind: "connect",
      id,
      source,
      target,
      slot,
      ...(port === undefined ? {} : { port }),
    }));
}

export function byId<Id extends string, Item extends { readonly id: Id }>(
  items: readonly Item[],
): Readonly<Record<Id, Item>> {
  // The keys are the items' own ids; Object.fromEntries forgets it.
  return Object.fromEntries(items.map((item) => [item.id, item])) as Record<Id, Item>;
}

/** What was made of a document, or why its edit can't be carried out: a wire to a port that isn't there any more. */
export function withCheckedEdit<Made extends { readonly edit: DocumentEdit }>(
  document: ProjectDocument,
  made: Made,
): Result<Made, EditIssue> {
  const applied = applyEdit(document, made.edit);
  return applied.ok ? ok(made) : applied;
}
