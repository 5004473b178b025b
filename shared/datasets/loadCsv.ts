import type { CsvColumn, CsvSource } from "./binding.ts";
import { createColumnBuffer, type ColumnBuffer } from "./columnBuffer.ts";
import { DataFailure } from "./dataFailure.ts";
import type { ByteSource, DataIssue } from "./dataset.ts";
import { buildTable } from "./buildTable.ts";
import { findCategories } from "./applyPreparation.ts";
import { nameColumns } from "./guessCsv.ts";
import type { Preparation } from "./preparation.ts";
import type { RawData } from "./rawData.ts";
import type { ReadOptions } from "./readBytes.ts";
import { readCsvRows, type CsvRow } from "./readCsv.ts";

/** After so many problems the rest is probably the same one. */
const maxIssues = 5;

/**
 * Reads a table into columns as the binding says. Every row must have as many cells as there are columns, every cell of
 * a numeric column must be a number or missing; all problems (five at most) are reported together, each with its line.
 * Throws `DataFailure`.
 */
export async function loadCsv(
  binding: CsvSource,
  source: ByteSource,
  options: ReadOptions & { readonly preparation?: Preparation },
): Promise<RawData> {
  const { preparation } = options;
  const columns = binding.columns.map((column) =>
    column.role === "ignore"
      ? null
      : createColumnBuffer(
          column,
          binding,
          preparation ? findCategories(preparation, column.name) : null,
        ),
  );
  checkRoles(binding);
  const issues: DataIssue[] = [];
  let isHeader = binding.hasHeader;
  for await (const rows of readCsvRows(source, binding.delimiter, options)) {
    for (const row of rows) {
      if (isHeader) {
        isHeader = false;
        checkHeader(row, binding);
        continue;
      }
      const issue = addRow(row, columns, binding);
      if (issue) issues.push(issue);
      if (issues.length >= maxIssues) throw new DataFailure(...issues);
    }
  }
  if (issues.length > 0) throw new DataFailure(...issues);
  const kept = columns.filter((column) => column !== null);
  return buildTable(binding, preparation ? orderAsFitted(kept, preparation) : kept);
}

/** The file may have its columns in another order than the one that the model was trained on. */
function orderAsFitted(
  columns: readonly ColumnBuffer[],
  { table }: Preparation,
): readonly ColumnBuffer[] {
  const places = new Map(table?.columns.map(({ name }, index) => [name, index]));
  const placeOf = ({ spec }: ColumnBuffer) => places.get(spec.name) ?? places.size;
  return columns.toSorted((left, right) => placeOf(left) - placeOf(right));
}

function addRow(
  row: CsvRow,
  columns: readonly (ColumnBuffer | null)[],
  { file, columns: specs, window, missing }: CsvSource,
): DataIssue | null {
  if (row.cells.length !== specs.length) {
    return {
      code: "ragged",
      message: `${file}, line ${row.line}: ${row.cells.length} cells where ${specs.length} are expected. Complete or remove the row, or quote cells that contain the delimiter.`,
      file,
      line: row.line,
    };
  }
  let isKept = true;
  for (const [index, column] of columns.entries()) {
    if (!column) continue;
    const text = row.cells[index] ?? "";
    const state = column.read(text);
    if (state === "bad") {
      return {
        code: "not-a-number",
        message: `${file}, line ${row.line}, column "${column.spec.name}": "${shorten(text)}" is not a number. Correct the cell, make the column categorical, or count "${shorten(text)}" as missing.`,
        file,
        line: row.line,
        column: column.spec.name,
      };
    }
    if (state === "unknown") return describeUnknown(text, column, { file, line: row.line });
    // A series keeps every row: its gaps are filled from the row before.
    if (state === "missing" && !window) {
      if (column.spec.role === "target" || missing?.rows === "drop") isKept = false;
    }
  }
  if (isKept) for (const column of columns) column?.commit();
  return null;
}

function describeUnknown(
  text: string,
  { spec }: ColumnBuffer,
  place: { readonly file: string; readonly line: number },
): DataIssue {
  const what = spec.role === "target" ? "class" : "category";
  return {
    ...place,
    code: "mismatch",
    message: `${place.file}, line ${place.line}, column "${spec.name}": the model knows no ${what} "${shorten(text)}", because it did not occur in the data it was trained on. Correct the cell, leave the row out, or train again on data that have it.`,
    column: spec.name,
  };
}

function checkRoles({ columns, window, file }: CsvSource): void {
  const hasFeature = columns.some(
    ({ role, kind }) => role === "feature" || (window && role === "target" && kind === "numeric"),
  );
  if (!hasFeature) {
    throw new DataFailure({
      code: "bad-option",
      message: `No column of ${file} is a feature, so the network would receive nothing. Give a column the role "feature".`,
      file,
    });
  }
  for (const size of window ? [window.steps, window.horizon] : []) {
    if (!Number.isInteger(size) || size < 1 || size > 100_000) {
      throw new DataFailure({
        code: "bad-option",
        message: `The window has ${window?.steps} steps and looks ${window?.horizon} ahead; both must be whole numbers from 1 to 100000.`,
        file,
      });
    }
  }
}

/** The project remembers columns by name; a file that changed since must not be read under the wrong names. */
function checkHeader(row: CsvRow, { columns, file }: CsvSource): void {
  const names = nameColumns(row.cells, row.cells.length);
  const differs = columns.findIndex(({ name }: CsvColumn, index) => name !== names[index]);
  if (differs < 0 && names.length === columns.length) return;
  const found =
    differs < 0
      ? `${names.length} columns where the project knows ${columns.length}`
      : `"${names[differs] ?? ""}" as column ${differs + 1} where the project knows "${columns[differs]?.name}"`;
  throw new DataFailure({
    code: "mismatch",
    message: `${file}, line ${row.line}: the header has ${found}. Choose the file again to read its columns anew.`,
    file,
    line: row.line,
  });
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
