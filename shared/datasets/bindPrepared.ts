import { err, ok, type Result } from "../base/result.ts";
import type { CsvColumn, CsvSource, DataBinding } from "./binding.ts";
import type { DataIssue } from "./dataset.ts";
import type { SourceProposal } from "./inspectSource.ts";
import type { Preparation, TablePreparation } from "./preparation.ts";
import { rebindSource } from "./rebindSource.ts";

/**
 * Binds newly chosen data for a model that is trained already: columns get the roles they had in training, found by
 * name wherever they stand in the file (by place where neither file has a header); other columns are ignored. With
 * targets ignored, the file needs no target column.
 */
export function bindPrepared(
  existing: DataBinding | null,
  proposal: SourceProposal,
  options: { readonly preparation: Preparation; readonly targets: "needed" | "ignored" },
): Result<DataBinding, DataIssue> {
  const { preparation, targets } = options;
  // Scaling and image size are the preparation's own matter.
  const binding = rebindSource(existing, proposal);
  const { source } = proposal.binding;
  if (source.kind !== "csv" || preparation.table === null) return ok(binding);
  const columns = matchColumns(source, preparation.table, targets);
  if (!columns.ok) return columns;
  const { window, missing } = preparation.table;
  const { missing: _guessed, ...place } = source;
  return ok({
    ...binding,
    source: { ...place, columns: columns.value, window, ...(missing ? { missing } : {}) },
  });
}

function matchColumns(
  source: CsvSource,
  table: TablePreparation,
  targets: "needed" | "ignored",
): Result<readonly CsvColumn[], DataIssue> {
  // In windows a numeric target is an input, too.
  const isInput = ({ role, kind }: CsvColumn) =>
    role === "feature" || (role === "target" && table.window !== null && kind === "numeric");
  const needed = table.columns.filter(
    (column) => isInput(column) || (column.role === "target" && targets === "needed"),
  );
  if (!source.hasHeader && !table.hasHeader && source.columns.length === needed.length) {
    return ok(needed);
  }
  const present = new Set(source.columns.map(({ name }) => name));
  const missing = needed.filter(({ name }) => !present.has(name));
  if (missing.length > 0) {
    const remedy = missing.some(isInput)
      ? "which the model was trained on. Choose a file with all of its inputs."
      : "which tells what is right. Choose a file with it; only predicting needs none.";
    return err({
      code: "mismatch",
      message: `${source.file} has no ${missing.length === 1 ? "column" : "columns"} ${listNames(missing)}, ${remedy} It has ${listNames(source.columns)}.`,
      file: source.file,
    });
  }
  const byName = new Map(needed.map((column) => [column.name, column]));
  return ok(
    source.columns.map(
      (column): CsvColumn => byName.get(column.name) ?? { ...column, role: "ignore" },
    ),
  );
}

function listNames(columns: readonly CsvColumn[]): string {
  const names = columns.slice(0, 8).map(({ name }) => `"${name}"`);
  return columns.length > 8 ? `${names.join(", ")} …` : names.join(", ");
}
