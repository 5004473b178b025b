/** Templates train as recorded steps; what a step asks of the device, exactly, for kinds of networks. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isBig } from "./reduceTemplate.testkit.ts";
import { listRecordings } from "./recordTemplate.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');

/** Dispatches of a step. The counted workloads of `counts.webgpu.test.ts` have the plain networks. */
const dispatches: Readonly<Record<string, number>> = {
  "text-lstm": 25,
  gru: 16,
  "seq2seq-teacher-forcing": 41,
  "variational-autoencoder": 32,
  "seq2seq-attention": 57,
  "transformer-classifier": 122,
  "causal-transformer": 118,
  "u-net": 146,
  googlenet: 432,
};
/** The big ones have nothing that others lack and take seconds to build: `node build/recordings.mjs` tells of all. */
const ids = readdirSync(fileURLToPath(new URL("../../templates", import.meta.url))).filter(
  (id) => id in dispatches || !isBig(id),
);

it.skipIf(!hasDawn)("the steps of templates are recorded", { timeout: 120_000 }, async () => {
  const found = [];
  for await (const row of listRecordings(ids)) found.push(row);
  expect(found.filter(({ isRecorded }) => !isRecorded)).toEqual([]);
  const counted = found.filter(({ id }) => id in dispatches);
  expect(Object.fromEntries(counted.map((row) => [row.id, row.dispatches]))).toEqual(dispatches);
});
