/** Rewritten programs of all kinds, tfjs's own among them, are valid WGSL: checked by a device that computes nothing. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { analyzeDocument } from "../../analysis/analyzeDocument.ts";
import { compileDocument } from "../../compiler/compileDocument.ts";
import { parseProject } from "../../project/parseProject.ts";
import { configOf } from "../plans.testkit.ts";
import { makeBlankDataset } from "../step/blankDataset.ts";
import { openRun } from "../step/runners.testkit.ts";
import { installNullDevice } from "./nullDevice.testkit.ts";

const hasDawn = await import("webgpu").then(
  () => true,
  () => false,
);
if (!hasDawn) console.warn('Skipped: the optional package "webgpu" is not there.');
if (hasDawn) await installNullDevice();

const templates = [
  "cnn-lstm",
  "many-to-many",
  "residual-block",
  "seq2seq-teacher-forcing",
  "siamese-twin",
  "text-cnn",
  "wavenet",
];

test.skipIf(!hasDawn).each(templates)(
  "a step of the template %s is stored in 16 bits",
  async (id) => {
    const path = fileURLToPath(
      new URL(`../../../templates/${id}/project.netloom`, import.meta.url),
    );
    const document = parseProject(readFileSync(path, "utf8"));
    if (!document.ok) throw new Error(`${id} can't be read.`);
    const plan = compileDocument(document.value, analyzeDocument(document.value));
    if (!plan.ok) throw new Error(`${id} can't be compiled.`);
    const data = makeBlankDataset(plan.value, 16);
    const config = configOf({ batchSize: 16, precision: "mixed" });
    const { runner, close } = await openRun(plan.value, data, config, { storage: "half" });
    const plain = await openRun(plan.value, data, config, { storage: "rounded" });
    for (const steps of [runner, plain.runner]) {
      steps.beginEpoch(data.train);
      await steps.run({ epoch: 1, step: 1, start: 0, count: 16 });
    }
    const { precision, precisionReason, intermediateBytes } = runner.counts;
    expect({ precision, precisionReason }).toEqual({ precision: "mixed", precisionReason: null });
    expect(intermediateBytes).toBeLessThan(plain.runner.counts.intermediateBytes);
    close();
    plain.close();
  },
);
