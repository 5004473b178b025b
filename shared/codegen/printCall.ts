/** Laying out code: on one line where it fits, one entry a line where it doesn't. */

export interface Layout {
  /** Columns that the line's indentation takes. */
  readonly indent: number;
  readonly width: number;
  readonly step: string;
  /** Black's way: all entries on the second line where they fit there, without a comma at the end. */
  readonly hugs?: true;
}

export const typescriptLayout: Layout = { indent: 0, width: 100, step: "  " };
export const pythonLayout: Layout = { indent: 0, width: 88, step: "    ", hugs: true };

/** `open + a, b + close`, broken into lines when `before` + it + `after` is too wide or an entry has several lines. */
export function printList(
  entries: readonly string[],
  brackets: { readonly open: string; readonly close: string },
  layout: Layout & { readonly before?: string; readonly after?: string },
): string {
  const { before = "", after = "", indent, width, step } = layout;
  const isSpaced = brackets.open.endsWith("{");
  const inner = entries.join(", ");
  const flat =
    entries.length === 0
      ? `${brackets.open}${brackets.close}`
      : isSpaced
        ? `${brackets.open} ${inner} ${brackets.close}`
        : `${brackets.open}${inner}${brackets.close}`;
  const lastLine = before.slice(before.lastIndexOf("\n") + 1);
  if (!flat.includes("\n") && indent + lastLine.length + flat.length + after.length <= width)
    return flat;
  if (entries.length === 0) return flat;
  if (layout.hugs && !inner.includes("\n") && indent + step.length + inner.length <= width)
    return `${brackets.open}\n${step}${inner}\n${brackets.close}`;
  const lines = entries.map((entry) => `${indentLines(entry, step)},`);
  return `${brackets.open}\n${lines.join("\n")}\n${brackets.close}`;
}

/** Indents every line but empty ones. */
export function indentLines(text: string, step: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : step + line))
    .join("\n");
}

/** Parts with an empty line between them; empty parts vanish. */
export function joinParts(parts: readonly string[], gap = "\n\n"): string {
  return `${parts
    .map((part) => part.replace(/\n+$/, ""))
    .filter((part) => part !== "")
    .join(gap)}\n`;
}
