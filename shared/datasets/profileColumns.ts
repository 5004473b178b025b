import { isMissingText } from "./missingTexts.ts";
import { parseNumber } from "./parseNumber.ts";
import type { CsvRow } from "./readCsv.ts";

/** What a column holds, whatever role it has: for guessing roles, for the table's head and for the data doctor. */
export interface ColumnProfile {
  readonly name: string;
  readonly rowCount: number;
  readonly emptyCount: number;
  readonly numberCount: number;
  /** Cells that are neither empty nor numbers. */
  readonly textCount: number;
  /** The first that doesn't just mark a missing value. */
  readonly firstText: { readonly line: number; readonly text: string } | null;
  /** Different texts, counted up to `maxDistinct`. */
  readonly distinctCount: number;
  /** Most frequent texts first, at most 50; empty where there were too many to count. */
  readonly categories: readonly { readonly text: string; readonly count: number }[];
  /** Of the numbers; null where there are none. */
  readonly numbers: NumberProfile | null;
  readonly looksLikeDates: boolean;
  /** Every cell is greater than the one before: an index or a time. */
  readonly isIncreasing: boolean;
}

export interface NumberProfile {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  readonly areIntegers: boolean;
  /** Counts in equal bins from `min` to `max`, of all numbers or an even sample of them. */
  readonly histogram: readonly number[];
}

export const maxDistinct = 2000;
const binCount = 16;
const sampleSize = 4096;
const datePattern =
  /^(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export interface ColumnProfiler {
  /** True for the cell that becomes `firstText`: its row is worth showing. */
  add(text: string, line: number): boolean;
  finish(name: string): ColumnProfile;
}

export function createColumnProfiler(delimiter: string): ColumnProfiler {
  let rowCount = 0;
  let emptyCount = 0;
  let numberCount = 0;
  let textCount = 0;
  let dateCount = 0;
  let firstText: ColumnProfile["firstText"] = null;
  let counts: Map<string, number> | null = new Map();
  let min = Infinity;
  let max = -Infinity;
  let mean = 0;
  let spread = 0;
  let areIntegers = true;
  let isIncreasing = true;
  let previousText = "";
  let previousNumber: number | null = null;
  const sample = createEvenSample();

  const addNumber = (value: number) => {
    numberCount += 1;
    const distance = value - mean;
    mean += distance / numberCount;
    spread += distance * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
    if (!Number.isInteger(value)) areIntegers = false;
    sample.add(value);
  };
  return {
    add(text, line) {
      rowCount += 1;
      if (text === "") {
        emptyCount += 1;
        isIncreasing = false;
        return false;
      }
      if (counts) {
        counts.set(text, (counts.get(text) ?? 0) + 1);
        if (counts.size > maxDistinct) counts = null;
      }
      const value = parseNumber(text, delimiter);
      if (isIncreasing && rowCount > 1) {
        isIncreasing =
          value !== null && previousNumber !== null ? value > previousNumber : text > previousText;
      }
      previousText = text;
      previousNumber = value;
      if (value !== null) {
        addNumber(value);
        return false;
      }
      textCount += 1;
      if (datePattern.test(text)) dateCount += 1;
      if (firstText || isMissingText(text)) return false;
      firstText = { line, text };
      return true;
    },
    finish(name) {
      return {
        name,
        rowCount,
        emptyCount,
        numberCount,
        textCount,
        firstText,
        distinctCount: counts ? counts.size : maxDistinct + 1,
        categories: listCategories(counts),
        numbers:
          numberCount === 0
            ? null
            : {
                min,
                max,
                mean,
                areIntegers,
                deviation: Math.sqrt(spread / numberCount),
                histogram: countBins(sample.values(), min, max),
              },
        looksLikeDates: dateCount > 0 && dateCount === textCount && numberCount === 0,
        isIncreasing: isIncreasing && rowCount > 1,
      };
    },
  };
}

/** Profiles every row of a table at once; for whole files use the profiler on the stream. */
export function profileRows(
  rows: readonly CsvRow[],
  names: readonly string[],
  delimiter: string,
): readonly ColumnProfile[] {
  return names.map((name, column) => {
    const profiler = createColumnProfiler(delimiter);
    for (const row of rows) profiler.add(row.cells[column] ?? "", row.line);
    return profiler.finish(name);
  });
}

function listCategories(counts: ReadonlyMap<string, number> | null): ColumnProfile["categories"] {
  return [...(counts ?? [])]
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, 50);
}

/** Every k-th value, k doubling whenever the sample is full. */
function createEvenSample() {
  let kept: number[] = [];
  let every = 1;
  let seen = 0;
  return {
    add(value: number) {
      if (seen++ % every !== 0) return;
      kept.push(value);
      if (kept.length >= sampleSize) {
        kept = kept.filter((_, index) => index % 2 === 0);
        every *= 2;
      }
    },
    values: (): readonly number[] => kept,
  };
}

function countBins(values: readonly number[], min: number, max: number): readonly number[] {
  const bins = Array.from({ length: binCount }, () => 0);
  for (const value of values) {
    const share = max > min ? (value - min) / (max - min) : 0;
    const bin = Math.min(binCount - 1, Math.floor(share * binCount));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}
