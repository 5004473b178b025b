/**
 * A file of named arrays of numbers with a JSON header, made to be read back or refused, never to be half believed:
 * every byte lies under a checksum, and every length is checked before it is used.
 *
 * | bytes | what |
 * |---|---|
 * | 0–7 | magic `NLCKPT\r\n` |
 * | 8–11 | version, u32 |
 * | 12–15 | length of the header, u32 |
 * | 16–23 | length of the body, u64 |
 * | 24–27 | CRC-32 of the header |
 * | 28–31 | CRC-32 of the body |
 * | 32–35 | CRC-32 of bytes 0–31 |
 * | 36– | header: UTF-8 JSON `{ content, tensors: [{ name, kind, shape }] }` |
 * | then | body: the tensors one behind the other, little-endian, nothing between and nothing behind |
 */
import { crc32 } from "../base/crc32.ts";
import type { JsonValue } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { z } from "../base/schema.ts";

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Float64 for sums that go on being added to. */
  readonly values: Float32Array | Float64Array;
}

export interface TensorFile {
  readonly content: unknown;
  readonly tensors: readonly NamedTensor[];
}

const magic = [0x4e, 0x4c, 0x43, 0x4b, 0x50, 0x54, 0x0d, 0x0a] as const;
const version = 1;
const prefixBytes = 36;
/** A header holds names, a model's layers and a few numbers; more is no header. */
const maxHeaderBytes = 256 * 2 ** 20;

export function writeTensorFile(
  content: JsonValue,
  tensors: readonly NamedTensor[],
): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    JSON.stringify({
      content,
      tensors: tensors.map(({ name, shape, values }) => ({
        name,
        kind: values instanceof Float64Array ? "float64" : "float32",
        shape,
      })),
    }),
  );
  const bodyBytes = tensors.reduce((total, { values }) => total + values.byteLength, 0);
  const file = new Uint8Array(prefixBytes + header.byteLength + bodyBytes);
  const view = new DataView(file.buffer);
  const bodyStart = prefixBytes + header.byteLength;
  file.set(magic, 0);
  file.set(header, prefixBytes);
  let offset = bodyStart;
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    if (!isLittleEndian) swapBytes(file.subarray(offset, offset + values.byteLength), values);
    offset += values.byteLength;
  }
  view.setUint32(8, version, true);
  view.setUint32(12, header.byteLength, true);
  view.setBigUint64(16, BigInt(bodyBytes), true);
  view.setUint32(24, crc32(header), true);
  view.setUint32(28, crc32(file.subarray(bodyStart)), true);
  view.setUint32(32, crc32(file.subarray(0, 32)), true);
  return file;
}

const headerSchema = z.object({
  content: z.unknown(),
  tensors: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["float32", "float64"]),
      shape: z.array(z.number().int().nonnegative()).max(32),
    }),
  ),
});

/** The error is a clause for people: "it is cut off …". */
export function readTensorFile(bytes: Uint8Array): Result<TensorFile, string> {
  if (bytes.byteLength < prefixBytes) return err("it is cut off before its contents begin");
  if (magic.some((byte, index) => bytes[index] !== byte)) return err("it is no checkpoint");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(32, true) !== crc32(bytes.subarray(0, 32))) {
    return err("its first bytes are damaged");
  }
  const fileVersion = view.getUint32(8, true);
  if (fileVersion !== version) {
    return err(`it has version ${fileVersion}, and this Netloom reads version ${version}`);
  }
  const headerBytes = view.getUint32(12, true);
  const bodyBytes = Number(view.getBigUint64(16, true));
  if (headerBytes > maxHeaderBytes) return err("its header is too long");
  const bodyStart = prefixBytes + headerBytes;
  const expected = bodyStart + bodyBytes;
  if (bytes.byteLength !== expected) {
    return err(
      bytes.byteLength < expected
        ? `it is cut off: ${bytes.byteLength} of ${expected} bytes`
        : `it has ${bytes.byteLength - expected} bytes too many`,
    );
  }
  const header = bytes.subarray(prefixBytes, bodyStart);
  const body = bytes.subarray(bodyStart);
  if (view.getUint32(24, true) !== crc32(header)) return err("its header is damaged");
  if (view.getUint32(28, true) !== crc32(body)) return err("its numbers are damaged");
  const parsed = parseHeader(header);
  return parsed === null ? err("its header makes no sense") : readTensors(parsed, body);
}

type Header = z.infer<typeof headerSchema>;

function parseHeader(bytes: Uint8Array): Header | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const parsed = headerSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function readTensors(header: Header, body: Uint8Array): Result<TensorFile, string> {
  const tensors: NamedTensor[] = [];
  const names = new Set<string>();
  let offset = 0;
  for (const { name, kind, shape } of header.tensors) {
    if (names.has(name)) return err(`it holds "${name}" twice`);
    names.add(name);
    const count = shape.reduce((product, size) => product * size, 1);
    const width = kind === "float64" ? 8 : 4;
    if (!Number.isSafeInteger(count) || offset + count * width > body.byteLength) {
      return err(`"${name}" reaches beyond its end`);
    }
    // A copy: the body may start at any byte, arrays of numbers may not. (`slice` of Node's buffers is none.)
    const own = new Uint8Array(body.subarray(offset, offset + count * width));
    const values = kind === "float64" ? new Float64Array(own.buffer) : new Float32Array(own.buffer);
    if (!isLittleEndian) swapBytes(own, values);
    tensors.push({ name, shape, values });
    offset += count * width;
  }
  if (offset !== body.byteLength) return err("it holds more numbers than its header names");
  return ok({ content: header.content, tensors });
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array, { BYTES_PER_ELEMENT }: { BYTES_PER_ELEMENT: number }): void {
  for (let start = 0; start < bytes.byteLength; start += BYTES_PER_ELEMENT) {
    bytes.subarray(start, start + BYTES_PER_ELEMENT).reverse();
  }
}
