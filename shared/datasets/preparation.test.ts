import { expect, it } from "vitest";
import type { DataBinding } from "./binding.ts";
import { bindPrepared } from "./bindPrepared.ts";
import type { Dataset } from "./dataset.ts";
import { csvBinding, idxBytes, memoryFolder } from "./datasets.testkit.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { inspectSource } from "./inspectSource.ts";
import { openDataset } from "./openDataset.ts";
import { parsePreparation } from "./parsePreparation.ts";
import { serializePreparation, type Preparation } from "./preparation.ts";

type Files = Readonly<Record<string, Uint8Array | string>>;

async function fit(binding: DataBinding, files: Files): Promise<Dataset> {
  const dataset = await openDataset(binding, memoryFolder(files));
  if (!dataset.ok) throw new Error(dataset.error[0]?.message);
  return dataset.value;
}

/** Other data, prepared like those before; a string is what is wrong. The value goes through its file's text. */
async function reuse(
  { preparation: fitted }: Dataset,
  files: Files,
  targets: "needed" | "ignored" = "needed",
): Promise<Dataset | string> {
  const preparation = parsePreparation(serializePreparation(fitted));
  if (!preparation.ok) return preparation.error;
  expect(preparation.value).toEqual(fitted);
  const folder = memoryFolder(files);
  const csv = fitted.table ? { csv: { hasHeader: fitted.table.hasHeader } } : {};
  const proposal = await inspectSource(folder.files, folder.openSource, csv);
  if (!proposal.ok) return proposal.error[0]?.message ?? "";
  const options = { preparation: preparation.value, targets };
  const binding = bindPrepared(null, proposal.value, options);
  if (!binding.ok) return binding.error.message;
  const opened = await openDataset(binding.value, { ...options, openSource: folder.openSource });
  return opened.ok ? opened.value : (opened.error[0]?.message ?? "");
}

async function reuseWell(...args: Parameters<typeof reuse>): Promise<Dataset> {
  const dataset = await reuse(...args);
  if (typeof dataset === "string") throw new Error(dataset);
  return dataset;
}

const all = ({ summary }: Dataset) =>
  Uint32Array.from({ length: summary.sampleCount }, (_, index) => index);
const read = (dataset: Dataset, field: string) => Array.from(dataset.gather(field, all(dataset)));

const flowers = (scaling: DataBinding["scaling"] = "zeroToOne") =>
  fit(
    csvBinding(
      "size, colour:categorical, kind:categorical:target",
      { hasHeader: true },
      { scaling },
    ),
    { "table.csv": "size,colour,kind\n0,red,rose\n10,blue,aster\n,red,tulip\n5,green,rose\n" },
  );

it("says for each value where it comes from, its scale and what fills it", async () => {
  const { preparation } = await flowers();
  expect(preparation.fields).toEqual([
    {
      name: "features",
      role: "feature",
      shape: { dtype: "float32", axes: [{ name: "features", size: 4 }] },
      classes: null,
      values: [
        { column: "size", category: null, scale: 10, offset: 0, fill: 5 },
        { column: "colour", category: "blue", scale: 1, offset: 0, fill: 0 },
        { column: "colour", category: "green", scale: 1, offset: 0, fill: 0 },
        { column: "colour", category: "red", scale: 1, offset: 0, fill: 0 },
      ],
    },
    {
      name: "kind",
      role: "target",
      shape: { dtype: "int32", axes: [] },
      classes: ["aster", "rose", "tulip"],
      values: [{ column: "kind", category: null, scale: 1, offset: 0, fill: null }],
    },
  ]);
});

it("scales, fills, and numbers categories and classes as in training, whatever the new data hold", async () => {
  // Another range, other columns' order, an extra column, fewer classes that begin with another one.
  const other = await reuseWell(await flowers(), {
    "new.csv": "kind,note,colour,size\ntulip,x,red,20\nrose,y,green,\ntulip,z,,-10\n",
  });
  expect(read(other, "features")).toEqual([2, 0, 0, 1, 0.5, 0, 1, 0, -1, 0, 0, 0]);
  expect(read(other, "kind")).toEqual([2, 1, 2]);
  expect(other.summary.fields[1]?.classes).toEqual(["aster", "rose", "tulip"]);
  expect(other.summary.classCounts).toEqual([0, 1, 2]);
});

it("splits the same file into the same parts", async () => {
  const rows = Array.from({ length: 40 }, (_, index) => `${index},${index % 3 ? "b" : "a"}`);
  const files = { "table.csv": ["x,kind", ...rows].join("\n") };
  const before = await fit(
    csvBinding(
      "x, kind:categorical:target",
      { hasHeader: true },
      { split: { validation: 0.2, seed: 1 } },
    ),
    files,
  );
  expect((await reuseWell(before, files)).validation).toEqual(before.validation);
});

it("needs no target, even of a single row, where targets are ignored", async () => {
  const other = await reuseWell(
    await flowers(),
    { "new.csv": "size,colour\n10,blue\n" },
    "ignored",
  );
  expect(read(other, "features")).toEqual([1, 1, 0, 0]);
  expect(other.summary.fields[1]).toMatchObject({
    name: "kind",
    classes: ["aster", "rose", "tulip"],
  });
  expect(other.summary.classCounts).toEqual([0, 0, 0]);
  expect(other.describe(0)).toEqual({ kind: "row", cells: ["10", "blue"], target: "" });
  expect(() => other.gather("kind", all(other))).toThrow(/without its target/);
});

it("keeps rows with unknown or missing targets where targets are ignored", async () => {
  const text = "size,colour,kind\n1,red,\n2,red,weed\n";
  expect((await reuseWell(await flowers(), { "n.csv": text }, "ignored")).summary.sampleCount).toBe(
    2,
  );
});

it.each<[string, string, RegExp]>([
  [
    "an unknown category",
    "size,colour,kind\n1,red,rose\n2,pink,rose\n",
    /line 3, column "colour": .* no category "pink"/,
  ],
  [
    "an unknown class",
    "size,colour,kind\n1,red,weed\n",
    /line 2, column "kind": .* no class "weed"/,
  ],
  [
    "a missing feature",
    "colour,kind\nred,rose\n",
    /no column "size", which the model was trained on/,
  ],
  [
    "a missing target",
    "size,colour\n1,red\n",
    /no column "kind", which tells what is right.*predicting needs none/,
  ],
  ["text in a number", "size,colour,kind\n1,red,rose\nbig,red,rose\n", /"big" is not a number/],
  ["no rows", "size,colour,kind\n", /./],
])("refuses %s", async (_, text, message) => {
  expect(await reuse(await flowers(), { "new.csv": text })).toMatch(message);
});

it("gives predictions back in the training target's unit", async () => {
  const houses = await fit(
    csvBinding("area, price:numeric:target", { hasHeader: true }, { scaling: "zeroToOne" }),
    { "table.csv": "area,price\n50,100\n150,300\n" },
  );
  const text = { "new.csv": "area,price\n100,1000\n200,5000\n" };
  const other = await reuseWell(houses, text);
  expect(read(other, "features")).toEqual([0.5, 1.5]);
  expect(read(other, "price")).toEqual([4.5, 24.5]);
  const blind = await reuseWell(houses, { "new.csv": "area\n100\n" }, "ignored");
  expect(blind.targetScale("price")).toEqual({ scale: 200, offset: 100 });
  expect(Array.from(blind.unscaleTarget("price", Float32Array.of(0.5)))).toEqual([200]);
});

it("forecasts also from the last window, whose target lies in the future", async () => {
  const series = await fit(
    csvBinding(
      "month:categorical:ignore, y:numeric:target",
      { hasHeader: true, window: { steps: 2, horizon: 1 } },
      { scaling: "zeroToOne" },
    ),
    { "table.csv": "month,y\na,0\nb,5\nc,10\nd,10\n" },
  );
  const text = { "new.csv": "month,y\ne,10\nf,20\ng,\nh,40\n" };
  const measured = await reuseWell(series, text);
  expect(read(measured, "sequence")).toEqual([1, 2, 2, 2]);
  expect(read(measured, "y")).toEqual([2, 4]);
  const forecast = await reuseWell(series, text, "ignored");
  expect(read(forecast, "sequence")).toEqual([1, 2, 2, 2, 2, 4]);
  expect(await reuse(series, { "new.csv": "month\ne\nf\n" }, "ignored")).toMatch(/no column "y"/);
});

it("takes columns by place where neither file has a header", async () => {
  const before = await fit(
    csvBinding("column 1:categorical:target, column 2, column 3", {}, { scaling: "none" }),
    { "table.csv": "b,1,2\na,3,4\n" },
  );
  expect(read(await reuseWell(before, { "new.csv": "b,5,6\n" }), "column 1")).toEqual([1]);
  const blind = await reuseWell(before, { "new.csv": "5,6\n7,8\n" }, "ignored");
  expect(read(blind, "features")).toEqual([5, 6, 7, 8]);
});

const images = (labels: readonly number[], side = 2): Files => ({
  "train-images-idx3-ubyte": idxBytes(
    8,
    [labels.length, side, side],
    Uint8Array.from({ length: labels.length * side * side }, (_, index) => index),
  ),
  "train-labels-idx1-ubyte": idxBytes(8, [labels.length], Uint8Array.from(labels)),
});
const idx = (change: Partial<DataBinding> = {}): DataBinding => ({
  source: {
    kind: "idx",
    handle: null,
    label: "digits",
    images: "train-images-idx3-ubyte",
    labels: "train-labels-idx1-ubyte",
  },
  split: { validation: 0, seed: 1 },
  scaling: "zeroToOne",
  imageSize: null,
  ...change,
});

it("keeps the numbers of classes where new labels have only some of them", async () => {
  const before = await fit(idx(), images([3, 5, 7]));
  expect(before.preparation.fields[0]?.values).toEqual([
    { column: null, category: null, scale: 255, offset: 0, fill: null },
  ]);
  expect(read(await reuseWell(before, images([7, 5])), "label")).toEqual([2, 1]);
  expect(await reuse(before, images([7, 9]))).toMatch(/the class "9".*knows 3, 5, 7/);
});

it("brings images to the training's size, or refuses another one", async () => {
  const before = await fit(idx({ imageSize: { height: 4, width: 4 } }), images([0, 1]));
  const other = await reuseWell(before, images([0, 1], 6));
  expect(other.summary.fields[0]?.shape.axes.map(({ size }) => size)).toEqual([4, 4, 1]);
  const asTheyAre = await fit(idx(), images([0, 1]));
  expect(await reuse(asTheyAre, images([0, 1], 3))).toMatch(/is 3 × 3 × 1 .* trained on 2 × 2 × 1/);
});

it("predicts images that have no labels", async () => {
  const before = await fit(idx(), images([0, 1]));
  const { "train-images-idx3-ubyte": pixels = "" } = images([0, 1]);
  const files = { "new-images-idx3-ubyte": pixels };
  expect((await reuseWell(before, files, "ignored")).summary.sampleCount).toBe(2);
  expect(await reuse(before, files)).toMatch(/no field "label", which tells what is right/);
});

it("standardises other generated data by the first ones' mean and spread", async () => {
  const binding: DataBinding = { ...proposeGenerated("moons"), scaling: "standardise" };
  const before = await fit(binding, {});
  const options = { ...memoryFolder({}), preparation: before.preparation };
  const source = { ...binding.source, seed: 99, noise: 2 };
  const other = await openDataset({ ...binding, source }, options);
  expect(other.ok && other.value.preparation).toEqual(before.preparation);
});

it.each<[string, (preparation: Preparation) => string]>([
  ["no JSON", () => "{"],
  ["another version", (preparation) => JSON.stringify({ ...preparation, version: 2 })],
  ["a scale of 0", (preparation) => JSON.stringify(preparation).replace('"scale":10', '"scale":0')],
  ["no fields", (preparation) => JSON.stringify({ ...preparation, fields: null })],
])("refuses a file with %s", async (_, spoil) => {
  expect(parsePreparation(spoil((await flowers()).preparation)).ok).toBe(false);
});
