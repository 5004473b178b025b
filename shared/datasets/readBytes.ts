import { Gunzip } from "fflate";
import { DataFailure } from "./dataFailure.ts";
import type { ByteSource } from "./dataset.ts";

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes of the file as stored (compressed, where it is) that have been read so far. */
  readonly onProgress?: (readBytes: number, totalBytes: number | null) => void;
}

/**
 * A file's bytes; `.gz` is unpacked on the way (told by its first two bytes, not by its name). Read errors, a wrong
 * check sum and an end in the middle become a `DataFailure` that names the file.
 */
export async function* readBytes(
  source: ByteSource,
  options: ReadOptions = {},
): AsyncIterable<Uint8Array> {
  let unpacker: Unpacker | null = null;
  let pending: Uint8Array | null = new Uint8Array(0);
  for await (const chunk of readStored(source, options)) {
    if (pending) {
      // A first chunk of one byte cannot tell yet.
      pending = joinBytes(pending, chunk);
      if (pending.length < 2) continue;
      if (pending[0] === 0x1f && pending[1] === 0x8b) unpacker = createUnpacker(source.name);
      const start = pending;
      pending = null;
      yield* unpacker ? unpacker.push(start, false) : [start];
    } else {
      yield* unpacker ? unpacker.push(chunk, false) : [chunk];
    }
  }
  if (pending && pending.length > 0) yield pending;
  if (unpacker) yield* unpacker.push(new Uint8Array(0), true);
}

async function* readStored(
  source: ByteSource,
  { signal, onProgress }: ReadOptions,
): AsyncIterable<Uint8Array> {
  let readCount = 0;
  try {
    for await (const chunk of source.read()) {
      if (signal?.aborted) {
        throw new DataFailure({ code: "cancelled", message: "Reading was cancelled." });
      }
      readCount += chunk.length;
      onProgress?.(readCount, source.size);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof DataFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataFailure({
      code: "missing",
      message: `${source.name} could not be read: ${reason}. Check that the file is still there, or choose it again.`,
      file: source.name,
    });
  }
  if (source.size !== null && readCount !== source.size) {
    throw new DataFailure({
      code: "truncated",
      message: `${source.name} should have ${source.size} bytes, but ${readCount} arrived. It may have changed while it was read; try again.`,
      file: source.name,
    });
  }
}

interface Unpacker {
  push(chunk: Uint8Array, isFinal: boolean): readonly Uint8Array[];
}

/**
 * fflate inflates but checks neither check sum nor size (RFC 1952, section 2.3.1), so both are checked here, for each
 * member of a file that has several.
 */
function createUnpacker(file: string): Unpacker {
  let output: Uint8Array[] = [];
  let checksum = 0;
  let size = 0;
  let fedBytes = 0;
  /** The last bytes fed, long enough to hold a member's trailer and the header after it. */
  let tail = new Uint8Array(0);
  let hasFailed = false;

  const fail = (problem: string) => {
    hasFailed = true;
    return new DataFailure({
      code: "truncated",
      message: `${file} is damaged: ${problem}. Copy or download it again.`,
      file,
    });
  };
  const checkMember = (trailerEnd: number) => {
    const start = tail.length - (fedBytes - trailerEnd) - 8;
    const trailer = tail.subarray(start, start + 8);
    if (start < 0 || trailer.length < 8) throw fail("it ends before its check sum");
    const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
    if (view.getUint32(0, true) !== (checksum ^ -1) >>> 0) {
      throw fail("its check sum does not match its content");
    }
    if (view.getUint32(4, true) !== size >>> 0) throw fail("it holds fewer bytes than it says");
  };

  checksum = -1;
  const gunzip = new Gunzip((chunk) => {
    checksum = updateCrc32(checksum, chunk);
    size += chunk.length;
    if (chunk.length > 0) output.push(chunk);
  });
  gunzip.onmember = (offset) => {
    checkMember(offset);
    checksum = -1;
    size = 0;
  };
  return {
    push(chunk, isFinal) {
      output = [];
      fedBytes += chunk.length;
      tail = joinBytes(tail.subarray(-64), chunk);
      try {
        gunzip.push(chunk, isFinal);
      } catch (error) {
        if (hasFailed || error instanceof DataFailure) throw error;
        throw fail(isFinal ? "it ends too early" : "its compressed data makes no sense");
      }
      if (isFinal) checkMember(fedBytes);
      return output;
    },
  };
}

const crcTable = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309 as gzip uses it; begin with −1 and invert at the end. */
function updateCrc32(crc: number, bytes: Uint8Array): number {
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return crc;
}

export function joinBytes(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
