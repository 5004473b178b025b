import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCli } from "./runCli.ts";

const templatesFolder = fileURLToPath(new URL("../../templates", import.meta.url));

async function run(...words: readonly string[]) {
  let out = "";
  const exitCode = await runCli(words, {
    cwd: path.dirname(templatesFolder),
    templatesFolder,
    version: "1.2.3",
    isTerminal: false,
    writeOut: (text) => void (out += text),
    writeError() {},
    onInterrupt: () => () => {},
  });
  return { exitCode, out };
}

const command = ["find-learning-rate", "perceptron", "--backend", "cpu", "--steps", "60"];

test("suggests a rate, and the same one for the same seed", async () => {
  const first = await run(...command, "--json");
  expect(first.exitCode).toBe(0);
  expect(JSON.parse(first.out)).toMatchObject({ suggestion: expect.any(Number) });
  const { out } = await run(...command, "--json");
  expect(out).toBe(first.out);
  const other = await run(...command, "--json", "--seed", "7");
  expect(other.out).not.toBe(first.out);
}, 240_000);

test("draws the curve for people, and refuses too few steps", async () => {
  const { out } = await run(...command);
  expect(out).toContain("Try a learning rate of");
  expect(out.split("\n").filter((line) => line.endsWith("#")).length).toBeGreaterThan(10);
  expect((await run(...command.slice(0, -1), "3")).exitCode).toBe(2);
}, 240_000);
