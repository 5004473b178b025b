import { DataFailure } from "./dataFailure.ts";
import type { ByteSource } from "./dataset.ts";
import { joinBytes, readBytes, type ReadOptions } from "./readBytes.ts";
import type { RawValues } from "./rawData.ts";

export interface IdxArray {
  readonly sizes: readonly number[];
  readonly dtype: IdxType;
  /** Row-major. Bytes stay bytes, int8/16/32 become int32, floats (double too) become float32. */
  readonly values: RawValues;
}

export type IdxType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

interface IdxHeader {
  readonly dtype: IdxType;
  readonly sizes: readonly number[];
  readonly headerBytes: number;
  readonly valueCount: number;
}

/** Above this, a browser tab's memory is at risk. */
const maxBytes = 1.5 * 2 ** 30;

const types: Readonly<Record<number, { readonly dtype: IdxType; readonly bytes: number }>> = {
  0x08: { dtype: "uint8", bytes: 1 },
  0x09: { dtype: "int8", bytes: 1 },
  0x0b: { dtype: "int16", bytes: 2 },
  0x0c: { dtype: "int32", bytes: 4 },
  0x0d: { dtype: "float32", bytes: 4 },
  0x0e: { dtype: "float64", bytes: 8 },
};

/**
 * Reads an IDX file (LeCun's format for MNIST: two zero bytes, type, rank, big-endian sizes, big-endian values) as a
 * stream, packed or not. The length must be exactly what the sizes say. Throws `DataFailure`.
 */
export async function readIdx(source: ByteSource, options: ReadOptions = {}): Promise<IdxArray> {
  let start = new Uint8Array(0);
  let header: IdxHeader | null = null;
  let sink: ValueSink | null = null;
  for await (const chunk of readBytes(source, options)) {
    if (sink) {
      sink.write(chunk);
      continue;
    }
    start = joinBytes(start, chunk);
    header = parseIdxHeader(start, source.name);
    if (!header) continue;
    checkDeclaredSize(header, source);
    sink = createSink(header, source.name);
    sink.write(start.subarray(header.headerBytes));
  }
  if (!header || !sink) {
    throw failIdx(source.name, "truncated", `ends after ${start.length} bytes, within its header`);
  }
  return { sizes: header.sizes, dtype: header.dtype, values: sink.finish() };
}

/** null while more bytes are needed. */
function parseIdxHeader(bytes: Uint8Array, file: string): IdxHeader | null {
  if (bytes.length < 4) return null;
  const type = types[bytes[2] ?? 0];
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || !type || rank < 1 || rank > 8) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
    throw failIdx(
      file,
      "unrecognised",
      `begins with ${magic.join(" ")}, which is no IDX file (00 00, a type from 08 to 0e, the number of axes)`,
    );
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const valueCount = sizes.reduce((count, size) => count * size, 1);
  return { dtype: type.dtype, sizes, headerBytes, valueCount };
}

function bytesOf(dtype: IdxType): number {
  return Object.values(types).find((entry) => entry.dtype === dtype)?.bytes ?? 1;
}

/** Believes no size before it has been compared with the file's length: four bytes can claim terabytes. */
function checkDeclaredSize(header: IdxHeader, source: ByteSource): void {
  const needed = header.headerBytes + header.valueCount * bytesOf(header.dtype);
  const said = `says ${header.sizes.join(" × ")} values`;
  // Deflate packs at most 1032:1, so a packed file cannot hold more than that.
  const ceiling = source.size === null ? null : source.size * 1032 + 1024;
  if (ceiling !== null && needed > ceiling) {
    throw failIdx(source.name, "truncated", `${said}, but is far too short for them`);
  }
  if (header.valueCount * Math.max(1, header.dtype === "uint8" ? 1 : 4) > maxBytes) {
    throw failIdx(source.name, "too-large", `${said}, which do not fit into memory`);
  }
  if (header.valueCount === 0) throw failIdx(source.name, "empty", `${said}: it is empty`);
}

interface ValueSink {
  write(chunk: Uint8Array): void;
  finish(): RawValues;
}

function createSink(header: IdxHeader, file: string): ValueSink {
  const { dtype, valueCount } = header;
  const width = bytesOf(dtype);
  const values = allocate(dtype, valueCount);
  const declared = valueCount * width;
  let received = 0;
  /** The first bytes of a value that a chunk's end cut in two. */
  let rest = new Uint8Array(0);
  return {
    write(chunk) {
      if (received + chunk.length > declared) {
        throw failIdx(
          file,
          "mismatch",
          `has more bytes than ${header.sizes.join(" × ")} values take (${declared})`,
        );
      }
      if (values instanceof Uint8Array) {
        values.set(chunk, received);
        received += chunk.length;
        return;
      }
      const bytes = joinBytes(rest, chunk);
      const first = (received - rest.length) / width;
      const whole = Math.floor(bytes.length / width);
      const view = new DataView(bytes.buffer);
      for (let index = 0; index < whole; index++) {
        values[first + index] = readValue(view, index * width, dtype);
      }
      received += chunk.length;
      rest = bytes.slice(whole * width);
    },
    finish() {
      if (received < declared) {
        const row = valueCount / (header.sizes[0] ?? 1);
        throw failIdx(
          file,
          "truncated",
          `says ${header.sizes.join(" × ")} values, but ends after ${Math.floor(received / width / row)} of ${header.sizes[0]} entries`,
        );
      }
      return values;
    },
  };
}

function allocate(dtype: IdxType, count: number): RawValues {
  if (dtype === "uint8") return new Uint8Array(count);
  return dtype === "float32" || dtype === "float64"
    ? new Float32Array(count)
    : new Int32Array(count);
}

function readValue(view: DataView, offset: number, dtype: IdxType): number {
  switch (dtype) {
    case "uint8":
      return view.getUint8(offset);
    case "int8":
      return view.getInt8(offset);
    case "int16":
      return view.getInt16(offset);
    case "int32":
      return view.getInt32(offset);
    case "float32":
      return view.getFloat32(offset);
    case "float64":
      return view.getFloat64(offset);
  }
}

function failIdx(
  file: string,
  code: "truncated" | "unrecognised" | "mismatch" | "too-large" | "empty",
  problem: string,
): DataFailure {
  const remedy =
    code === "unrecognised"
      ? "Choose an IDX file such as train-images-idx3-ubyte, or a CSV file"
      : code === "too-large"
        ? "Use a smaller file"
        : "Copy or download it again";
  return new DataFailure({ code, message: `${file} ${problem}. ${remedy}.`, file });
}

export interface IdxName {
  readonly part: "train" | "test" | null;
  readonly content: "images" | "labels";
}

/** MNIST's names: `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz`, EMNIST's `emnist-letters-test-images-idx3-ubyte`. */
export function recogniseIdxName(name: string): IdxName | null {
  const lower = name.toLowerCase().replace(/\.gz$/, "");
  if (!/[-._]idx\d?([-._]|$)/.test(lower) && !lower.endsWith(".idx")) return null;
  const content = /label|idx1\b/.test(lower)
    ? "labels"
    : /image|idx[34]\b/.test(lower)
      ? "images"
      : null;
  if (!content) return null;
  const part = /(^|[-._])train/.test(lower)
    ? "train"
    : /(^|[-._])(t10k|test|val)/.test(lower)
      ? "test"
      : null;
  return { part, content };
}
