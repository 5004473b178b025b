/** A number as the preview shows it: six significant digits: single precision shows noise beyond them. */
export function formatCell(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
