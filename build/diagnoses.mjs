#!/usr/bin/env node
// node build/diagnoses.mjs [SEEDS]: how many of the runs that go wrong in a known way are recognised, and how many healthy
// ones raise something, each with so many seeds (default 8). Writes `.cache/diagnoses.jsonl`, from which `npm run readme`
// makes its table.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const seeds = Number(process.argv[2] ?? 8);
if (!Number.isInteger(seeds) || seeds < 1) {
  console.error("Say how many seeds to try: a whole number from 1.");
  process.exit(2);
}
const log = ".cache/diagnoses.jsonl";
mkdirSync(".cache", { recursive: true });
rmSync(log, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "build/vitest.config.ts",
    "shared/engine/observe/diagnose.test.ts",
  ],
  {
    stdio: "inherit",
    env: { ...process.env, NETLOOM_DIAGNOSE_SEEDS: String(seeds), NETLOOM_DIAGNOSE_LOG: log },
  },
);
const rows = readFileSync(log, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
for (const kind of ["pathology", "healthy"]) {
  const mine = rows.filter((row) => row.kind === kind);
  const right = mine.reduce((sum, row) => sum + row.right, 0);
  const all = mine.reduce((sum, row) => sum + row.of, 0);
  console.log(`${kind === "pathology" ? "recognised" : "healthy and silent"}: ${right} of ${all}`);
}
process.exit(status ?? 1);
