/** What is refused leaves no trace: a run that can't go on is as good as it was. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./runCli.ts";

const templatesFolder = fileURLToPath(new URL("../../templates", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netloom-refused-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...words: readonly string[]) {
  let told = "";
  const exitCode = await runCli([...words, "--backend", "cpu"], {
    cwd: folder,
    templatesFolder,
    version: "1.2.3",
    isTerminal: false,
    writeOut() {},
    writeError: (text) => void (told += text),
    onInterrupt: () => () => {},
  });
  return { exitCode, told };
}

test("other data are refused before anything of the run is changed", async () => {
  const rows = Array.from({ length: 60 }, (_, row) =>
    [row % 7, row % 5, row % 4, row % 11, ["x", "y", "z"][row % 3]].join(","),
  );
  await writeFile(path.join(folder, "others.csv"), ["a,b,c,d,species", ...rows].join("\n"));
  expect((await run("train", "mlp-iris", "--epochs", "1", "--out", "run")).exitCode).toBe(0);
  const read = () =>
    Promise.all(
      ["run.json", "metrics.jsonl", "latest.checkpoint"].map((name) =>
        readFile(path.join(folder, "run", name)),
      ),
    );
  const before = await read();
  const other = await run("train", "--resume", "run", "--data", "others.csv", "--epochs", "2");
  expect(other.exitCode).toBe(1);
  expect(other.told).toMatch(/The checkpoint is of .* Start a new run instead\./);
  expect(await read()).toEqual(before);
}, 60_000);

test("a precision that the device lacks is refused before there is a run", async () => {
  const out = path.join(folder, "mixed");
  const train = (precision: string) =>
    run("train", "mlp-iris", "--epochs", "1", "--precision", precision, "--out", out);
  const mixed = await train("mixed");
  expect(mixed.exitCode).toBe(1);
  expect(mixed.told).toMatch(/Mixed precision is not possible: .* Choose 32 bits/);
  await expect(readFile(path.join(out, "run.json"))).rejects.toThrow("ENOENT");
  const wrong = await train("half");
  expect(wrong.exitCode).toBe(2);
  expect(wrong.told).toMatch(/--precision must be one of: float32, mixed/);
  expect((await train("float32")).exitCode).toBe(0);
});
