import { expect, it } from "vitest";
import { csvBinding, memoryFolder } from "./datasets.testkit.ts";
import type { DataBinding } from "./binding.ts";
import { diagnoseData, type DataRemark } from "./diagnoseData.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { openDataset } from "./openDataset.ts";
import { profileRows } from "./profileColumns.ts";

/** Opens the text as bound and asks the doctor, as the Data view does. */
async function diagnose(text: string, binding: DataBinding): Promise<readonly DataRemark[]> {
  const { source } = binding;
  if (source.kind !== "csv") throw new Error("a table is needed");
  const rows = text.split("\n").map((line, index) => ({ line: index + 1, cells: line.split(",") }));
  const opened = await openDataset(binding, memoryFolder({ "table.csv": text }, 1000));
  return diagnoseData({
    binding,
    summary: opened.ok ? opened.value.summary : null,
    columns: profileRows(
      rows,
      source.columns.map(({ name }) => name),
      ",",
    ),
    issues: opened.ok ? [] : opened.error,
  });
}

const repeat = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => row(index)).join("\n");

it.each<[string, string, DataBinding, string, DataRemark["severity"], string[]]>([
  [
    "a class written in two ways",
    repeat(120, (i) => `${i},${i === 7 ? "<=50K" : i % 2 ? "<=50K." : ">50K."}`),
    csvBinding("x, y:categorical:target", {}, { scaling: "standardise" }),
    "spelling y",
    "error",
    ["Merge them"],
  ],
  [
    "question marks that read as a category",
    repeat(120, (i) => `${i % 5 ? "a" : "?"},${i % 2}`),
    csvBinding("k:categorical, y:categorical:target", {}, { scaling: "standardise" }),
    "missing-text",
    "warning",
    ["Treat as missing"],
  ],
  [
    "a column that never changes",
    repeat(120, (i) => `7,${i},${i % 2}`),
    csvBinding("c, x, y:categorical:target", {}, { scaling: "standardise" }),
    "constant c",
    "warning",
    ["Ignore it"],
  ],
  [
    "uneven classes",
    repeat(120, (i) => `${i},${i % 10 ? "often" : "rare"}`),
    csvBinding("x, y:categorical:target", {}, { scaling: "standardise" }),
    "uneven",
    "warning",
    [],
  ],
  [
    "empty cells",
    repeat(120, (i) => `${i % 9 ? i : ""},${i % 2}`),
    csvBinding("x, y:categorical:target", {}, { scaling: "standardise" }),
    "empty x",
    "info",
    ["Leave such rows out"],
  ],
  [
    "a word among numbers",
    repeat(120, (i) => `${i === 60 ? "oops" : i},${i % 2}`),
    csvBinding("x, y:categorical:target"),
    "issue not-a-number 61 x",
    "error",
    ["Count “oops” as missing", "Make the column categorical", "Ignore the column"],
  ],
  [
    "numbers left unscaled",
    repeat(120, (i) => `${i},${i % 2}`),
    csvBinding("x, y:categorical:target"),
    "unscaled",
    "info",
    ["Standardise"],
  ],
  [
    "whole numbers that may be classes",
    repeat(120, (i) => `${i},${i % 3}`),
    csvBinding("x, y:numeric:target", {}, { scaling: "standardise" }),
    "few-values y",
    "info",
    ["Predict as classes"],
  ],
])("finds %s, and its repairs end it", async (_, text, binding, id, severity, titles) => {
  const remarks = await diagnose(text, binding);
  const remark = remarks.find((entry) => entry.id === id);
  expect(remark).toMatchObject({ severity });
  expect(remark?.actions.map(({ title }) => title)).toEqual(titles);
  for (const action of remark?.actions ?? []) {
    if (action.kind !== "rebind") continue;
    const after = await diagnose(text, action.binding);
    // Empty cells stay empty, but their rows are left out now.
    if (id.startsWith("empty"))
      expect(after.find((entry) => entry.id === id)?.text).toContain("left out");
    else expect(after.map((entry) => entry.id)).not.toContain(id);
  }
});

it("says nothing about sound data", async () => {
  const text = repeat(150, (i) => `${i % 17},${i % 2 ? "a" : "b"}`);
  const binding = csvBinding("x, y:categorical:target", {}, { scaling: "standardise" });
  expect(await diagnose(text, binding)).toEqual([]);
  const generated = proposeGenerated("moons");
  const opened = await openDataset(generated, memoryFolder({}));
  const summary = opened.ok ? opened.value.summary : null;
  expect(diagnoseData({ binding: generated, summary, columns: [], issues: [] })).toEqual([]);
});
