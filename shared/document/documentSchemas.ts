import { z } from "../base/schema.ts";
import { blockId, edgeId, fileHandle, frameId, nodeId, noteId } from "../base/ids.ts";
import type { DataBinding } from "../datasets/binding.ts";
import type { StoredParams } from "../layers/params.ts";
import { trainingLimits, type TrainingConfig } from "../training/config.ts";
import { findJsonFault } from "./checkJson.ts";
import type { GraphEdge, GraphFrame, GraphNode, GraphNote } from "./model.ts";
import type { trainingSchema } from "./trainingSchema.ts";

/**
 * What the parts of a document may hold, for the places where they come from outside: files, the clipboard, forms.
 * Unknown keys are refused, because dropping them would lose what someone wrote.
 */

/** Not a number at the start: JavaScript would move such keys in front and lose the order of the file. */
const idPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/;
const isAllowedId = (text: string) =>
  idPattern.test(text) && text !== "constructor" && text !== "prototype";
const idSchema = z
  .string()
  .refine(isAllowedId, "must be a letter followed by at most 99 letters, digits, '.', '_' or '-'");
const nodeIdSchema = idSchema.transform(nodeId);
const edgeIdSchema = idSchema.transform(edgeId);
const noteIdSchema = idSchema.transform(noteId);
const frameIdSchema = idSchema.transform(frameId);
export const blockIdSchema = idSchema.transform(blockId);

const maxNameLength = 200;
export const nameSchema = z
  .string()
  .min(1, "must not be empty")
  .max(maxNameLength, `must have at most ${maxNameLength} characters`);

const coordinate = z.number().min(-1e7).max(1e7);
export const positionSchema = z.strictObject({ x: coordinate, y: coordinate });

/** Not `z.record`: that drops a key like `__proto__` without a word. */
const paramsSchema = z.custom<StoredParams>().superRefine((params: unknown, context) => {
  const isObject = typeof params === "object" && params !== null && !Array.isArray(params);
  const fault = isObject ? findJsonFault(params) : "must be an object";
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

export const nodeSchema = z.strictObject({
  id: nodeIdSchema,
  type: z.string().regex(/^[A-Za-z][A-Za-z0-9_.:/-]{0,119}$/, "must be the name of a layer type"),
  name: nameSchema,
  params: paramsSchema,
  position: positionSchema,
  shares: z.exactOptional(nodeIdSchema),
  isMuted: z.exactOptional(z.literal(true)),
});

const slot = z.int().min(0).max(1_000_000);
export const edgeSchema = z.strictObject({
  id: edgeIdSchema,
  source: nodeIdSchema,
  target: nodeIdSchema,
  slot,
  port: z.exactOptional(z.int().min(1).max(1000)),
});

const extent = z.number().min(1).max(1e6);
export const noteSchema = z.strictObject({
  id: noteIdSchema,
  text: z.string().max(20_000, "must have at most 20,000 characters"),
  position: positionSchema,
  size: z.strictObject({ width: extent, height: extent }),
});

export const frameSchema = z.strictObject({
  id: frameIdSchema,
  title: z.string().max(200, "must have at most 200 characters"),
  colour: z.enum(["grey", "blue", "green", "amber", "red", "violet"]),
  position: positionSchema,
  size: z.strictObject({ width: extent, height: extent }),
});

const fileName = z.string().max(255);
const handleSchema = z
  .string()
  .regex(/^[a-z0-9_-]{4,64}$/, "must be a handle as Netloom hands them out, never a path")
  .transform(fileHandle)
  .nullable();
const seed = z.int().min(0).max(trainingLimits.seed);

const csvColumnSchema = z.strictObject({
  name: z.string().max(1000),
  role: z.enum(["feature", "target", "ignore"]),
  kind: z.enum(["numeric", "categorical"]),
  field: z.string().max(200),
  merge: z.exactOptional(
    z
      .array(z.strictObject({ from: z.string().max(1000), to: z.string().max(1000) }))
      .max(10_000)
      .readonly(),
  ),
});

const dataSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("generated"),
    generator: z.enum([
      "moons",
      "circles",
      "spirals",
      "blobs",
      "xor",
      "sine",
      "digits",
      "iris-like",
      "seasonal",
      "two-views",
      "colour-shapes",
      "trend-windows",
      "sensor-steps",
      "two-clouds",
      "pictures",
      "picture-masks",
      "edge-maps",
      "noisy-digits",
      "digit-pairs",
      "moving-figures",
      "drawn-waves",
      "audio-steps",
      "word-topics",
      "next-words",
      "reversed-words",
    ]),
    samples: z.int().min(1).max(10_000_000),
    noise: z.number().min(0).max(1000),
    seed,
    shape: z.exactOptional(z.array(z.int().min(1).max(100_000)).min(1).max(4).readonly()),
    classes: z.exactOptional(z.int().min(2).max(100_000)),
    vocabulary: z.exactOptional(z.int().min(2).max(1_000_000)),
  }),
  z.strictObject({
    kind: z.literal("idx"),
    handle: handleSchema,
    label: z.string().max(1000),
    images: fileName,
    labels: fileName.nullable(),
  }),
  z.strictObject({
    kind: z.literal("csv"),
    handle: handleSchema,
    label: z.string().max(1000),
    file: fileName,
    delimiter: z.string().min(1).max(4),
    hasHeader: z.boolean(),
    columns: z.array(csvColumnSchema).max(100_000).readonly(),
    window: z
      .strictObject({
        steps: z.int().min(1).max(1_000_000),
        horizon: z.int().min(1).max(1_000_000),
      })
      .nullable(),
    missing: z.exactOptional(
      z.strictObject({
        texts: z.array(z.string().max(100)).max(100).readonly(),
        rows: z.enum(["fill", "drop"]),
      }),
    ),
  }),
]);

export const dataBindingSchema = z.strictObject({
  source: dataSourceSchema,
  split: z.strictObject({ validation: z.number().min(0).max(0.95), seed }),
  scaling: z.enum(["none", "zeroToOne", "minusOneToOne", "standardise"]),
  imageSize: z
    .strictObject({ height: z.int().min(1).max(16_384), width: z.int().min(1).max(16_384) })
    .nullable(),
});

/** `training.batchSize must be …`: the first thing wrong, for a sentence; null where all is well. */
export function findSchemaFault(schema: z.ZodType, value: unknown): string | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0];
  if (issue === undefined) return "is not valid";
  const place = issue.path.map(String).join(".");
  return place === "" ? issue.message : `${place}: ${issue.message}`;
}

// A field added to the types but not here must not compile: it would be refused on reading.
type Same<Left, Right> = [Left] extends [Right]
  ? [Right] extends [Left]
    ? [Left] extends [never]
      ? false
      : KeysOf<Left> extends KeysOf<Right>
        ? KeysOf<Right> extends KeysOf<Left>
          ? true
          : false
        : false
    : false
  : false;
/** All property paths' names, so that a missing optional field is noticed as well. */
type KeysOf<T> = T extends readonly (infer Item)[]
  ? KeysOf<Item>
  : T extends string | number | boolean | null | undefined
    ? never
    : T extends object
      ? { [Key in keyof T & string]-?: Key | KeysOf<T[Key]> }[keyof T & string]
      : never;
type Checked<T extends true> = T;
export type SchemasMatchTypes = [
  Checked<Same<Omit<z.output<typeof nodeSchema>, "params">, Omit<GraphNode, "params">>>,
  Checked<Same<z.output<typeof edgeSchema>, GraphEdge>>,
  Checked<Same<z.output<typeof noteSchema>, GraphNote>>,
  Checked<Same<z.output<typeof frameSchema>, GraphFrame>>,
  Checked<Same<z.output<typeof dataBindingSchema>, DataBinding>>,
  Checked<Same<z.output<typeof trainingSchema>, TrainingConfig>>,
];
