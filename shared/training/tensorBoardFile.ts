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
  const version = join([
    doubleField(1, options.startedMs / 1000),
    bytesField(3, encodeText("brain.Event:2")),
  ]);
  return join([
    frameRecord(version),
    ...scalars.map((scalar) => frameRecord(encodeScalar(scalar))),
  ]);
}

/** `events.out.tfevents.<seconds>.<writer>`: TensorBoard takes every file whose name contains "tfevents". */
export function nameTensorBoardFile(startedMs: number, writer: string): string {
  const safe = writer.replace(/[^A-Za-z0-9_-]+/g, "-");
  return `events.out.tfevents.${Math.floor(startedMs / 1000)}.${safe}`;
}

/** Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } } */
function encodeScalar({ tag, step, wallTimeMs, value }: ScalarRecord): Uint8Array {
  const summaryValue = join([bytesField(1, encodeText(tag)), floatField(2, value)]);
  return join([
    doubleField(1, wallTimeMs / 1000),
    // Proto3 leaves a zero out.
    step === 0 ? new Uint8Array() : varintField(2, step),
    bytesField(5, bytesField(1, summaryValue)),
  ]);
}

/** Length (8 bytes, little-endian) and its checksum, the data and its checksum. */
function frameRecord(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(16 + data.length);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskChecksum(computeCrc32c(frame.subarray(0, 8))), true);
  frame.set(data, 12);
  view.setUint32(12 + data.length, maskChecksum(computeCrc32c(data)), true);
  return frame;
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
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

function varintField(field: number, value: number): Uint8Array {
  return join([encodeVarint((field << 3) | wire.varint), encodeVarint(value)]);
}

function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = (field << 3) | wire.fixed64;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (field << 3) | wire.fixed32;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function bytesField(field: number, data: Uint8Array): Uint8Array {
  return join([encodeVarint((field << 3) | wire.bytes), encodeVarint(data.length), data]);
}

/** Seven bits a byte, the lowest first. Divides, because steps may pass 2³¹. */
function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const encoder = new TextEncoder();
function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
