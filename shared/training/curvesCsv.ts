/** Comma-separated values as RFC 4180 has them: every program that reads tables opens these. */
export function printCsv(
  header: readonly string[],
  rows: readonly (readonly (number | string | null)[])[],
): string {
  return [header, ...rows].map((row) => `${row.map(printCell).join(",")}\r\n`).join("");
}

/** Numbers with all their digits; nothing where there is no value. */
function printCell(cell: number | string | null): string {
  if (cell === null) return "";
  const text = typeof cell === "number" ? String(cell) : cell;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
