import type { CsvColumn, CsvSource } from "./binding.ts";
import { parseNumber } from "./parseNumber.ts";

/** Cells of one column as they come in. `read` looks at a cell, `commit` keeps it: a row is kept as a whole or not at all. */
export interface ColumnBuffer {
  readonly spec: CsvColumn;
  /** `bad`: no number in a numeric column; `unknown`: none of the known categories. */
  read(text: string): "value" | "missing" | "bad" | "unknown";
  commit(): void;
  /** Numbers, NaN where missing; or category numbers, −1 where missing. */
  finish(): ColumnValues;
}

export type ColumnValues =
  | { readonly kind: "numeric"; readonly spec: CsvColumn; readonly values: Float32Array }
  | {
      readonly kind: "categorical";
      readonly spec: CsvColumn;
      readonly values: Int32Array;
      /** Those known before in their order; else sorted: as numbers where all are, else by code point. */
      readonly categories: readonly string[];
    };

export function createColumnBuffer(
  spec: CsvColumn,
  { delimiter, missing }: Pick<CsvSource, "delimiter" | "missing">,
  knownCategories: readonly string[] | null,
): ColumnBuffer {
  const missingTexts = new Set(["", ...(missing?.texts ?? [])]);
  return spec.kind === "numeric"
    ? createNumbers(spec, delimiter, missingTexts)
    : createCategories(spec, delimiter, { missingTexts, known: knownCategories });
}

function createNumbers(
  spec: CsvColumn,
  delimiter: string,
  missingTexts: ReadonlySet<string>,
): ColumnBuffer {
  let values = new Float32Array(1024);
  let count = 0;
  let current = Number.NaN;
  return {
    spec,
    read(text) {
      current = Number.NaN;
      if (missingTexts.has(text)) return "missing";
      const value = parseNumber(text, delimiter);
      if (value === null) return "bad";
      current = value;
      return "value";
    },
    commit() {
      if (count === values.length) values = grow(values, new Float32Array(2 * count));
      values[count++] = current;
    },
    finish: () => ({ kind: "numeric", spec, values: values.slice(0, count) }),
  };
}

function createCategories(
  spec: CsvColumn,
  delimiter: string,
  {
    missingTexts,
    known,
  }: { readonly missingTexts: ReadonlySet<string>; readonly known: readonly string[] | null },
): ColumnBuffer {
  const merges = new Map(spec.merge?.map(({ from, to }) => [from, to]));
  const codes = new Map(known?.map((text, code) => [text, code]));
  let values = new Int32Array(1024);
  let count = 0;
  let current = -1;
  /** Counts as seen only when committed, so that a dropped row leaves no empty category behind. */
  let currentText = "";
  return {
    spec,
    read(text) {
      currentText = merges.get(text) ?? text;
      current = missingTexts.has(currentText) ? -1 : (codes.get(currentText) ?? codes.size);
      if (known && current === codes.size) return "unknown";
      return current < 0 ? "missing" : "value";
    },
    commit() {
      if (current === codes.size) codes.set(currentText, current);
      if (count === values.length) values = grow(values, new Int32Array(2 * count));
      values[count++] = current;
    },
    finish() {
      const categories = known ?? sortCategories([...codes.keys()], delimiter);
      const places = new Map(categories.map((text, index) => [codes.get(text) ?? -1, index]));
      return {
        kind: "categorical",
        spec,
        categories,
        values: values.slice(0, count).map((code) => places.get(code) ?? -1),
      };
    },
  };
}

function grow<T extends { set(source: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

function sortCategories(texts: readonly string[], delimiter: string): readonly string[] {
  const numbers = new Map(texts.map((text) => [text, parseNumber(text, delimiter)]));
  const areNumbers = [...numbers.values()].every((value) => value !== null);
  return texts.toSorted((a, b) => {
    const byNumber = areNumbers ? (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0) : 0;
    return byNumber || (a < b ? -1 : a > b ? 1 : 0);
  });
}
