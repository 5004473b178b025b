const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const withComma = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;

/**
 * A cell's number, or null where it is none. No thousands separators, no hexadecimal, no "Infinity": what is read is
 * what was written. A decimal comma counts where the comma doesn't separate cells.
 */
export function parseNumber(text: string, delimiter: string): number | null {
  const isPlain = plain.test(text);
  if (!isPlain && (delimiter === "," || !withComma.test(text))) return null;
  const value = Number(isPlain ? text : text.replace(",", "."));
  return Number.isFinite(value) ? value : null;
}
