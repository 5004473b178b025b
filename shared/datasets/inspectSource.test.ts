import { expect, it } from "vitest";
import type { CsvSource, DataBinding } from "./binding.ts";
import { memoryFolder } from "./datasets.testkit.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { inspectSource, type InspectOptions } from "./inspectSource.ts";
import { openDataset } from "./openDataset.ts";
import { rebindSource } from "./rebindSource.ts";

async function inspect(text: string, options: InspectOptions = {}) {
  const folder = memoryFolder({ "t.csv": text }, 50);
  const proposal = await inspectSource(folder.files, folder.openSource, options);
  if (!proposal.ok) throw new Error(proposal.error[0]?.message);
  const { source } = proposal.value.binding;
  if (source.kind !== "csv") throw new Error("not a table");
  return { proposal: proposal.value, source, folder };
}

const describeColumns = ({ columns }: CsvSource) =>
  columns.map(({ name, role, kind }) => `${name} ${role} ${kind}`);

const repeat = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => row(index)).join("\n");
const months = (count: number) =>
  repeat(
    count,
    (i) =>
      `${1949 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")},${100 + i + (i % 5)}`,
  );

it.each<[string, string, Partial<CsvSource>, string[]]>([
  [
    "numbers with a class at the end, without header",
    repeat(30, (i) => `${i % 7}.5,${i % 3}.25,${i % 2 ? "rose" : "lily"}`),
    { delimiter: ",", hasHeader: false, window: null },
    ["column 1 feature numeric", "column 2 feature numeric", "column 3 target categorical"],
  ],
  [
    "class numbers at the end",
    repeat(60, (i) => `${i % 7}.5,${(i * 7) % 11},${(i % 3) + 1}`),
    { hasHeader: false },
    ["column 1 feature numeric", "column 2 feature numeric", "column 3 target categorical"],
  ],
  [
    "a price at the end",
    repeat(60, (i) => `${i % 7}.5,${(i * 37) % 61}.5`),
    { hasHeader: false, window: null },
    ["column 1 feature numeric", "column 2 target numeric"],
  ],
  [
    "semicolons and decimal commas",
    `width;height;class\n${repeat(30, (i) => `${i % 7},5;${i % 9},1;${i % 2 ? "a" : "b"}`)}`,
    { delimiter: ";", hasHeader: true },
    ["width feature numeric", "height feature numeric", "class target categorical"],
  ],
  [
    "tabs, an index and a target that is named",
    `id\tspecies\tsize\n${repeat(40, (i) => `${i + 1}\t${i % 2 ? "a" : "b"}\t${i % 7}.5`)}`,
    { delimiter: "\t", hasHeader: true },
    ["id ignore numeric", "species target categorical", "size feature numeric"],
  ],
  [
    "names and a constant, which help nobody",
    `name,country,age,survived\n${repeat(80, (i) => `Person ${i},NO,${(i * 7) % 60},${i % 2}`)}`,
    { hasHeader: true },
    [
      "name ignore categorical",
      "country ignore categorical",
      "age feature numeric",
      "survived target categorical",
    ],
  ],
  [
    "months and a number: a series",
    `"Month","Passengers"\n${months(60)}`,
    { hasHeader: true, window: { steps: 12, horizon: 1 } },
    ["Month ignore categorical", "Passengers target numeric"],
  ],
  [
    "question marks among numbers: missing, not words",
    repeat(60, (i) => `${i % 6 ? i % 7 : "?"},${i % 11},${i % 2 ? "a" : "b"}`),
    { missing: { texts: ["?"], rows: "fill" } },
    ["column 1 feature numeric", "column 2 feature numeric", "column 3 target categorical"],
  ],
  [
    "one stray word among numbers: a mistake to report, not a category",
    repeat(60, (i) => `${i === 40 ? "oops" : i % 7},${i % 2 ? "a" : "b"}`),
    {},
    ["column 1 feature numeric", "column 2 target categorical"],
  ],
  [
    "words only, with a header",
    `colour,taste\n${repeat(20, (i) => `${i % 2 ? "red" : "green"},${i % 3 ? "sweet" : "sour"}`)}`,
    { hasHeader: true },
    ["colour feature categorical", "taste target categorical"],
  ],
  [
    "doubled and absent names",
    `a,a,,b\n${repeat(20, (i) => `${i % 3},${i % 4},${i % 5},${i % 7}.5`)}`,
    { hasHeader: false },
    [],
  ],
])("reads %s", async (_, text, expected, columns) => {
  const { source } = await inspect(text);
  expect(source).toMatchObject(expected);
  if (columns.length > 0) expect(describeColumns(source)).toEqual(columns);
});

it("lets a person overrule delimiter and header", async () => {
  const { source } = await inspect("a;b\n1;2\n3;4", { csv: { delimiter: ",", hasHeader: false } });
  expect(source.columns.map(({ name }) => name)).toEqual(["column 1"]);
  const unique = await inspect("a,a,,b\n1,2,3,4\n1,2,3,5", { csv: { hasHeader: true } });
  expect(unique.source.columns.map(({ name }) => name)).toEqual(["a", "a (2)", "column 3", "b"]);
});

it("profiles each column over the whole file", async () => {
  const { proposal } = await inspect(
    `x,k\n${repeat(500, (i) => `${i % 100},${i === 499 ? "rare" : "often"}`)}\n,often`,
  );
  expect(proposal.rowCount).toBe(501);
  expect(proposal.rows).toHaveLength(50);
  expect(proposal.columns[0]).toMatchObject({
    emptyCount: 1,
    numberCount: 500,
    numbers: { min: 0, max: 99, mean: expect.closeTo(49.5, 9) },
  });
  expect(proposal.columns[0]?.numbers?.histogram.reduce((sum, count) => sum + count)).toBe(500);
  expect(proposal.columns[1]).toMatchObject({
    distinctCount: 2,
    categories: [
      { text: "often", count: 500 },
      { text: "rare", count: 1 },
    ],
    firstText: { line: 2, text: "often" },
  });
});

it("shows the row of a stray word, however far down", async () => {
  const { proposal } = await inspect(
    repeat(300, (i) => `${i === 20 ? "?" : i === 250 ? "oops" : i % 7},${i % 2 ? "a" : "b"}`),
  );
  expect(proposal.rows.at(-1)).toEqual({ line: 251, cells: ["oops", "b"] });
  expect(proposal.rows).toHaveLength(51);
});

it("names the lines of ragged rows before anything is bound", async () => {
  const folder = memoryFolder({ "t.csv": "1,2\n3\n4,5\n6,7,8\n" });
  const proposal = await inspectSource(folder.files, folder.openSource);
  expect(proposal.ok ? [] : proposal.error.map(({ line }) => line)).toEqual([2, 4]);
});

it("takes the largest table of a folder and says so", async () => {
  const folder = memoryFolder({
    "small.csv": "1,2\n3,4",
    "large.csv": "1,2\n3,4\n5,6",
    "x.png": "no",
  });
  const proposal = await inspectSource(folder.files, folder.openSource);
  expect(proposal.ok ? [proposal.value.file, proposal.value.notes.length] : proposal.error).toEqual(
    ["large.csv", 1],
  );
});

const ofTable = (change: Partial<DataBinding> = {}): DataBinding => ({
  ...proposeGenerated("iris-like"),
  split: { validation: 0.3, seed: 5 },
  ...change,
});

it("gives a template's windows, split and scaling to a new series", async () => {
  const { proposal, folder } = await inspect(`"Month","Passengers"\n${months(60)}`);
  const existing: DataBinding = {
    ...proposeGenerated("seasonal"),
    scaling: "zeroToOne",
    split: { validation: 0.33, seed: 2 },
  };
  const binding = rebindSource(existing, proposal);
  expect(binding).toMatchObject({
    scaling: "zeroToOne",
    split: { validation: 0.33, seed: 2 },
    source: { window: { steps: 12, horizon: 1 } },
  });
  const dataset = await openDataset(binding, folder);
  expect(dataset.ok ? dataset.value.summary.sampleCount : dataset.error).toBe(48);
  const longer = rebindSource({ ...proposeGenerated("sine") }, proposal);
  expect(longer.source).toMatchObject({ window: { steps: 24, horizon: 1 } });
});

it("keeps what a person set when the same table is chosen again", async () => {
  const text = `a,b,class\n${repeat(30, (i) => `${i % 7},${i % 5},${i % 2 ? "x" : "y"}`)}`;
  const { proposal, source } = await inspect(text);
  const columns = source.columns.map((column) =>
    column.name === "a" ? { ...column, role: "ignore" as const } : column,
  );
  const existing = ofTable({
    source: { ...source, columns, missing: { texts: ["?"], rows: "drop" } },
  });
  expect(rebindSource(existing, proposal).source).toMatchObject({
    columns,
    missing: { rows: "drop" },
  });
  const other = await inspect(text.replace("a,b", "a,c"));
  expect(rebindSource(existing, other.proposal).source).toMatchObject({
    columns: other.source.columns,
  });
});

it("keeps scaling only for the same kind of data", async () => {
  const { proposal } = await inspect(repeat(30, (i) => `${i % 7},${i % 5},${i % 2 ? "x" : "y"}`));
  expect(rebindSource(ofTable({ scaling: "minusOneToOne" }), proposal).scaling).toBe(
    "minusOneToOne",
  );
  expect(rebindSource(proposeGenerated("digits"), proposal)).toMatchObject({
    scaling: "standardise",
    imageSize: null,
  });
  expect(rebindSource(null, proposal)).toBe(proposal.binding);
});
