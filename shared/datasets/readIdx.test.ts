import { gzipSync } from "fflate";
import { expect, it } from "vitest";
import { catchDataFailure } from "./dataFailure.ts";
import { idxBytes, memoryFolder, memorySource } from "./datasets.testkit.ts";
import { inspectSource } from "./inspectSource.ts";
import { openDataset } from "./openDataset.ts";
import { readIdx, recogniseIdxName } from "./readIdx.ts";

const images = idxBytes(
  8,
  [3, 2, 2],
  Uint8Array.from({ length: 12 }, (_, index) => 20 * index),
);
const labels = idxBytes(8, [3], Uint8Array.of(7, 3, 7));

function bytesOfNumbers(
  width: number,
  set: (view: DataView, offset: number, value: number) => void,
  values: readonly number[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(width * values.length));
  for (const [index, value] of values.entries()) set(view, index * width, value);
  return new Uint8Array(view.buffer);
}

it.each<[string, number, Uint8Array, number[]]>([
  ["uint8", 0x08, Uint8Array.of(0, 255), [0, 255]],
  ["int8", 0x09, bytesOfNumbers(1, (v, o, x) => v.setInt8(o, x), [-5, 5]), [-5, 5]],
  ["int16", 0x0b, bytesOfNumbers(2, (v, o, x) => v.setInt16(o, x), [-500, 500]), [-500, 500]],
  ["int32", 0x0c, bytesOfNumbers(4, (v, o, x) => v.setInt32(o, x), [-70000, 7]), [-70000, 7]],
  ["float32", 0x0d, bytesOfNumbers(4, (v, o, x) => v.setFloat32(o, x), [-0.5, 2]), [-0.5, 2]],
  ["float64", 0x0e, bytesOfNumbers(8, (v, o, x) => v.setFloat64(o, x), [-0.5, 2]), [-0.5, 2]],
])("reads %s, whole, in pieces of one byte, and packed", async (dtype, type, content, expected) => {
  const bytes = idxBytes(type, [2], content);
  for (const source of [
    memorySource("a", bytes, 1000),
    memorySource("a", bytes, 1),
    memorySource("a.gz", gzipSync(bytes), 1),
    memorySource("a.gz", gzipSync(bytes), 1000),
  ]) {
    const array = await readIdx(source);
    expect({ dtype: array.dtype, sizes: array.sizes, values: Array.from(array.values) }).toEqual({
      dtype,
      sizes: [2],
      values: expected,
    });
  }
});

it("reads a file packed in several members", async () => {
  const parts = [gzipSync(images.slice(0, 9)), gzipSync(images.slice(9))];
  const joined = new Uint8Array([...(parts[0] ?? []), ...(parts[1] ?? [])]);
  for (const chunkSize of [1, 13, 1000]) {
    const array = await readIdx(memorySource("a.gz", joined, chunkSize));
    expect(array.values).toHaveLength(12);
  }
});

const packed = gzipSync(images);
const damage = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === (at + bytes.length) % bytes.length ? byte ^ 0x55 : byte));

it.each<[string, Uint8Array, string, RegExp]>([
  ["an empty file", new Uint8Array(0), "truncated", /within its header/],
  ["a file that ends in its header", images.slice(0, 9), "truncated", /after 9 bytes/],
  ["a file that ends in its values", images.slice(0, -1), "truncated", /after 2 of 3 entries/],
  [
    "bytes behind the values",
    new Uint8Array([...images, 1]),
    "mismatch",
    /more bytes than 3 × 2 × 2/,
  ],
  ["a wrong magic number", Uint8Array.of(1, 2, 3, 4, 5, 6), "unrecognised", /01 02 03 04/],
  ["an unknown type", idxBytes(0x0a, [1], Uint8Array.of(1)), "unrecognised", /00 00 0a 01/],
  ["no axes", Uint8Array.of(0, 0, 8, 0), "unrecognised", /number of axes/],
  [
    "sizes of terabytes",
    idxBytes(8, [2 ** 31, 2 ** 20], new Uint8Array(9)),
    "truncated",
    /too short/,
  ],
  ["no entries", idxBytes(8, [0, 28, 28], new Uint8Array(0)), "empty", /empty/],
  ["a packed file cut short", packed.slice(0, -9), "truncated", /ends too early|check sum/],
  ["a packed file without its last byte", packed.slice(0, -1), "truncated", /check sum|fewer/],
  ["a wrong check sum", damage(packed, -8), "truncated", /check sum/],
  ["a wrong packed size", damage(packed, -1), "truncated", /fewer bytes/],
  ["a damaged packed middle", damage(packed, 18), "truncated", /Copy or download/],
])("refuses %s", async (_, bytes, code, words) => {
  for (const chunkSize of [1, 1000]) {
    const result = await catchDataFailure(() =>
      readIdx(memorySource("x-idx3-ubyte", bytes, chunkSize)),
    );
    expect(result).toMatchObject({ ok: false, error: [{ code, file: "x-idx3-ubyte" }] });
    expect(result.ok ? "" : result.error[0]?.message).toMatch(words);
  }
});

it.each<[string, ReturnType<typeof recogniseIdxName>]>([
  ["train-images-idx3-ubyte.gz", { part: "train", content: "images" }],
  ["train-labels-idx1-ubyte", { part: "train", content: "labels" }],
  ["t10k-images.idx3-ubyte", { part: "test", content: "images" }],
  ["emnist-letters-test-labels-idx1-ubyte.gz", { part: "test", content: "labels" }],
  ["pictures-idx4-ubyte", { part: null, content: "images" }],
  ["notes.txt", null],
  ["labels.csv", null],
])("recognises %s by its name", (name, expected) => {
  expect(recogniseIdxName(name)).toEqual(expected);
});

it("binds a folder of images and labels and opens it", async () => {
  const folder = memoryFolder({
    "t10k-images-idx3-ubyte": images,
    "t10k-labels-idx1-ubyte": labels,
    "train-images-idx3-ubyte.gz": packed,
    "train-labels-idx1-ubyte.gz": gzipSync(labels),
    "readme.txt": "hello",
  });
  const proposal = await inspectSource(folder.files, folder.openSource, { label: "mnist" });
  if (!proposal.ok) throw new Error(proposal.error[0]?.message);
  expect(proposal.value.binding.source).toMatchObject({
    kind: "idx",
    images: "train-images-idx3-ubyte.gz",
    labels: "train-labels-idx1-ubyte.gz",
  });
  expect(proposal.value.notes[0]).toContain("another set");
  const dataset = await openDataset(proposal.value.binding, folder);
  if (!dataset.ok) throw new Error(dataset.error[0]?.message);
  expect(dataset.value.summary).toMatchObject({
    kind: "images",
    sampleCount: 3,
    classCounts: [1, 2],
  });
  expect(dataset.value.summary.fields[1]?.classes).toEqual(["3", "7"]);
  expect(Array.from(dataset.value.gather("label", Uint32Array.of(0, 1, 2)))).toEqual([1, 0, 1]);
  expect(dataset.value.describe(1)).toMatchObject({
    kind: "image",
    height: 2,
    width: 2,
    target: "3",
  });
});

it.each<[string, Record<string, Uint8Array>, string, RegExp]>([
  [
    "fewer labels than images",
    { "a-images-idx3-ubyte": images, "a-labels-idx1-ubyte": idxBytes(8, [2], Uint8Array.of(1, 2)) },
    "mismatch",
    /3 images, but a-labels-idx1-ubyte has 2 labels/,
  ],
  ["labels alone", { "a-labels-idx1-ubyte": labels }, "mismatch", /file of labels/],
  ["images cut short", { "a-images-idx3-ubyte": images.slice(0, -3) }, "truncated", /after 2 of 3/],
  [
    "damaged packed images",
    { "a-images-idx3-ubyte.gz": damage(packed, -7) },
    "truncated",
    /check sum/,
  ],
  ["an empty folder", {}, "empty", /no files/],
  [
    "a folder of other things",
    { "a.png": images, "b.png": images },
    "unrecognised",
    /a.png, b.png/,
  ],
])("explains %s", async (_, content, code, words) => {
  const folder = memoryFolder(content);
  const proposal = await inspectSource(folder.files, folder.openSource);
  expect(proposal).toMatchObject({ ok: false, error: [{ code }] });
  expect(proposal.ok ? "" : proposal.error[0]?.message).toMatch(words);
});

it("notices labels that no longer belong to the images when the project is opened again", async () => {
  const folder = memoryFolder({ i: images, l: idxBytes(8, [4], new Uint8Array(4)) });
  const dataset = await openDataset(
    {
      source: { kind: "idx", handle: null, label: "x", images: "i", labels: "l" },
      split: { validation: 0.2, seed: 1 },
      scaling: "zeroToOne",
      imageSize: null,
    },
    folder,
  );
  expect(dataset).toMatchObject({ ok: false, error: [{ code: "mismatch" }] });
});
