/**
 * TensorBoard's event files, written by hand: TFRecords of protobuf `Event`s with one scalar each.
 * Sources: tensorflow/core/lib/io/record_writer.h (framing), tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto (field numbers), protobuf.dev/programming-guides/encoding.
 */
export interface ScalarRecord {
  /** What the chart is called; TensorBoard groups by the part before the first slash. */
  readonly tag: string;
  /** A whole number of at least 0. */
  readonly step: number;
  readonly wallTimeMs: number;
  /** Kept in single precision; infinities and NaN are allowed. */
  readonly value: number;
}

/** One file: its version, then the scalars in their order. */
export function writeTensorBoardFile(
  scalars: readonly ScalarRecord[],
  options: { readonly startedMs: number },
): Uint8Array<ArrayBuffer> {
  const tags = new Map<string, Uint8Array>();
  const tagOf = ({ tag }: ScalarRecord): Uint8Array => {
    const bytes = tags.get(tag) ?? encodeText(tag);
    tags.set(tag, bytes);
    return bytes;
  };
  const version = encodeText("brain.Event:2");
  const versionLength = doubleLength + bytesLength(version.length);
  const total = scalars.reduce(
    (length, scalar) => length + frameLength + measureScalar(scalar, tagOf(scalar)).event,
    frameLength + versionLength,
  );
  const out = createOutput(total);
  out.frame(versionLength, () => {
    out.double(1, options.startedMs / 1000);
    out.bytes(3, version);
  });
  for (const scalar of scalars) {
    const tag = tagOf(scalar);
    const lengths = measureScalar(scalar, tag);
    out.frame(lengths.event, () => writeScalar(out, scalar, { tag, lengths }));
  }
  return out.written;
}

/** `events.out.tfevents.<seconds>.<writer>`: TensorBoard takes every file whose name contains "tfevents". */
export function nameTensorBoardFile(startedMs: number, writer: string): string {
  const safe = writer.replace(/[^A-Za-z0-9_-]+/g, "-");
  return `events.out.tfevents.${Math.floor(startedMs / 1000)}.${safe}`;
}

/** Bytes of the nested messages; a message is written behind its length. */
interface ScalarLengths {
  readonly event: number;
  readonly summary: number;
  readonly value: number;
}

function measureScalar({ step }: ScalarRecord, tag: Uint8Array): ScalarLengths {
  const value = bytesLength(tag.length) + floatLength;
  const summary = bytesLength(value);
  // Proto3 leaves a zero out.
  const stepLength = step === 0 ? 0 : 1 + varintLength(step);
  return { value, summary, event: doubleLength + stepLength + bytesLength(summary) };
}

/** Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } } */
function writeScalar(
  out: Output,
  { step, wallTimeMs, value }: ScalarRecord,
  { tag, lengths }: { readonly tag: Uint8Array; readonly lengths: ScalarLengths },
): void {
  out.double(1, wallTimeMs / 1000);
  if (step !== 0) {
    out.key(2, wire.varint);
    out.varint(step);
  }
  out.key(5, wire.bytes);
  out.varint(lengths.summary);
  out.key(1, wire.bytes);
  out.varint(lengths.value);
  out.bytes(1, tag);
  out.float(2, value);
}

/** Length (8 bytes) and its checksum before the data, the data's checksum behind it. */
const frameLength = 16;
/** With the byte that holds field and kind; our fields are all below 16. */
const doubleLength = 9;
const floatLength = 5;

function bytesLength(length: number): number {
  return 1 + varintLength(length) + length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

type Output = ReturnType<typeof createOutput>;

/** Writes one after the other into a space of the right size. */
function createOutput(length: number) {
  const written = new Uint8Array(length);
  const view = new DataView(written.buffer);
  let at = 0;
  const key = (field: number, kind: number): void => {
    written[at++] = (field << 3) | kind;
  };
  /** Seven bits a byte, the lowest first. Divides, because steps may pass 2³¹. */
  const varint = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) written[at++] = (rest % 128) + 128;
    written[at++] = rest;
  };
  const checksum = (from: number): void => {
    view.setUint32(at, maskChecksum(computeCrc32c(written.subarray(from, at))), true);
    at += 4;
  };
  return {
    written,
    key,
    varint,
    double(field: number, value: number): void {
      key(field, wire.fixed64);
      view.setFloat64(at, value, true);
      at += 8;
    },
    float(field: number, value: number): void {
      key(field, wire.fixed32);
      view.setFloat32(at, value, true);
      at += 4;
    },
    bytes(field: number, data: Uint8Array): void {
      key(field, wire.bytes);
      varint(data.length);
      written.set(data, at);
      at += data.length;
    },
    /** A TFRecord around what `write` writes. */
    frame(dataLength: number, write: () => void): void {
      const start = at;
      view.setUint32(at, dataLength, true);
      at += 8;
      checksum(start);
      const dataStart = at;
      write();
      checksum(dataStart);
    },
  };
}

/** Masked, so that the checksum of a record that holds checksums is still telling (tensorflow/core/lib/hash/crc32c.h). */
function maskChecksum(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli 1993; RFC 3720 B.4 gives test values). */
export function computeCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) {
    crc = (crcTable[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const encoder = new TextEncoder();
function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
