import { expect, it } from "vitest";
import type { Scaling } from "./binding.ts";
import { csvBinding, memoryFolder } from "./datasets.testkit.ts";
import { openDataset } from "./openDataset.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { resizeImages } from "./resizeImages.ts";

async function openCsv(text: string, ...args: Parameters<typeof csvBinding>) {
  const dataset = await openDataset(csvBinding(...args), memoryFolder({ "table.csv": text }));
  if (!dataset.ok) throw new Error(dataset.error.map(({ message }) => message).join("\n"));
  return dataset.value;
}

const all = (count: number) => Uint32Array.from({ length: count }, (_, index) => index);

it("stratifies: each class holds out its share, and no sample is in both parts", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => `${i},${i < 80 ? "a" : i < 95 ? "b" : "c"}`);
  const dataset = await openCsv(
    rows.join("\n"),
    "x, y:categorical:target",
    {},
    {
      split: { validation: 0.2, seed: 3 },
    },
  );
  const counts = [0, 0, 0];
  for (const number of dataset.gather("y", dataset.validation))
    counts[number] = (counts[number] ?? 0) + 1;
  expect(counts).toEqual([16, 3, 1]);
  expect(new Set([...dataset.train, ...dataset.validation]).size).toBe(100);
  expect(dataset.summary).toMatchObject({
    trainCount: 80,
    validationCount: 20,
    classCounts: [80, 15, 5],
  });
});

it("splits the same way for the same seed and otherwise for another", async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},${i}`).join("\n");
  const parts = await Promise.all(
    [1, 1, 2].map((seed) =>
      openCsv(rows, "x, y:numeric:target", {}, { split: { validation: 0.5, seed } }),
    ),
  );
  expect(parts[1]?.validation).toEqual(parts[0]?.validation);
  expect(parts[2]?.validation).not.toEqual(parts[0]?.validation);
});

it.each<[Scaling, number[]]>([
  ["none", [0, 10, 20, 30, 1000]],
  ["zeroToOne", [0, 1 / 3, 2 / 3, 1, 100 / 3]],
  ["minusOneToOne", [-1, -1 / 3, 1 / 3, 1, 197 / 3]],
  ["standardise", [-15, -5, 5, 15, 985].map((value) => value / Math.sqrt(125))],
])("fits %s on the training part only and gives targets a way back", async (scaling, expected) => {
  // Windows keep their order, so the last row is the one held out.
  const dataset = await openCsv(
    "5\n0\n10\n20\n30\n1000",
    "y:numeric:target",
    { window: { steps: 1, horizon: 1 } },
    {
      scaling,
      split: { validation: 0.2, seed: 1 },
    },
  );
  const fitted = dataset.gather("y", all(5));
  expect(Array.from(dataset.unscaleTarget("y", Float32Array.from(fitted))).map(Math.round)).toEqual(
    [0, 10, 20, 30, 1000],
  );
  const { scale, offset } = dataset.targetScale("y");
  expect((fitted[4] ?? 0) * scale + offset).toBeCloseTo(1000, 3);
  // The first row (5) is only ever an input; it lies within the range, but counts for the mean.
  if (scaling !== "standardise")
    for (const [i, value] of expected.entries()) expect(fitted[i]).toBeCloseTo(value, 4);
  else
    expect(fitted[0]).toBeCloseTo(
      (0 - 13) / Math.sqrt((8 ** 2 + 13 ** 2 + 3 ** 2 + 7 ** 2 + 17 ** 2) / 5),
      4,
    );
});

it("fits scale and filling on the training rows of a shuffled table, not on those held out", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i === 0 ? "" : i * i},${i}`);
  const dataset = await openCsv(
    rows.join("\n"),
    "x, y:numeric:target",
    {},
    { scaling: "standardise", split: { validation: 0.5, seed: 4 } },
  );
  const average = (values: Float32Array | Int32Array) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  expect(average(dataset.gather("features", dataset.train))).toBeCloseTo(0, 5);
  expect(Math.abs(average(dataset.gather("features", dataset.validation)))).toBeGreaterThan(0.01);
  // The missing value became the training mean, which scales to 0.
  expect(dataset.gather("features", Uint32Array.of(0))[0]).toBeCloseTo(0, 5);
});

it("gives a constant column 0 instead of dividing by nothing", async () => {
  for (const scaling of ["zeroToOne", "minusOneToOne", "standardise"] as const) {
    const dataset = await openCsv("7,1\n7,2\n7,3", "x, y:numeric:target", {}, { scaling });
    expect(Array.from(dataset.gather("features", all(3)))).toEqual([0, 0, 0]);
  }
});

it("turns categories into one-hot columns that scaling leaves alone", async () => {
  const dataset = await openCsv(
    "b,10,1\na,20,2\nb,30,3",
    "k:categorical, x, y:numeric:target",
    {},
    { scaling: "zeroToOne" },
  );
  expect(Array.from(dataset.gather("features", all(3)))).toEqual([0, 1, 0, 1, 0, 0.5, 0, 1, 1]);
  expect(dataset.describe(1)).toEqual({ kind: "row", cells: ["a", "20"], target: "2" });
});

it("fills a missing number with the training mean and a missing category with zeros", async () => {
  const dataset = await openCsv("1,a,0\n,b,0\n3,?,0", "x, k:categorical, y:numeric:target", {
    missing: { texts: ["?"], rows: "fill" },
  });
  expect(Array.from(dataset.gather("features", all(3)))).toEqual([1, 1, 0, 2, 0, 1, 3, 0, 0]);
  expect(dataset.describe(1)).toMatchObject({ cells: ["", "b"] });
});

it.each([
  ["drops rows with a missing feature where asked", "drop", "1,1\n?,2\n3,3", [1, 3]],
  ["always drops rows with a missing target", "fill", "1,1\n2,?\n3,3", [1, 3]],
] as const)("%s", async (_, rows, text, expected) => {
  const dataset = await openCsv(text, "x, y:numeric:target", { missing: { texts: ["?"], rows } });
  expect(Array.from(dataset.gather("features", all(2)))).toEqual(expected);
  expect(dataset.summary.sampleCount).toBe(2);
});

it("makes windows that hold the target's past and ask for its future", async () => {
  const text = "2001,1,10\n2002,2,20\n2003,3,30\n2004,4,40\n2005,5,50";
  const dataset = await openCsv(text, "year:numeric:ignore, x, y:numeric:target", {
    window: { steps: 2, horizon: 2 },
  });
  expect(dataset.summary.sampleCount).toBe(2);
  expect(Array.from(dataset.gather("sequence", all(2)))).toEqual([1, 10, 2, 20, 2, 20, 3, 30]);
  expect(Array.from(dataset.gather("y", all(2)))).toEqual([40, 50]);
  expect(dataset.describe(0)).toEqual({ kind: "sequence", values: [10, 20], target: "40" });
});

it("fills gaps in a series from the row before", async () => {
  const dataset = await openCsv(",\n1,\n,\n4,", "y:numeric:target, z:numeric:ignore", {
    window: { steps: 1, horizon: 1 },
  });
  expect(Array.from(dataset.gather("sequence", all(3)))).toEqual([1, 1, 1]);
});

it("holds out the last windows, never earlier ones", async () => {
  const dataset = await openCsv(
    Array.from({ length: 21 }, (_, i) => `${i}`).join("\n"),
    "y:numeric:target",
    {
      window: { steps: 1, horizon: 1 },
    },
    { split: { validation: 0.25, seed: 9 } },
  );
  expect(Array.from(dataset.validation)).toEqual([15, 16, 17, 18, 19]);
});

it("groups features by field and joins numeric targets that share one", async () => {
  const dataset = await openCsv(
    "1,2,3,4\n5,6,7,8",
    "a:numeric:feature:left, b:numeric:feature:right, c:numeric:target:both, d:numeric:target:both",
  );
  expect(dataset.summary.fields.map(({ name, role }) => `${role} ${name}`)).toEqual([
    "feature left",
    "feature right",
    "target both",
  ]);
  expect(Array.from(dataset.gather("both", all(2)))).toEqual([3, 4, 7, 8]);
});

it("counts merged categories as one class", async () => {
  const dataset = await openCsv("1,yes\n2,yes.\n3,no", "x, y:categorical:target", {
    columns: [
      { name: "x", kind: "numeric", role: "feature", field: "" },
      {
        name: "y",
        kind: "categorical",
        role: "target",
        field: "",
        merge: [{ from: "yes.", to: "yes" }],
      },
    ],
  });
  expect(dataset.summary.fields[1]?.classes).toEqual(["no", "yes"]);
  expect(dataset.summary.classCounts).toEqual([1, 2]);
});

it("keeps a column called __proto__", async () => {
  const dataset = await openCsv(
    "__proto__,constructor\n1,a\n2,b",
    "__proto__, constructor:categorical:target",
    { hasHeader: true },
  );
  expect(dataset.summary.fields.map(({ name }) => name)).toEqual(["features", "constructor"]);
  expect(Array.from(dataset.gather("features", all(2)))).toEqual([1, 2]);
});

it("pads and crops images around the centre", () => {
  const image = Uint8Array.from([1, 2, 3, 4]);
  const two = { height: 2, width: 2, channels: 1 };
  const padded = resizeImages(image, two, { height: 4, width: 4, channels: 1 });
  expect(Array.from(padded)).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0]);
  expect(Array.from(resizeImages(padded, { height: 4, width: 4, channels: 1 }, two))).toEqual([
    1, 2, 3, 4,
  ]);
  expect(Array.from(resizeImages(image, two, { height: 1, width: 3, channels: 1 }))).toEqual([
    1, 2, 0,
  ]);
});

it.each<[string, object, string]>([
  ["a validation share of 1", { split: { validation: 1, seed: 1 } }, "validation share"],
  ["a validation share of NaN", { split: { validation: Number.NaN, seed: 1 } }, "validation share"],
  ["an image side of 0", { imageSize: { height: 0, width: 3 } }, "image size"],
])("refuses %s", async (_, change, words) => {
  const dataset = await openDataset({ ...proposeGenerated("digits"), ...change }, memoryFolder({}));
  expect(dataset.ok ? "" : dataset.error[0]?.message).toContain(words);
});

it("scales bytes of images by their range, whatever occurs", async () => {
  const binding = proposeGenerated("digits");
  const source = { ...binding.source, samples: 20 };
  const open = async (scaling: Scaling) => {
    const dataset = await openDataset({ ...binding, source, scaling }, memoryFolder({}));
    return dataset.ok ? dataset.value.gather("image", all(3)) : new Float32Array();
  };
  const [raw, unit, signed] = await Promise.all([
    open("none"),
    open("zeroToOne"),
    open("minusOneToOne"),
  ]);
  for (let pixel = 0; pixel < (raw?.length ?? 0); pixel += 97) {
    expect(unit?.[pixel]).toBeCloseTo((raw?.[pixel] ?? 0) / 255, 6);
    expect(signed?.[pixel]).toBeCloseTo((raw?.[pixel] ?? 0) / 127.5 - 1, 6);
  }
});
