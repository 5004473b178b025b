import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { atomicWrite, type WriteOptions } from "./atomicWrite.ts";

/**
 * Reads a small JSON file of the application's own folder. Missing, unreadable or of another shape: null, because such
 * files (recent projects, handles) must never keep the application from starting.
 */
export async function readJsonFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export async function writeJsonFile(file: string, value: unknown, options: WriteOptions = {}) {
  await atomicWrite(file, `${JSON.stringify(value, null, 1)}\n`, options);
}
