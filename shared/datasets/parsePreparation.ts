import { z } from "../base/schema.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Preparation } from "./preparation.ts";

const number = z.number().refine(Number.isFinite);
const columnSchema = z.object({
  name: z.string(),
  role: z.enum(["feature", "target", "ignore"]),
  kind: z.enum(["numeric", "categorical"]),
  field: z.string(),
  merge: z.exactOptional(z.array(z.object({ from: z.string(), to: z.string() }))),
});
const tableSchema = z.object({
  hasHeader: z.boolean(),
  columns: z.array(columnSchema),
  window: z.object({ steps: z.int().min(1), horizon: z.int().min(1) }).nullable(),
  missing: z.object({ texts: z.array(z.string()), rows: z.enum(["fill", "drop"]) }).nullable(),
});
const valueSchema = z.object({
  column: z.string().nullable(),
  category: z.string().nullable(),
  scale: number.refine((scale) => scale !== 0),
  offset: number,
  fill: number.nullable(),
});
const fieldSchema = z.object({
  name: z.string(),
  role: z.enum(["feature", "target"]),
  shape: z.object({
    dtype: z.enum(["float32", "int32", "bool"]),
    axes: z.array(z.object({ name: z.string(), size: z.int().min(0).nullable() })),
  }),
  classes: z.array(z.string()).nullable(),
  values: z.array(valueSchema).min(1),
});
const preparationSchema = z.object({
  format: z.literal("netloom-preparation"),
  version: z.literal(1),
  kind: z.enum(["table", "images", "sequence"]),
  scaling: z.enum(["none", "zeroToOne", "minusOneToOne", "standardise"]),
  imageSize: z.object({ height: z.int().min(1), width: z.int().min(1) }).nullable(),
  table: tableSchema.nullable(),
  fields: z.array(fieldSchema),
}) satisfies z.ZodType<Preparation>;

/** Reads a `preparation.json`. The error is a sentence that names the place. */
export function parsePreparation(text: string): Result<Preparation, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err("it is not JSON.");
  }
  const parsed = preparationSchema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err(`at ${issue?.path.join(".") || "its root"}: ${issue?.message ?? "not as expected"}.`);
}
