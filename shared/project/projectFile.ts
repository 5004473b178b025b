import { z } from "../base/schema.ts";
import { projectId } from "../base/ids.ts";
import { variablesSchema } from "../document/blockSchemas.ts";
import { dataBindingSchema, nameSchema } from "../document/documentSchemas.ts";
import type { ProjectDocument } from "../document/model.ts";
import { trainingSchema } from "../document/trainingSchema.ts";
import { blockListSchema } from "./blockList.ts";
import { indexById, mainGraphSchema } from "./graphFile.ts";

/**
 * The project file: UTF-8 text, JSON. Lists keep the order of nodes and wires; models are a map, because a project may
 * hold several later. A change of this shape needs a new version and a migration.
 */
export const fileFormat = "netloom";
export const fileVersion = 3;
/** Characters. A graph of 10,000 layers takes about 3 million. */
export const maxFileLength = 32_000_000;

export const projectFileSchema = z
  .strictObject({
    format: z.literal(fileFormat),
    version: z.literal(fileVersion),
    id: z.string().regex(/^[a-z0-9-]{4,64}$/, "must be 4 to 64 lower-case letters, digits or -"),
    name: nameSchema,
    variables: variablesSchema,
    models: z.strictObject({ main: mainGraphSchema }),
    blocks: blockListSchema,
    data: dataBindingSchema.nullable(),
    training: trainingSchema,
  })
  .transform(({ id, name, variables, models, blocks, data, training }): ProjectDocument => ({
    id: projectId(id),
    name,
    graph: models.main,
    blocks: indexById(blocks),
    variables,
    data,
    training,
  }));
