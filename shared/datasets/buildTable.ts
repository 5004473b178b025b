import { axis, shapeOf } from "../layers/shape.ts";
import type { ColumnBuffer, ColumnValues } from "./columnBuffer.ts";
import { DataFailure } from "./dataFailure.ts";
import type { CsvSource } from "./binding.ts";
import { formatCell } from "./formatCell.ts";
import type { RawData, RawField, ValueOrigin } from "./rawData.ts";

/** One input per category; a column with more kinds than this is a name or a number in disguise. */
const maxCategories = 1000;

/**
 * Lays columns out as fields. Categories of features become one-hot columns. With a window, features and numeric
 * targets together are the sequence (what the target was so far is known), and targets lie `horizon` steps ahead.
 */
export function buildTable(binding: CsvSource, buffers: readonly ColumnBuffer[]): RawData {
  const columns = buffers.map((buffer) => buffer.finish());
  const rowCount = columns[0]?.values.length ?? 0;
  const { window, file } = binding;
  if (rowCount === 0) {
    throw new DataFailure({
      code: "empty",
      message: `${file} has no complete rows of data. Check the delimiter, the header and what counts as missing.`,
      file,
    });
  }
  if (window) for (const column of columns) fillFromBefore(column);
  const features = columns.filter(
    (column) => column.spec.role === "feature" || (window !== null && column.kind === "numeric"),
  );
  const targets = columns.filter(({ spec }) => spec.role === "target");
  const featureFields = groupBy(features, ({ spec }) =>
    spec.role === "feature" && spec.field !== "" ? spec.field : window ? "sequence" : "features",
  );
  const taken = new Set(featureFields.keys());
  const fields = [
    ...[...featureFields].map(([name, group]) => makeFeatureField(name, group, binding, rowCount)),
    ...listTargets(targets, taken).map(([name, group]) =>
      makeTargetField(name, group, binding, rowCount),
    ),
  ];
  return {
    kind: window ? "sequence" : "table",
    label: binding.label,
    sampleCount: window ? Math.max(0, rowCount - window.steps - window.horizon + 1) : rowCount,
    fields,
    isChronological: window !== null,
    describeCells: (sample) =>
      columns
        .filter(({ spec }) => spec.role === "feature")
        .map((column) => formatColumnCell(column, sample)),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** Numeric targets that share a field go together; a class target is always alone. Names don't clash with features. */
function listTargets(
  targets: readonly ColumnValues[],
  taken: ReadonlySet<string>,
): readonly (readonly [string, readonly ColumnValues[]])[] {
  const groups = groupBy(targets, ({ kind, spec }) =>
    kind === "numeric" && spec.field !== "" ? `field ${spec.field}` : `column ${spec.name}`,
  );
  const used = new Set(taken);
  return [...groups.values()].map((group) => {
    const wanted = group[0]?.spec.field || group[0]?.spec.name || "target";
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted} ${number}`;
    used.add(name);
    return [name, group] as const;
  });
}

function makeFeatureField(
  name: string,
  columns: readonly ColumnValues[],
  { window, file }: CsvSource,
  rowCount: number,
): RawField {
  const groups: (number | null)[] = [];
  for (const [index, column] of columns.entries()) {
    if (column.kind === "numeric") groups.push(index);
    else {
      checkCategories(column.categories.length, column.spec.name, file);
      groups.push(...column.categories.map(() => null));
    }
  }
  const width = groups.length;
  const origins = columns.flatMap((column): ValueOrigin[] => {
    const { name } = column.spec;
    return column.kind === "numeric"
      ? [{ column: name, category: null }]
      : column.categories.map((category) => ({ column: name, category }));
  });
  const values = new Float32Array(rowCount * width);
  let start = 0;
  let shownColumn = 0;
  for (const column of columns) {
    if (column.spec.role === "target") shownColumn = start;
    for (let row = 0; row < rowCount; row++) {
      const value = column.values[row] ?? 0;
      if (column.kind === "numeric") values[row * width + start] = value;
      else if (value >= 0) values[row * width + start + value] = 1;
    }
    start += column.kind === "numeric" ? 1 : column.categories.length;
  }
  const features = axis("features", width);
  return {
    name,
    role: "feature",
    classes: null,
    values,
    width,
    shape: shapeOf(window ? [axis("time", window.steps), features] : [features]),
    rows: window?.steps ?? 1,
    firstRow: 0,
    scaling: { kind: "columns", group: groups },
    shownColumn,
    origins,
    hasGaps: values.some(Number.isNaN),
  };
}

function checkCategories(count: number, column: string, file: string): void {
  if (count <= maxCategories) return;
  throw new DataFailure({
    code: "bad-option",
    message: `${file}, column "${column}": ${count} different texts would become ${count} inputs. Ignore the column, or make it numeric if it holds numbers.`,
    file,
    column,
  });
}

function makeTargetField(
  name: string,
  columns: readonly ColumnValues[],
  { window }: CsvSource,
  rowCount: number,
): RawField {
  const [first] = columns;
  const place = {
    name,
    role: "target" as const,
    origins: columns.map(({ spec }) => ({ column: spec.name, category: null })),
    rows: 1,
    firstRow: window ? window.steps - 1 + window.horizon : 0,
  };
  if (first?.kind === "categorical") {
    return {
      ...place,
      shape: shapeOf([], "int32"),
      classes: first.categories,
      values: first.values,
      width: 1,
      scaling: { kind: "fixed" },
    };
  }
  const width = columns.length;
  const values = new Float32Array(rowCount * width);
  for (const [index, column] of columns.entries()) {
    for (let row = 0; row < rowCount; row++) values[row * width + index] = column.values[row] ?? 0;
  }
  return {
    ...place,
    shape: shapeOf([axis("features", width)]),
    classes: null,
    values,
    width,
    // One scale for the whole target, so that one number undoes it.
    scaling: { kind: "columns", group: columns.map(() => 0) },
  };
}

/** A gap in a series takes the value before it; a gap at the beginning the first value there is. */
function fillFromBefore({ kind, values }: ColumnValues): void {
  const isMissing = (value: number) => (kind === "numeric" ? Number.isNaN(value) : value < 0);
  let last = values.find((value) => !isMissing(value)) ?? 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    if (isMissing(value)) values[row] = last;
    else last = value;
  }
}

function formatColumnCell(column: ColumnValues, row: number): string {
  const value = column.values[row] ?? 0;
  if (column.kind === "categorical") return column.categories[value] ?? "";
  return Number.isNaN(value) ? "" : formatCell(value);
}
