const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const withComma = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;

/**
 * A cell's number, or null where it is none. No thousands separators, no hexadecimal, no "Infinity": what is read is
 * what was written. Nor is a number that tensors can't hold, which keep 32 bits (±3.4e38): it would be infinite there. A
 * decimal comma counts where the comma doesn't separate cells.
 */
export function parseNumber(text: string, delimiter: string): number | null {
  const isPlain = plain.test(text);
  if (!isPlain && (delimiter === "," || !withComma.test(text))) return null;
  const value = Number(isPlain ? text : text.replace(",", "."));
  return Number.isFinite(Math.fround(value)) ? value : null;
}
