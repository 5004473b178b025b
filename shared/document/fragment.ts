import { z } from "../base/schema.ts";
import type { BlockId, FrameId, NodeId, NoteId } from "../base/ids.ts";
import { type Result, err, ok } from "../base/result.ts";
import { blockFields, graphSchema, variablesSchema } from "./blockSchemas.ts";
import { blocksBelow } from "./blockUses.ts";
import {
  edgeSchema,
  findSchemaFault,
  frameSchema,
  nodeSchema,
  noteSchema,
} from "./documentSchemas.ts";
import { makeEdge } from "./editEdges.ts";
import { badValue } from "./editIssues.ts";
import { promoteSharers } from "./editShares.ts";
import type { DocumentEdit, EditIssue } from "./edits.ts";
import { importBlocks, replaceBlock } from "./importBlocks.ts";
import { createNamer } from "./makeNode.ts";
import {
  type BlockDefinition,
  type GraphEdge,
  type GraphFrame,
  type GraphNode,
  type GraphNote,
  type ModelGraph,
  type Position,
  type ProjectDocument,
  type ProjectVariable,
  emptyGraph,
} from "./model.ts";
import { listNeededVariables } from "./neededVariables.ts";
import { wiringOf } from "./wiring.ts";

/** A piece of a graph by itself: what the clipboard holds. */
export interface Fragment {
  readonly format: "netloom-fragment";
  readonly version: 2;
  readonly nodes: readonly GraphNode[];
  /** Only wires with both ends in the piece. */
  readonly edges: readonly GraphEdge[];
  readonly notes: readonly GraphNote[];
  readonly frames: readonly GraphFrame[];
  /** Definitions of the blocks in the piece, and of those within. */
  readonly blocks: readonly BlockDefinition[];
  /** Of the project, as far as its expressions use them. */
  readonly variables: readonly ProjectVariable[];
}

export type AddFragmentEdit = Extract<DocumentEdit, { kind: "addFragment" }>;

const fragmentSchema = z.strictObject({
  format: z.literal("netloom-fragment"),
  version: z.literal(2),
  nodes: z.array(nodeSchema).max(20_000),
  edges: z.array(edgeSchema).max(200_000),
  notes: z.array(noteSchema).max(20_000),
  frames: z.array(frameSchema).max(20_000),
  blocks: z.array(z.strictObject({ ...blockFields, graph: graphSchema })).max(2000),
  variables: variablesSchema,
});

export interface CopyOptions {
  readonly frames?: readonly FrameId[];
  /** Where the graph is from: its blocks and variables go along as needed. */
  readonly document?: Pick<ProjectDocument, "blocks" | "variables">;
}

export function copyFragment(
  graph: ModelGraph,
  nodeIds: readonly NodeId[],
  noteIds: readonly NoteId[],
  options: CopyOptions = {},
): Fragment {
  const chosen = new Set(nodeIds);
  const notes = new Set(noteIds);
  const frames = new Set(options.frames);
  const left = Object.values(graph.nodes).filter((node) => !chosen.has(node.id));
  // A use of a layer that isn't copied becomes a layer of its own.
  const whole = promoteSharers(graph, new Set(left.map((node) => node.id)));
  const nodes = Object.values(whole).filter((node) => chosen.has(node.id));
  const { blocks = {}, variables = [] } = options.document ?? {};
  const needed = blocksBelow(blocks, [{ ...graph, nodes: indexNodes(nodes) }]);
  const definitions = Object.values(blocks).filter((block) => needed.has(block.id));
  return {
    format: "netloom-fragment",
    version: 2,
    nodes,
    edges: Object.values(graph.edges).filter(
      (edge) => chosen.has(edge.source) && chosen.has(edge.target),
    ),
    notes: Object.values(graph.notes).filter((note) => notes.has(note.id)),
    frames: Object.values(graph.frames).filter((frame) => frames.has(frame.id)),
    blocks: definitions,
    variables: listNeededVariables({ variables }, { nodes, blocks: definitions }),
  };
}

/**
 * The edit that adds a copy under fresh ids and names; its `nodes`, `notes` and `frames` are what to select afterwards.
 * For a piece from the same project, and the same kind of graph; else `pasteIntoDocument`.
 */
export function pasteFragment(
  graph: ModelGraph,
  fragment: Fragment,
  offset: Position,
  blocks: ProjectDocument["blocks"] = indexBlocks(fragment.blocks),
): AddFragmentEdit {
  const namer = createNamer(graph);
  const newIds = new Map<NodeId, NodeId>();
  const renamed = fragment.nodes.map((node) => {
    const { id, name } = namer.nameCopy(node);
    newIds.set(node.id, id);
    return { ...node, id, name, position: shift(node.position, offset) };
  });
  const nodes = renamed.map(({ shares, ...node }): GraphNode => {
    const original = shares === undefined ? undefined : newIds.get(shares);
    return original === undefined ? node : { ...node, shares: original };
  });
  const piece: ModelGraph = { ...emptyGraph, nodes: indexNodes(nodes) };
  const slots = new Map<NodeId, number>();
  const bySlot = fragment.edges.toSorted((left, right) => left.slot - right.slot);
  const edges = bySlot.flatMap((edge): GraphEdge[] => {
    const source = newIds.get(edge.source);
    const target = newIds.get(edge.target);
    const node = target === undefined ? undefined : piece.nodes[target];
    if (source === undefined || target === undefined || node === undefined) return [];
    // Counted anew where it is a mere order: a wire from outside the piece may have had the slot before.
    const isPort = wiringOf(blocks, piece, node).inputs.kind === "ports";
    const slot = isPort ? edge.slot : (slots.get(target) ?? 0);
    slots.set(target, slot + 1);
    return [makeEdge(namer.nameEdge(), { ...edge, source, target, slot })];
  });
  const notes = fragment.notes.map((note) => ({
    ...note,
    id: namer.nameNote(),
    position: shift(note.position, offset),
  }));
  const frames = fragment.frames.map((frame) => ({
    ...frame,
    id: namer.nameFrame(),
    position: shift(frame.position, offset),
  }));
  return {
    kind: "addFragment",
    nodes,
    edges,
    notes,
    ...(frames.length === 0 ? {} : { frames }),
  };
}

export interface Pasted {
  /** Of the whole document. */
  readonly edit: DocumentEdit;
  /** What was added to the graph, to be selected. */
  readonly added: AddFragmentEdit;
}

/**
 * Pastes a piece from anywhere into the main graph, or (with `block`) into a block: with the definitions and variables
 * that this project lacks, and with the ends of a model made those of a block, or the other way round.
 */
export function pasteIntoDocument(
  document: ProjectDocument,
  fragment: Fragment,
  { block, offset }: { readonly block: BlockId | null; readonly offset: Position },
): Pasted {
  const { edits, ids } = importBlocks(document, fragment.blocks);
  const known = new Set(document.variables.map(({ name }) => name));
  const missing = fragment.variables.filter(({ name }) => !known.has(name));
  const ends = block === null ? mainEndOf : blockEndOf;
  const nodes = fragment.nodes.map((node): GraphNode => {
    const type = ends[node.type];
    return type === undefined ? replaceBlock(node, ids) : { ...node, type, params: {} };
  });
  const present = block === null ? document.graph : document.blocks[block]?.graph;
  const blocks = {
    ...document.blocks,
    ...indexBlocks(edits.flatMap((edit) => (edit.kind === "addBlock" ? [edit.block] : []))),
  };
  const added = pasteFragment(present ?? emptyGraph, { ...fragment, nodes }, offset, blocks);
  const add: DocumentEdit = block === null ? added : { kind: "inBlock", block, edit: added };
  if (edits.length === 0 && missing.length === 0) return { edit: add, added };
  const variables: readonly DocumentEdit[] =
    missing.length === 0
      ? []
      : [{ kind: "setVariables", variables: [...document.variables, ...missing] }];
  return {
    edit: { kind: "batch", label: "Paste", edits: [...variables, ...edits, add] },
    added,
  };
}

const blockEndOf: Readonly<Record<string, string>> = { input: "blockInput", output: "blockOutput" };
const mainEndOf: Readonly<Record<string, string>> = { blockInput: "input", blockOutput: "output" };

export function duplicateNodes(
  graph: ModelGraph,
  nodeIds: readonly NodeId[],
  noteIds: readonly NoteId[],
  offset: Position,
  options: CopyOptions = {},
): AddFragmentEdit {
  const fragment = copyFragment(graph, nodeIds, noteIds, options);
  return pasteFragment(graph, fragment, offset, options.document?.blocks);
}

/** Reads what came from the clipboard, which may be anything. */
export function parseFragment(text: string): Result<Fragment, EditIssue> {
  if (text.length > 20_000_000) return err(badValue("The clipboard holds too much to paste."));
  const value = upgrade(readJson(text));
  const parsed = fragmentSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(
    badValue(`The clipboard holds no layers: ${findSchemaFault(fragmentSchema, value) ?? ""}.`),
  );
}

/** From a window that still runs the version before: without blocks, frames and variables. */
function upgrade(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("version" in value)) return value;
  if (value.version !== 1) return value;
  return { ...value, version: 2, frames: [], blocks: [], variables: [] };
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

function indexNodes(nodes: readonly GraphNode[]): ModelGraph["nodes"] {
  // The keys are the nodes' own ids.
  return Object.fromEntries(nodes.map((node) => [node.id, node])) as ModelGraph["nodes"];
}

function indexBlocks(blocks: readonly BlockDefinition[]): ProjectDocument["blocks"] {
  // The keys are the blocks' own ids.
  return Object.fromEntries(blocks.map((block) => [block.id, block])) as ProjectDocument["blocks"];
}
