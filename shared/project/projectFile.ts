import { z } from "../base/schema.ts";
import type { NodeId } from "../base/ids.ts";
import { projectId } from "../base/ids.ts";
import {
  dataBindingSchema,
  edgeSchema,
  nameSchema,
  nodeSchema,
  noteSchema,
  positionSchema,
  trainingSchema,
} from "../document/documentSchemas.ts";
import type { GraphEdge, GraphNode, GraphNote, ProjectDocument } from "../document/model.ts";

/**
 * The project file: UTF-8 text, JSON. Lists keep the order of nodes and wires; models are a map, because a project may
 * hold several later. A change of this shape needs a new version and a migration.
 */
export const fileFormat = "netloom";
export const fileVersion = 1;
/** Characters. A graph of 10,000 layers takes about 3 million. */
export const maxFileLength = 32_000_000;

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

const modelSchema = z
  .strictObject({
    nodes: z.array(fileNodeSchema).max(20_000),
    edges: z.array(edgeSchema).max(200_000),
    notes: z.array(fileNoteSchema).max(20_000),
  })
  .superRefine((model, context) => {
    for (const list of ["nodes", "edges", "notes"] as const) {
      for (const index of findRepeats(model[list])) {
        const path = [list, index, "id"];
        context.addIssue({ code: "custom", path, message: "is used twice; ids must be unique" });
      }
    }
    const nodes = new Set<NodeId>(model.nodes.map((node) => node.id));
    model.edges.forEach((edge: GraphEdge, index) => {
      for (const end of ["source", "target"] as const) {
        if (nodes.has(edge[end])) continue;
        const path = ["edges", index, end];
        context.addIssue({ code: "custom", path, message: `names no layer: "${edge[end]}"` });
      }
    });
  });

export const projectFileSchema = z
  .strictObject({
    format: z.literal(fileFormat),
    version: z.literal(fileVersion),
    id: z.string().regex(/^[a-z0-9-]{4,64}$/, "must be 4 to 64 lower-case letters, digits or -"),
    name: nameSchema,
    models: z.strictObject({ main: modelSchema }),
    data: dataBindingSchema.nullable(),
    training: trainingSchema,
  })
  .transform(({ id, name, models: { main }, data, training }): ProjectDocument => {
    const graph = {
      nodes: indexById(main.nodes),
      edges: indexById(main.edges),
      notes: indexById(main.notes),
      frames: {},
    };
    return { id: projectId(id), name, graph, blocks: {}, variables: [], data, training };
  });

function indexById<Id extends string, Item extends { readonly id: Id }>(
  items: readonly Item[],
): Record<Id, Item> {
  // Ids start with a letter and are no prototype's keys (idPattern), so the object keeps their order.
  return Object.fromEntries(items.map((item) => [item.id, item])) as Record<Id, Item>;
}

function findRepeats(items: readonly { readonly id: string }[]): readonly number[] {
  const seen = new Set<string>();
  return items.flatMap(({ id }, index) => {
    const isRepeat = seen.has(id);
    seen.add(id);
    return isRepeat ? [index] : [];
  });
}
