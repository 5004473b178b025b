/** What training is said to need, beside what it really takes of the device. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { expect } from "vitest";
import { analyzeDocument } from "../../analysis/analyzeDocument.ts";
import { compileDocument } from "../../compiler/compileDocument.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import { parseProject } from "../../project/parseProject.ts";
import { inferenceBatchSize, measurePlanMemory } from "../../training/planMemory.ts";
import { trimPool } from "../gpu/bufferArena.ts";
import type { DeviceMemory } from "../gpu/deviceMemory.testkit.ts";
import { measureSamples } from "../measure.ts";
import { configOf } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { makeBlankDataset } from "./blankDataset.ts";
import { openRun } from "./runners.testkit.ts";
import { findWorkload, type WorkloadId } from "./workloads.testkit.ts";

export const memoryWorkloads: readonly WorkloadId[] = [
  "mlp",
  "lenet",
  "cnn",
  "resnet",
  "lstm64",
  "lstm256x2",
];

function findPlan(id: string): ModelPlan {
  const workload = memoryWorkloads.find((known) => known === id);
  if (workload !== undefined) return findWorkload(workload).plan;
  const file = new URL(`../../../templates/${id}/project.netloom`, import.meta.url);
  const project = parseProject(readFileSync(file, "utf8"));
  if (!project.ok) throw new Error(`${id} can't be read.`);
  const plan = compileDocument(project.value, analyzeDocument(project.value));
  if (!plan.ok) throw new Error(`${id} has mistakes.`);
  return plan.value;
}

/** Kernels' numbers and rings of results are left out of the estimate: they matter in the smallest networks only. */
const littleBytes = 16_384;

/**
 * Steps of whole batches and of an epoch's last one, each recorded, then played. Fails where the device gave more than
 * 15 % above the estimate, or the estimate is more than 60 % above what the device gave.
 */
export async function expectEstimate(
  id: string,
  memory: DeviceMemory,
  options: { readonly validates?: boolean } = {},
): Promise<void> {
  const plan = findPlan(id);
  const config = configOf({ batchSize: 4 });
  const blank = makeBlankDataset(plan, 6);
  const validationCount = options.validates === true ? 40 : 0;
  const dataset = { ...blank, summary: { ...blank.summary, validationCount } };
  await selectBackend("webgpu");
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("This needs WebGPU.");
  trimPool(backend);
  const before = memory.bytes;
  memory.reset();
  const { runner, session, close } = await openRun(plan, dataset, config);
  try {
    runner.beginEpoch(dataset.train);
    const places = [
      { start: 0, count: 4 },
      { start: 0, count: 4 },
      { start: 4, count: 2 },
      { start: 4, count: 2 },
      { start: 0, count: 4 },
    ];
    for (const place of places) await runner.run({ epoch: 1, step: 1, ...place });
    await runner.settle();
    if (validationCount > 0) {
      await measureSamples(
        {
          ...session,
          samples: new Uint32Array(validationCount),
          batchSize: inferenceBatchSize(plan, config.batchSize),
          proceed: () => Promise.resolve(true),
          guard: (promise) => promise,
        },
        session.objective,
      );
    }
  } finally {
    close();
  }
  const taken = memory.peak - before;
  const needs = measurePlanMemory(plan, config, { summary: dataset.summary, tensorBytes: null });
  if (needs === null) throw new Error(`${id} has sizes that only data tell.`);
  expect(taken).toBeGreaterThan(needs.weights);
  // What passes without gradients take differs more from layer to layer.
  const [under, over] = validationCount > 0 ? [1.25, 1.7] : [1.15, 1.6];
  expect(taken / (needs.total + littleBytes)).toBeLessThan(under);
  expect((needs.total - littleBytes) / taken).toBeLessThan(over);
}
