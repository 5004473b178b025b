import { expect, it } from "vitest";
import type { GeneratorName } from "./binding.ts";
import { memoryFolder } from "./datasets.testkit.ts";
import { proposeGenerated } from "./generatorCatalogue.ts";
import { openDataset } from "./openDataset.ts";
import { previewDataset, previewGenerated } from "./previewDataset.ts";

async function preview(name: GeneratorName) {
  const binding = proposeGenerated(name);
  const dataset = await openDataset(binding, memoryFolder({}));
  if (!dataset.ok) throw new Error(dataset.error[0]?.message);
  return {
    preview: previewDataset(dataset.value, 12),
    table: previewGenerated(binding, dataset.value),
    summary: dataset.value.summary,
  };
}

it("shows images of each class in turn", async () => {
  const { preview: shown } = await preview("digits");
  const targets = shown.samples.slice(0, 20).map(({ view }) => view.target);
  expect(targets.join("")).toBe("01234567890123456789");
  expect(shown.ranges[0]).toMatchObject({ field: "image", min: 0, max: 1 });
});

it("plots two features as points with classes and held-out marks", async () => {
  const { preview: shown, summary } = await preview("moons");
  expect(shown.scatter?.x).toHaveLength(600);
  expect(shown.scatter?.isHeldOut.reduce((sum, mark) => sum + mark, 0)).toBe(
    summary.validationCount,
  );
  expect(new Set(shown.scatter?.classes)).toEqual(new Set([0, 1]));
  expect((await preview("blobs")).preview.scatter).toBeNull();
});

it("draws a series in its own unit, with the held-out end marked", async () => {
  const { preview: shown, summary } = await preview("seasonal");
  expect(shown.series?.values).toHaveLength(228);
  expect(shown.series?.heldOutFrom).toBe(summary.trainCount);
  expect(shown.series?.values[0]).toBeGreaterThan(80);
  expect((await preview("sensor-steps")).preview.series).toBeNull();
});

it("shows a generated table like a file", async () => {
  const { table } = await preview("two-views");
  expect(table?.columns).toHaveLength(16 + 32 + 1);
  expect(table?.columns.at(-1)).toMatchObject({ name: "pattern", distinctCount: 4 });
  expect(table?.rows[0]?.cells).toHaveLength(49);
  expect((await preview("digits")).table).toBeNull();
});
