import { describe, expect, it } from "vitest";
import { sizesOf } from "../layers/shape.ts";
import type { DataSource, GeneratorName } from "./binding.ts";
import { generatorCatalogue, proposeGenerated } from "./generatorCatalogue.ts";
import { describeSizes, hasFreeSizes, readSizes } from "./generators/generatedSizes.ts";
import { openDataset } from "./openDataset.ts";
import type { Dataset } from "./dataset.ts";

/** Every generator of the union once: a new name does not compile until it is listed. */
const fields: Record<GeneratorName, Record<string, (number | null)[]>> = {
  moons: { features: [2], moon: [] },
  circles: { features: [2], circle: [] },
  spirals: { features: [2], spiral: [] },
  blobs: { features: [3], blob: [] },
  xor: { features: [2], xor: [] },
  "iris-like": { features: [4], species: [] },
  "two-views": { left: [16], right: [32], pattern: [] },
  digits: { image: [28, 28, 1], digit: [] },
  "colour-shapes": { image: [32, 32, 3], shape: [] },
  sine: { sequence: [24, 1], next: [1] },
  seasonal: { sequence: [12, 1], next: [1] },
  "trend-windows": { sequence: [60, 1], next: [1] },
  "sensor-steps": { sequence: [10, 5], reading: [10, 1] },
  "two-clouds": { features: [3], cloud: [] },
  pictures: { image: [64, 64, 3], label: [] },
  "picture-masks": { image: [64, 64, 1], mask: [64, 64] },
  "edge-maps": { image: [64, 64, 1], edges: [64, 64, 1] },
  "noisy-digits": { image: [28, 28, 1], clean: [28, 28, 1] },
  "digit-pairs": { left: [28, 28, 1], right: [28, 28, 1], same: [] },
  "moving-figures": { frames: [8, 16, 16, 1], direction: [] },
  "drawn-waves": { settings: [2], wave: [24, 1] },
  "audio-steps": { sound: [64, 1], nextLevel: [64] },
  "word-topics": { words: [40], topic: [] },
  "next-words": { words: [24], nextWord: [24] },
  "reversed-words": { source: [8], previous: [8], answer: [8] },
};

async function open(name: GeneratorName, change: object = {}): Promise<Dataset> {
  const binding = proposeGenerated(name);
  const dataset = await openDataset(
    { ...binding, source: { ...binding.source, ...change } },
    { openSource: () => Promise.reject(new Error("no file is needed")) },
  );
  if (!dataset.ok) throw new Error(dataset.error[0]?.message);
  return dataset.value;
}

describe.each(Object.entries(fields))("generated %s", (name, expected) => {
  // Keys of a record typed by the union.
  const generator = name as GeneratorName;

  it("is in the catalogue and has the documented fields", async () => {
    const { summary } = await open(generator, { samples: 60 });
    expect(generatorCatalogue.filter((entry) => entry.name === generator)).toHaveLength(1);
    expect(
      Object.fromEntries(summary.fields.map((field) => [field.name, sizesOf(field.shape)])),
    ).toEqual(expected);
    expect(summary.sampleCount).toBe(60);
    expect(summary.trainCount + summary.validationCount).toBe(60);
  });

  it("gives the same finite numbers for the same seed and others for another", async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map((seed) => open(generator, { samples: 40, seed })),
    );
    const field = Object.keys(expected)[0] ?? "";
    const all = Uint32Array.from({ length: 40 }, (_, index) => index);
    const values = first?.gather(field, all);
    expect(values?.every((value) => Number.isFinite(value))).toBe(true);
    // Joined: comparing a hundred thousand elements one by one takes a second.
    expect(again?.gather(field, all).join() === values?.join()).toBe(true);
    expect(other?.gather(field, all).join() === values?.join()).toBe(false);
  });
});

it.each(generatorCatalogue)("asks for each size of $name that can be chosen", ({ name }) => {
  const { source } = proposeGenerated(name);
  if (source.kind !== "generated") throw new Error("not generated");
  const form = describeSizes(name);
  expect(form !== null).toBe(hasFreeSizes(name));
  if (form) expect(form.axes).toHaveLength(readSizes(source).shape.length);
});

it("draws pictures in the size and with the classes that are asked for", async () => {
  const data = await open("pictures", { samples: 40, shape: [7, 9, 3], classes: 1000 });
  const [image, label] = data.summary.fields;
  expect(image && sizesOf(image.shape)).toEqual([7, 9, 3]);
  expect(label?.classes).toHaveLength(1000);
  const all = Uint32Array.from({ length: 40 }, (_, index) => index);
  // Five classes of eight pictures each, spread over all.
  expect([...new Set(data.gather("label", all))]).toEqual([0, 200, 400, 600, 800]);
});

it("answers a sentence with its words from last to first, each step knowing the one before", async () => {
  const data = await open("reversed-words", { samples: 10, noise: 0 });
  const [source, previous, answer] = ["source", "previous", "answer"].map((field) =>
    Array.from(data.gather(field, Uint32Array.of(3))),
  );
  expect(answer).toEqual(source?.toReversed());
  expect(previous).toEqual([1, ...(answer ?? []).slice(0, -1)]);
});

it.each([
  { generator: "pictures", shape: [8, 8] },
  { generator: "pictures", samples: 100_000, shape: [224, 224, 3] },
  { generator: "picture-masks", classes: 6 },
  { generator: "word-topics", vocabulary: 8 },
])("refuses sizes that can't be drawn: %o", async (change) => {
  const binding = proposeGenerated("pictures");
  const dataset = await openDataset(
    // The settings above are those of generated sources, some of them wrong.
    { ...binding, source: { ...binding.source, ...change } as DataSource },
    { openSource: () => Promise.reject(new Error("no file is needed")) },
  );
  expect(dataset).toMatchObject({ ok: false, error: [{ code: "bad-option" }] });
});

it.each([
  { samples: 0 },
  { samples: 12.5 },
  { samples: 1e9 },
  { noise: Number.NaN },
  { noise: -1 },
])("refuses the generator settings %o", async (change) => {
  const binding = proposeGenerated("moons");
  const dataset = await openDataset(
    { ...binding, source: { ...binding.source, ...change } },
    { openSource: () => Promise.reject(new Error("no file is needed")) },
  );
  expect(dataset).toMatchObject({ ok: false, error: [{ code: "bad-option" }] });
});

it("draws digits that their nearest other drawing usually names, but not always", async () => {
  const dataset = await open("digits", { samples: 600 });
  const train = dataset.gather("image", dataset.train);
  const labels = dataset.gather("digit", dataset.train);
  const probes = dataset.validation.slice(0, 100);
  const truths = dataset.gather("digit", probes);
  const images = dataset.gather("image", probes);
  let right = 0;
  for (let probe = 0; probe < probes.length; probe++) {
    let best = Infinity;
    let label = -1;
    for (let other = 0; other < labels.length; other++) {
      let distance = 0;
      for (let pixel = 0; pixel < 784 && distance < best; pixel++) {
        distance += ((images[probe * 784 + pixel] ?? 0) - (train[other * 784 + pixel] ?? 0)) ** 2;
      }
      if (distance < best) {
        best = distance;
        label = labels[other] ?? -1;
      }
    }
    if (label === truths[probe]) right++;
  }
  expect(right).toBeGreaterThan(60);
  expect(right).toBeLessThan(100);
});

it("shows both pictures of a pair, side by side", async () => {
  const pairs = await open("digit-pairs");
  const view = pairs.describe(1);
  if (view.kind !== "image") throw new Error("A pair of digits is no picture.");
  expect([view.height, view.width, view.channels]).toEqual([28, 58, 1]);
  // Two digits drawn one after the other on black, with a grey line between.
  const row = view.pixels.slice(14 * 58, 15 * 58);
  expect(row.slice(28, 30)).toEqual(Uint8Array.of(128, 128));
  const right = pairs.gather("right", Uint32Array.of(1));
  const shown = Array.from({ length: 28 }, (_, column) => (row[30 + column] ?? 0) / 255);
  shown.forEach((value, column) => expect(value).toBeCloseTo(right[14 * 28 + column] ?? NaN, 2));
});
