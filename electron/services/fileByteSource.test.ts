import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inspectSource } from "#shared/datasets/inspectSource.ts";
import { openDataset } from "#shared/datasets/openDataset.ts";
import { openDataPath } from "./fileByteSource.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netloom-data-"));
  const rows = Array.from({ length: 30 }, (_, index) => `${index % 7}.5,${index % 2 ? "a" : "b"}`);
  await writeFile(join(folder, "table.csv"), rows.join("\n"));
});
afterAll(() => rm(folder, { recursive: true }));

it.each(["", "table.csv"])("opens data at a path: folder and file (%j)", async (name) => {
  const path = await openDataPath(join(folder, name));
  if (!path.ok) throw new Error(path.error.message);
  const proposal = await inspectSource(path.value.files, path.value.openSource);
  if (!proposal.ok) throw new Error(proposal.error[0]?.message);
  const dataset = await openDataset(proposal.value.binding, path.value);
  expect(dataset.ok ? dataset.value.summary.sampleCount : dataset.error).toBe(30);
});

it("names a path that does not exist and a file that is gone", async () => {
  const missing = await openDataPath(join(folder, "gone.csv"));
  expect(missing).toMatchObject({ ok: false, error: { code: "missing" } });
  const path = await openDataPath(folder);
  const gone = path.ok ? await path.value.openSource("gone.csv") : path;
  expect(gone).toMatchObject({ ok: false, error: { code: "missing" } });
});
