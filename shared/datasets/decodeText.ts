import { DataFailure } from "./dataFailure.ts";
import type { ByteSource } from "./dataset.ts";
import { readBytes, type ReadOptions } from "./readBytes.ts";

/**
 * A file's text in pieces: UTF-8, byte order mark removed, every line end as `\n`. Other encodings are refused with the
 * line at which they show. Throws `DataFailure`.
 */
export async function* decodeText(
  source: ByteSource,
  options: ReadOptions = {},
): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  let isFirst = true;
  let endsWithReturn = false;
  for await (const chunk of readBytes(source, options)) {
    if (isFirst) refuseOtherFormats(chunk, source.name);
    isFirst = false;
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: true });
    } catch {
      throw failEncoding(source.name, line + findBadLine(chunk));
    }
    // A return at the very end may be the first half of a line end.
    text = (endsWithReturn ? "\r" : "") + text;
    endsWithReturn = text.endsWith("\r");
    if (endsWithReturn) text = text.slice(0, -1);
    const clean = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    for (let at = clean.indexOf("\n"); at >= 0; at = clean.indexOf("\n", at + 1)) line++;
    if (clean !== "") yield clean;
  }
  try {
    decoder.decode();
  } catch {
    throw failEncoding(source.name, line);
  }
  if (endsWithReturn) yield "\n";
}

function refuseOtherFormats(chunk: Uint8Array, file: string): void {
  const [first, second] = chunk;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new DataFailure({
      code: "encoding",
      message: `${file} is written in UTF-16. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
      file,
    });
  }
  if (chunk.subarray(0, 4096).includes(0)) {
    throw new DataFailure({
      code: "unrecognised",
      message: `${file} holds zero bytes, so it is no text. Choose a CSV file, or IDX files such as train-images-idx3-ubyte.`,
      file,
    });
  }
}

/** Lines of the chunk before the first one that is no UTF-8. */
function findBadLine(chunk: Uint8Array): number {
  let start = 0;
  // The chunk may begin within a character.
  while (start < 3 && ((chunk[start] ?? 0) & 0xc0) === 0x80) start++;
  for (let lines = 0; start < chunk.length; lines++) {
    const newline = chunk.indexOf(10, start);
    const end = newline < 0 ? chunk.length : newline;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(chunk.subarray(start, end));
    } catch {
      return lines;
    }
    start = end + 1;
  }
  return 0;
}

function failEncoding(file: string, line: number): DataFailure {
  return new DataFailure({
    code: "encoding",
    message: `${file}, line ${line}: these bytes are not UTF-8 text. Save the file as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
    file,
    line,
  });
}
