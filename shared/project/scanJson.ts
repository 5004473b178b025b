/** Where a JSON text breaks off being JSON, counted in UTF-16 units. */
export interface JsonFault {
  readonly offset: number;
  /** "a comma or } is missing". */
  readonly what: string;
}

export type JsonPath = readonly (string | number)[];

const maxDepth = 200;

/**
 * Reads JSON only for places: engines word their errors differently, many without a position, and after parsing
 * nobody knows where a value stood. `visit` is told each value's path and offset.
 */
export function scanJson(
  text: string,
  visit: (path: JsonPath, offset: number) => void = () => {},
): JsonFault | null {
  let offset = text.startsWith("\uFEFF") ? 1 : 0;
  const path: (string | number)[] = [];

  try {
    readValue(0);
    skipSpace();
    if (offset < text.length) stop("there is something after the end");
    return null;
  } catch (error) {
    if (error instanceof FaultError) return error.fault;
    throw error;
  }

  function readValue(depth: number): void {
    if (depth > maxDepth) stop(`it is nested more than ${maxDepth} levels deep`);
    skipSpace();
    visit(path, offset);
    const char = text[offset];
    if (char === "{") readObject(depth);
    else if (char === "[") readArray(depth);
    else if (char === '"') readString();
    else readWord();
  }

  function readObject(depth: number): void {
    offset++;
    skipSpace();
    if (take("}")) return;
    for (;;) {
      skipSpace();
      if (text[offset] !== '"') stop("a name in double quotes is missing");
      path.push(readString());
      skipSpace();
      if (!take(":")) stop("a colon is missing");
      readValue(depth + 1);
      path.pop();
      skipSpace();
      if (take("}")) return;
      if (!take(",")) stop("a comma or } is missing");
    }
  }

  function readArray(depth: number): void {
    offset++;
    skipSpace();
    if (take("]")) return;
    for (let index = 0; ; index++) {
      path.push(index);
      readValue(depth + 1);
      path.pop();
      skipSpace();
      if (take("]")) return;
      if (!take(",")) stop("a comma or ] is missing");
    }
  }

  function readString(): string {
    const start = offset;
    for (offset++; offset < text.length; offset++) {
      const char = text[offset];
      if (char === "\\") offset++;
      else if (char === '"') break;
      else if (char !== undefined && char < " ") stop("a text goes over the end of its line");
    }
    if (!take('"')) stop("a text has no end");
    const literal = text.slice(start, offset);
    try {
      const value: unknown = JSON.parse(literal);
      return String(value);
    } catch {
      offset = start;
      return stop("a text has a bad escape");
    }
  }

  function readWord(): void {
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
      text.slice(offset, offset + 400),
    );
    if (match === null) stop(offset >= text.length ? "it ends too early" : "a value is missing");
    else offset += match[0].length;
  }

  function skipSpace(): void {
    while (offset < text.length && " \t\r\n".includes(text[offset] ?? "x")) offset++;
  }

  function take(char: string): boolean {
    if (text[offset] !== char) return false;
    offset++;
    return true;
  }

  function stop(what: string): never {
    throw new FaultError({ offset: Math.min(offset, text.length), what });
  }
}

/** Leaves the recursion; never leaves this file. */
class FaultError extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.what);
    this.fault = fault;
  }
}

/** 1-based, as editors count. */
export function locateOffset(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where the value with this path stands; of a missing one, what it is missing from. */
export function locatePath(
  text: string,
  path: JsonPath,
): { readonly line: number; readonly column: number } {
  let best = 0;
  let bestLength = -1;
  scanJson(text, (visited, offset) => {
    if (visited.length <= bestLength || visited.length > path.length) return;
    if (!visited.every((key, index) => key === path[index])) return;
    best = offset;
    bestLength = visited.length;
  });
  return locateOffset(text, best);
}
