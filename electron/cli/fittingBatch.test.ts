/** What does not fit the device is told with the flag that makes it fit. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./runCli.ts";

const templatesFolder = fileURLToPath(new URL("../../templates", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netloom-fitting-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...words: readonly string[]) {
  let told = "";
  let aside = "";
  const exitCode = await runCli([...words, "--backend", "cpu"], {
    cwd: folder,
    templatesFolder,
    version: "1.2.3",
    isTerminal: false,
    writeOut: (text) => void (told += text),
    writeError: (text) => void (aside += text),
    onInterrupt: () => () => {},
  });
  return { exitCode, told, aside };
}

test("a batch too large is refused before the first step, with the flag that fits", async () => {
  const template = await readFile(path.join(templatesFolder, "mlp-iris/project.netloom"), "utf8");
  const wide = template.replace('"units": 16', '"units": 1000000');
  await writeFile(path.join(folder, "wide.netloom"), wide);
  const rows = Array.from({ length: 900 }, (_, row) =>
    [row % 7, row % 5, row % 4, row % 11, ["x", "y", "z"][row % 3]].join(","),
  );
  await writeFile(path.join(folder, "many.csv"), ["a,b,c,d,species", ...rows].join("\n"));
  const words = ["train", "wide.netloom", "--data", "many.csv", "--batch-size", "700"];
  // 4 MB a sample, in one piece of at most 2 GiB.
  const { exitCode, told, aside } = await run(...words, "--out", "run");
  expect(exitCode).toBe(1);
  expect(aside).toMatch(/^Training needs about \S+ GB: weights .*, gradients .*, workspace/);
  expect(told).toMatch(/hidden_1 gives 1000000 for each of 700 samples.* batch of at most 536\./);
  expect(told).toMatch(/Train with a batch that fits: netloom train \S+ --batch-size 536/);
  const json = await run(...words, "--out", "other", "--json");
  expect(JSON.parse(json.told)).toMatchObject({
    reason: "failed",
    fittingBatch: 536,
    memoryBytes: expect.any(Number),
  });
}, 60_000);

test("a run goes on with another batch, and keeps to it", async () => {
  const goOn = async (...words: readonly string[]) => {
    const { exitCode, told } = await run("train", ...words, "--json");
    expect(exitCode).toBe(0);
    return JSON.parse(told) as { epochs: number };
  };
  await goOn("mlp-iris", "--epochs", "1", "--out", "kept");
  const resume = ["--resume", "kept"];
  expect(await goOn(...resume, "--epochs", "2", "--batch-size", "7")).toMatchObject({ epochs: 2 });
  await goOn(...resume, "--epochs", "3");
  const events = (await readFile(path.join(folder, "kept/metrics.jsonl"), "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
  const recovered = events.filter((event) => Reflect.get(Object(event), "kind") === "recovered");
  expect(recovered).toMatchObject([{ batchSize: 7 }, { batchSize: 7 }]);
}, 60_000);
