import { expect, test } from "vitest";
import { crc32 } from "../base/crc32.ts";
import { readTensorFile, writeTensorFile } from "./tensorFile.ts";

const content = { name: "näme", list: [1, 0.1, null] };
const tensors = [
  { name: "a", shape: [2, 3], values: Float32Array.of(1, -0, 3e-42, 4, Infinity, NaN) },
  { name: "empty", shape: [0], values: new Float32Array(0) },
  { name: "sums", shape: [2], values: Float64Array.of(0.1, 2 ** -1074) },
];
const file = writeTensorFile(content, tensors);

test("the checksum is the one of zip and PNG", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("what is written is read back, bit for bit, from any place in a buffer", () => {
  const shifted = new Uint8Array(file.byteLength + 3);
  shifted.set(file, 3);
  const read = readTensorFile(shifted.subarray(3));
  expect(read).toEqual({ ok: true, value: { content, tensors } });
});

test("Node's buffers, which share memory with their slices, are copied, too", () => {
  const copy = file.slice();
  const slice = (start?: number, end?: number) => copy.subarray(start, end);
  const bytes: Uint8Array = Object.assign(copy, { slice });
  expect(readTensorFile(bytes)).toEqual({ ok: true, value: { content, tensors } });
});

test("a file with any byte changed is refused", () => {
  for (let index = 0; index < file.byteLength; index++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = file.slice();
      damaged[index] = (damaged[index] ?? 0) ^ flip;
      expect(readTensorFile(damaged).ok, `byte ${index} ^ ${flip}`).toBe(false);
    }
  }
});

test("a file cut off anywhere, or with more behind it, is refused", () => {
  for (let length = 0; length < file.byteLength; length++) {
    expect(readTensorFile(file.subarray(0, length)).ok, `${length} bytes`).toBe(false);
  }
  const longer = new Uint8Array(file.byteLength + 1);
  longer.set(file);
  expect(readTensorFile(longer)).toEqual({ ok: false, error: "it has 1 bytes too many" });
});

/** Changes a file and mends its checksums, as someone would who wants to be believed. */
function forge(change: (bytes: Uint8Array, view: DataView) => Uint8Array | void): Uint8Array {
  const copy = file.slice();
  const forged = change(copy, new DataView(copy.buffer)) ?? copy;
  const view = new DataView(forged.buffer);
  const bodyStart = Math.min(forged.byteLength, 36 + view.getUint32(12, true));
  view.setUint32(24, crc32(forged.subarray(36, bodyStart)), true);
  view.setUint32(28, crc32(forged.subarray(bodyStart)), true);
  view.setUint32(32, crc32(forged.subarray(0, 32)), true);
  return forged;
}

function forgeHeader(text: string, bodyBytes = 0): Uint8Array {
  const header = new TextEncoder().encode(text);
  const forged = new Uint8Array(36 + header.byteLength + bodyBytes);
  forged.set(file.subarray(0, 12));
  forged.set(header, 36);
  const view = new DataView(forged.buffer);
  view.setUint32(12, header.byteLength, true);
  view.setBigUint64(16, BigInt(bodyBytes), true);
  return forge(() => forged);
}

const described = (list: readonly object[]) => JSON.stringify({ content: {}, tensors: list });
const tensor = { name: "a", kind: "float32", shape: [1] };

test.each([
  ["a later version", forge((_, view) => view.setUint32(8, 9, true)), "version 9"],
  ["an endless header", forge((_, view) => view.setUint32(12, 0xffffffff, true)), "too long"],
  ["a body of 2⁶³ bytes", forge((_, view) => view.setBigUint64(16, 2n ** 63n, true)), "cut off"],
  ["a header that is no JSON", forgeHeader("{"), "makes no sense"],
  ["a header without tensors", forgeHeader("{}"), "makes no sense"],
  ["a negative size", forgeHeader(described([{ ...tensor, shape: [-1] }])), "makes no sense"],
  ["half a number", forgeHeader(described([{ ...tensor, shape: [0.5] }])), "makes no sense"],
  ["a tensor beyond the end", forgeHeader(described([{ ...tensor, shape: [2] }]), 4), "beyond"],
  [
    "sizes whose product overflows",
    forgeHeader(described([{ ...tensor, shape: [2e9, 2e9, 2e9] }]), 4),
    "beyond",
  ],
  ["a name twice", forgeHeader(described([tensor, tensor]), 8), "twice"],
  ["numbers without a name", forgeHeader(described([tensor]), 8), "more numbers"],
])("%s is refused", (_case, bytes, reason) => {
  const read = readTensorFile(bytes);
  expect(read.ok ? "read" : read.error).toContain(reason);
});
