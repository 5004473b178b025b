import { z } from "../base/schema.ts";
import { blockFields } from "../document/blockSchemas.ts";
import {
  edgeSchema,
  frameSchema,
  nodeSchema,
  noteSchema,
  positionSchema,
} from "../document/documentSchemas.ts";
import { listGraphFaults } from "../document/graphFaults.ts";
import type {
  BlockDefinition,
  GraphFrame,
  GraphNode,
  GraphNote,
  ModelGraph,
} from "../document/model.ts";
import { blockEnds, mainEnds } from "../document/wiring.ts";

/** How graphs and blocks stand in files: lists that keep the order, places and sizes as pairs. */

export const fileLimits = { nodes: 20_000, edges: 200_000, notes: 20_000, blocks: 2000 } as const;

const pair = z.tuple([positionSchema.shape.x, positionSchema.shape.y]);
const sizePair = z.tuple([noteSchema.shape.size.shape.width, noteSchema.shape.size.shape.height]);

const fileNodeSchema = z
  .strictObject({ ...nodeSchema.shape, position: pair })
  .transform(({ position: [x, y], ...node }): GraphNode => ({ ...node, position: { x, y } }));

const fileNoteSchema = z
  .strictObject({ ...noteSchema.shape, position: pair, size: sizePair })
  .transform(({ position: [x, y], size: [width, height], ...note }): GraphNote => ({
    ...note,
    position: { x, y },
    size: { width, height },
  }));

const fileFrameSchema = z
  .strictObject({ ...frameSchema.shape, position: pair, size: sizePair })
  .transform(({ position: [x, y], size: [width, height], ...frame }): GraphFrame => ({
    ...frame,
    position: { x, y },
    size: { width, height },
  }));

const graphFields = {
  nodes: z.array(fileNodeSchema).max(fileLimits.nodes),
  edges: z.array(edgeSchema).max(fileLimits.edges),
  notes: z.array(fileNoteSchema).max(fileLimits.notes),
  frames: z.array(fileFrameSchema).max(fileLimits.notes),
};

type GraphLists = z.output<z.ZodObject<typeof graphFields>>;

export const mainGraphSchema = z
  .strictObject(graphFields)
  .superRefine((lists, context) => {
    reportFaults(lists, context);
    reportEnds(lists, context, blockEnds, "is a port of a block and belongs inside one");
  })
  .transform(toGraph);

export const fileBlockSchema = z
  .strictObject({ ...blockFields, ...graphFields })
  .superRefine((block, context) => {
    reportFaults(block, context);
    reportEnds(block, context, mainEnds, "is bound to data and belongs in the main graph");
  })
  .transform(({ id, name, summary, params, ...lists }): BlockDefinition => ({
    id,
    name,
    summary,
    params,
    graph: toGraph(lists),
  }));

interface IssueSink {
  addIssue(issue: { code: "custom"; path: (string | number)[]; message: string }): void;
}

function reportFaults(lists: GraphLists, context: IssueSink): void {
  for (const { path, what } of listGraphFaults(lists)) {
    context.addIssue({ code: "custom", path: [...path], message: what });
  }
}

function reportEnds(
  { nodes }: GraphLists,
  context: IssueSink,
  misplaced: ReadonlySet<string>,
  message: string,
): void {
  nodes.forEach(({ type }, index) => {
    if (!misplaced.has(type)) return;
    context.addIssue({ code: "custom", path: ["nodes", index, "type"], message });
  });
}

function toGraph({ nodes, edges, notes, frames }: GraphLists): ModelGraph {
  return {
    nodes: indexById(nodes),
    edges: indexById(edges),
    notes: indexById(notes),
    frames: indexById(frames),
  };
}

export function indexById<Id extends string, Item extends { readonly id: Id }>(
  items: readonly Item[],
): Record<Id, Item> {
  // Ids start with a letter and are no prototype's keys (idPattern), so the object keeps their order.
  return Object.fromEntries(items.map((item) => [item.id, item])) as Record<Id, Item>;
}

/** Where an id comes for the second time. */
export function findRepeatedIds(items: readonly { readonly id: string }[]): readonly number[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }, index) => {
    const isRepeat = seen.has(id);
    seen.add(id);
    return isRepeat ? [index] : [];
  });
}
