import { expect, test } from "vitest";
import type { DatasetSummary } from "#shared/datasets/dataset.ts";
import { layer, planOf } from "#shared/engine/plans.testkit.ts";
import { shapeFromSizes } from "#shared/layers/shape.ts";
import { defaultTraining, type TrainingConfig } from "#shared/training/config.ts";
import { describePlanMemory } from "./memoryQueries.ts";

const plan = planOf([10], [layer("dense", "wide", { units: 5000 }, ["x"], [5000])]);
const summary: DatasetSummary = {
  kind: "table",
  label: "",
  sampleCount: 120,
  trainCount: 100,
  validationCount: 20,
  fields: [{ name: "x", role: "feature", shape: shapeFromSizes([10]), classes: null }],
  classCounts: [],
};
const config = { ...defaultTraining, batchSize: 64 };
const describe = (
  limits: { total: number | null; tensor: number | null },
  batching: TrainingConfig = config,
) => describePlanMemory(plan, batching, { summary, limits });

test("what fits is told in parts", () => {
  expect(describe({ total: null, tensor: 2e9 })).toEqual({
    text: "Training needs about 11.1 MB: activations 1.3 MB, workspace 9.8 MB, data 4.0 kB.",
    largestBatch: null,
  });
});

test("what doesn't names the layer and the largest batch that does", () => {
  const note = describe({ total: null, tensor: 4 * 5000 * 20 });
  expect(note?.largestBatch).toBe(20);
  expect(note?.text).toBe(
    "The output of wide alone would be 1.3 MB; this device takes 400 kB in one piece. A batch of at most 20 fits.",
  );
  expect(describe({ total: null, tensor: 10 })?.text).toMatch(/Make the network smaller/);
  expect(describe({ total: 1e6, tensor: null })?.text).toMatch(/This device has 1\.0 MB/);
});

test("a full batch is all samples", () => {
  const full = describe(
    { total: null, tensor: 4 * 5000 * 80 },
    { ...config, batching: "full-batch" },
  );
  expect(full?.largestBatch).toBe(80);
});
