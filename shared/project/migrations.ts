import type { JsonObject } from "../base/json.ts";

/** Turns a file of one version into the next. The file is checked only after the last step. */
export interface Migration {
  readonly from: number;
  /** "Nodes got a size": for the change's own file and its test with a stored old file. */
  readonly title: string;
  migrate(file: JsonObject): JsonObject;
}

/** In order. Version 1 is the first one; the next change of the file's shape adds `{ from: 1, … }` here. */
export const migrations: readonly Migration[] = [];

/** Brings a file up to `to`; null where a step is missing. */
export function migrateFile(
  file: JsonObject,
  options: { readonly to: number; readonly migrations: readonly Migration[] },
): JsonObject | null {
  let current = file;
  while (current["version"] !== options.to) {
    const from = current["version"];
    const step = options.migrations.find((migration) => migration.from === from);
    if (step === undefined || typeof from !== "number") return null;
    current = { ...step.migrate(current), version: from + 1 };
  }
  return current;
}
