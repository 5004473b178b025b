/** Texts that people write for "no value". */
const missingTexts = new Set(["?", "na", "n/a", "nan", "null", "none", "nil", "-", "--", "#n/a"]);

export function isMissingText(text: string): boolean {
  return missingTexts.has(text.toLowerCase());
}
