import { z } from "../base/schema.ts";
import type { NodeId, NoteId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { edgeSchema, findSchemaFault, nodeSchema, noteSchema } from "./documentSchemas.ts";
import { badValue } from "./editIssues.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { createNamer } from "./makeNode.ts";
import type { GraphEdge, GraphNode, GraphNote, ModelGraph, Position } from "./model.ts";

/** A piece of a graph by itself: what the clipboard holds. */
export interface Fragment {
  readonly format: "netloom-fragment";
  readonly version: 1;
  readonly nodes: readonly GraphNode[];
  /** Only wires with both ends in the piece. */
  readonly edges: readonly GraphEdge[];
  readonly notes: readonly GraphNote[];
}

export type AddFragmentEdit = Extract<DocumentEdit, { kind: "addFragment" }>;

const fragmentSchema = z.strictObject({
  format: z.literal("netloom-fragment"),
  version: z.literal(1),
  nodes: z.array(nodeSchema).max(20_000),
  edges: z.array(edgeSchema).max(200_000),
  notes: z.array(noteSchema).max(20_000),
});

export function copyFragment(
  graph: ModelGraph,
  nodeIds: readonly NodeId[],
  noteIds: readonly NoteId[],
): Fragment {
  const nodes = new Set(nodeIds);
  const notes = new Set(noteIds);
  return {
    format: "netloom-fragment",
    version: 1,
    nodes: Object.values(graph.nodes).filter((node) => nodes.has(node.id)),
    edges: Object.values(graph.edges).filter(
      (edge) => nodes.has(edge.source) && nodes.has(edge.target),
    ),
    notes: Object.values(graph.notes).filter((note) => notes.has(note.id)),
  };
}

/** The edit that adds a copy under fresh ids and names; its `nodes` and `notes` are what to select afterwards. */
export function pasteFragment(
  graph: ModelGraph,
  fragment: Fragment,
  offset: Position,
): AddFragmentEdit {
  const namer = createNamer(graph);
  const newIds = new Map<NodeId, NodeId>();
  const nodes = fragment.nodes.map((node): GraphNode => {
    const { id, name } = namer.nameCopy(node);
    newIds.set(node.id, id);
    return { ...node, id, name, position: shift(node.position, offset) };
  });
  const slots = new Map<NodeId, number>();
  const bySlot = fragment.edges.toSorted((left, right) => left.slot - right.slot);
  const edges = bySlot.flatMap((edge): GraphEdge[] => {
    const source = newIds.get(edge.source);
    const target = newIds.get(edge.target);
    if (source === undefined || target === undefined) return [];
    // Counted anew: a wire from outside the piece may have had the slot before.
    const slot = slots.get(target) ?? 0;
    slots.set(target, slot + 1);
    return [{ id: namer.nameEdge(), source, target, slot }];
  });
  const notes = fragment.notes.map((note) => ({
    ...note,
    id: namer.nameNote(),
    position: shift(note.position, offset),
  }));
  return { kind: "addFragment", nodes, edges, notes };
}

export function duplicateNodes(
  graph: ModelGraph,
  nodeIds: readonly NodeId[],
  noteIds: readonly NoteId[],
  offset: Position,
): AddFragmentEdit {
  return pasteFragment(graph, copyFragment(graph, nodeIds, noteIds), offset);
}

/** Reads what came from the clipboard, which may be anything. */
export function parseFragment(text: string): Result<Fragment, EditIssue> {
  if (text.length > 20_000_000) return err(badValue("The clipboard holds too much to paste."));
  const value = readJson(text);
  const parsed = fragmentSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(
    badValue(`The clipboard holds no layers: ${findSchemaFault(fragmentSchema, value) ?? ""}.`),
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shift(position: Position, offset: Position): Position {
  return { x: position.x + offset.x, y: position.y + offset.y };
}
