import Papa from "papaparse";
import { DataFailure } from "./dataFailure.ts";
import type { ByteSource } from "./dataset.ts";
import { decodeText } from "./decodeText.ts";
import type { ReadOptions } from "./readBytes.ts";

export interface CsvRow {
  /** 1-based line of the file on which the row begins. */
  readonly line: number;
  /** Without spaces around and without quotes. */
  readonly cells: readonly string[];
}

/** A single cell longer than this is a quote that was never closed. */
const maxRowCharacters = 1_000_000;

/**
 * Rows of a CSV file in batches, streamed. Blank lines are left out. papaparse knows the grammar; what it forgives is
 * refused here: an open quote would swallow the rows behind it. Throws `DataFailure`.
 */
export async function* readCsvRows(
  source: ByteSource,
  delimiter: string,
  options: ReadOptions = {},
): AsyncIterable<readonly CsvRow[]> {
  const parser = new Papa.Parser({ delimiter, newline: "\n", quoteChar: '"' });
  let pending = "";
  let line = 1;
  const takeRows = (isLast: boolean): readonly CsvRow[] => {
    const parsed = parser.parse(pending, 0, !isLast);
    const broken = parsed.errors[0];
    if (broken) throw failQuote(source.name, line + countNewlines(pending.slice(0, broken.index)));
    const rows: CsvRow[] = [];
    for (const cells of parsed.data) {
      if (!isBlank(cells)) rows.push({ line, cells: cells.map(cleanCell) });
      line += 1;
      for (const cell of cells) if (cell.includes("\n")) line += countNewlines(cell);
    }
    pending = isLast ? "" : pending.slice(parsed.meta.cursor);
    if (pending.length > maxRowCharacters) throw failQuote(source.name, line);
    return rows;
  };

  for await (const text of decodeText(source, options)) {
    pending += text;
    const rows = takeRows(false);
    if (rows.length > 0) yield rows;
  }
  if (pending !== "") {
    const rows = takeRows(true);
    if (rows.length > 0) yield rows;
  }
}

/** Rows of a text that is at hand, as far as they parse: for guessing the delimiter. */
export function parseCsvSample(text: string, delimiter: string, isWhole: boolean): string[][] {
  const parser = new Papa.Parser({ delimiter, newline: "\n", quoteChar: '"' });
  const { data } = parser.parse(text, 0, !isWhole);
  return data.filter((cells) => !isBlank(cells)).map((cells) => cells.map(cleanCell));
}

function isBlank(cells: readonly string[]): boolean {
  return cells.length === 1 && (cells[0] ?? "").trim() === "";
}

/** Quotes after a space (`1, "a"`) are no quotes to the grammar, but are meant as such. */
function cleanCell(cell: string): string {
  const trimmed = cell.trim();
  return cell !== trimmed && trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1).trim()
    : trimmed;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function failQuote(file: string, line: number): DataFailure {
  return new DataFailure({
    code: "ragged",
    message: `${file}, line ${line}: a quoted cell is not closed properly. Close it with ", or write a quote inside a cell as "".`,
    file,
    line,
  });
}
