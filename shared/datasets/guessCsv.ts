import type { CsvColumn } from "./binding.ts";
import { isMissingText } from "./missingTexts.ts";
import { parseNumber } from "./parseNumber.ts";
import type { ColumnProfile } from "./profileColumns.ts";
import { maxDistinct } from "./profileColumns.ts";
import { parseCsvSample } from "./readCsv.ts";

const delimiters = [",", ";", "\t", "|", " "] as const;

/** The character that cuts the sample's rows into equally many clean cells. */
export function guessDelimiter(sample: string, isWhole: boolean): string {
  let best = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const rows = parseCsvSample(sample, delimiter, isWhole).slice(0, 200);
    const width = findUsualWidth(rows);
    if (width < 2) continue;
    const regular = rows.filter((cells) => cells.length === width).length / rows.length;
    const cells = rows.flat();
    // A cell that still holds another delimiter was probably cut at the wrong one.
    const clean = cells.filter((cell) => !holdsDelimiter(cell, delimiter)).length / cells.length;
    // A space also separates words, so it is the last resort.
    const score = 2 * regular + clean + Math.min(width, 50) / 100 - (delimiter === " " ? 0.5 : 0);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function holdsDelimiter(cell: string, delimiter: string): boolean {
  if (parseNumber(cell, delimiter) !== null) return false;
  return delimiters.some((other) => other !== delimiter && other !== " " && cell.includes(other));
}

function findUsualWidth(rows: readonly (readonly string[])[]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

/** Whether the first row names the columns: words above numbers, or words that occur nowhere below. */
export function guessHeader(rows: readonly (readonly string[])[], delimiter: string): boolean {
  const [first, ...rest] = rows.slice(0, 500);
  if (!first || first.some((cell) => cell === "" || parseNumber(cell, delimiter) !== null)) {
    // An unnamed first column (a row index) above numbers is common.
    if (
      !first ||
      first[0] !== "" ||
      first.slice(1).some((cell) => parseNumber(cell, delimiter) !== null)
    ) {
      return false;
    }
  }
  if (rest.length === 0) return true;
  let votes = 0;
  for (const [column, name] of first.entries()) {
    const below = rest.map((cells) => cells[column] ?? "").filter((cell) => cell !== "");
    const numbers = below.filter((cell) => parseNumber(cell, delimiter) !== null).length;
    if (numbers > below.length / 2) votes += 2;
    else if (below.includes(name)) votes -= 1;
    else if (new Set(below).size < below.length) votes += 0.5;
  }
  return votes > 0 && new Set(first).size === first.length;
}

/** Unique, never empty: `column 3`, `price (2)`. */
export function nameColumns(header: readonly string[] | null, count: number): readonly string[] {
  const used = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const wanted = header?.[index] || `column ${index + 1}`;
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted} (${number})`;
    used.add(name);
    return name;
  });
}

const targetNames =
  /^(target|class|label|y|outcome|output|species|variety|income|survived|price|medv|quality|diagnosis|response|category|type|result)$/i;
const timeNames = /^(date|time|month|year|day|week|quarter|period|timestamp|datetime)s?$/i;
const indexNames = /^(id|index|row|no|nr|#|unnamed: 0|.*[_ ]id)$/i;

/** Roles and kinds that are right for most tables; people change the rest. */
export function guessColumns(profiles: readonly ColumnProfile[]): readonly CsvColumn[] {
  const useful = profiles.filter((profile) => !isUseless(profile));
  const named = useful.findLast(({ name }) => targetNames.test(name));
  const target = named ?? useful.at(-1);
  return profiles.map((profile) => {
    const kind = guessKind(profile, profile === target);
    const role = profile === target ? "target" : isUseless(profile) ? "ignore" : "feature";
    return { name: profile.name, role, kind, field: "" };
  });
}

/** Texts for which numeric columns hold stand-ins of missing values, such as `?` or `NA`. */
export function guessMissingTexts(profiles: readonly ColumnProfile[]): readonly string[] {
  const texts = new Set<string>();
  for (const { numberCount, categories } of profiles) {
    if (numberCount === 0) continue;
    for (const { text } of categories) if (isMissingText(text)) texts.add(text);
  }
  return [...texts].sort();
}

/** Steps of a proposed window, or null where the rows are not a series of numbers over time. */
export function guessWindow(
  profiles: readonly ColumnProfile[],
  columns: readonly CsvColumn[],
): { readonly steps: number; readonly horizon: number } | null {
  const target = columns.find(({ role }) => role === "target");
  const rowCount = profiles[0]?.rowCount ?? 0;
  if (!target || target.kind !== "numeric") return null;
  const time = profiles.find(isTimeColumn);
  if (!time && columns.length > 1) return null;
  if (columns.some(({ role, kind }) => role === "feature" && kind === "categorical")) return null;
  // Months repeat after twelve; otherwise about three weeks of days.
  const isMonthly = time !== undefined && /^\d{4}[-/.]\d{1,2}$/.test(time.firstText?.text ?? "");
  const steps = isMonthly ? 12 : 24;
  return rowCount > 3 * steps ? { steps, horizon: 1 } : null;
}

function isTimeColumn({ name, looksLikeDates, isIncreasing }: ColumnProfile): boolean {
  return isIncreasing && (looksLikeDates || timeNames.test(name));
}

function isUseless(profile: ColumnProfile): boolean {
  const { name, numbers, textCount, distinctCount, rowCount, looksLikeDates, isIncreasing } =
    profile;
  const filled = rowCount - profile.emptyCount;
  if (filled === 0 || distinctCount === 1) return true;
  if (looksLikeDates || (timeNames.test(name) && isIncreasing)) return true;
  if (isIncreasing && numbers?.areIntegers && (indexNames.test(name) || isCounting(profile)))
    return true;
  // Names, addresses, remarks: nearly every text is different.
  return textCount > filled / 2 && distinctCount > 50 && distinctCount > filled / 2;
}

/** 1, 2, 3 … without a gap. */
function isCounting({ numbers, rowCount }: ColumnProfile): boolean {
  return numbers !== null && rowCount > 20 && numbers.max - numbers.min === rowCount - 1;
}

function guessKind(profile: ColumnProfile, isTarget: boolean): "numeric" | "categorical" {
  const { numberCount, numbers, distinctCount, categories } = profile;
  const words = profile.textCount - countMissingTexts(categories);
  // A few stray words in a column of numbers are mistakes to report, not categories.
  if (numberCount === 0 || words > 0.1 * (numberCount + words)) return "categorical";
  const areFewIntegers =
    numbers?.areIntegers === true &&
    distinctCount <= Math.min(20, maxDistinct) &&
    numberCount >= 8 * distinctCount;
  return isTarget && areFewIntegers ? "categorical" : "numeric";
}

function countMissingTexts(categories: ColumnProfile["categories"]): number {
  return categories.reduce((sum, { text, count }) => sum + (isMissingText(text) ? count : 0), 0);
}
