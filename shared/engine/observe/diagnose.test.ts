import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import { diagnoseTrial, healthyTrials, pathologies } from "./pathologies.testkit.ts";

// One seed here; `node build/diagnoses.mjs` tries more and writes the table for the README.
const seeds = Array.from(
  { length: Number(process.env["NETLOOM_DIAGNOSE_SEEDS"] ?? 1) },
  (_, index) => index + 1,
);
const timeout = 30_000 * seeds.length;
/** Where the table goes, a line of JSON per trial; for the README. */
const log = process.env["NETLOOM_DIAGNOSE_LOG"];

function record(row: Readonly<Record<string, unknown>>): void {
  if (log !== undefined) appendFileSync(log, `${JSON.stringify(row)}\n`);
}

test.each(pathologies)("recognises $code: $title", { timeout }, async (pathology) => {
  const found = await diagnoseAll(pathology);
  const right = found.filter((codes) => codes.includes(pathology.code)).length;
  record({
    kind: "pathology",
    code: pathology.code,
    title: pathology.title,
    right,
    of: found.length,
  });
  expect(right / found.length, JSON.stringify(found)).toBeGreaterThanOrEqual(0.8);
});

test.each(healthyTrials)("says nothing of $title", { timeout }, async (trial) => {
  const found = await diagnoseAll(trial);
  const loud = found.filter((codes) => codes.length > 0);
  record({
    kind: "healthy",
    title: trial.title,
    right: found.length - loud.length,
    of: found.length,
  });
  expect(loud).toEqual([]);
});

async function diagnoseAll(trial: (typeof healthyTrials)[number]) {
  const found: (readonly string[])[] = [];
  for (const seed of seeds) {
    const { codes, state } = await diagnoseTrial(trial, seed);
    // A trial that can't run at all would show nothing, whatever it is.
    expect(["finished", "not-finite"]).toContain(state.ended?.code ?? state.ended?.reason);
    found.push(codes);
  }
  return found;
}
