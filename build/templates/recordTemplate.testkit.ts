/** What a step of a template asks of the device: on Dawn's null device, with small pictures, few channels and zeros as data. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { analyzeDocument } from "../../shared/analysis/analyzeDocument.ts";
import { compileDocument } from "../../shared/compiler/compileDocument.ts";
import type { ModelPlan } from "../../shared/compiler/plan.ts";
import { countCommands, installNullDevice } from "../../shared/engine/gpu/nullDevice.testkit.ts";
import { makeBlankDataset } from "../../shared/engine/step/blankDataset.ts";
import { openRun } from "../../shared/engine/step/runners.testkit.ts";
import { parseProject } from "../../shared/project/parseProject.ts";
import type { TrainingConfig } from "../../shared/training/config.ts";
import { reduceTemplate } from "./reduceTemplate.testkit.ts";

export interface TemplateRecording {
  readonly id: string;
  readonly isRecorded: boolean;
  /** Why steps run one by one; null where they are played. */
  readonly reason: string | null;
  /** Of a step that is played, or of the first one where none is. */
  readonly dispatches: number;
  /** Processor time of a steady step: median. */
  readonly cpuMs: number;
}

const batchSize = 4;
/** More than any recording takes. */
const warmSteps = 6;

/** `count` tells the dispatches since it was last asked. The null device must be there. */
async function recordTemplate(id: string, count: () => number): Promise<TemplateRecording> {
  const { plan, config } = readTemplate(id);
  const data = makeBlankDataset(plan, 2 * batchSize);
  const run = await openRun(plan, data, config);
  const { runner } = run;
  const step = (number: number) =>
    runner.run({ epoch: 1, step: number, start: batchSize * (number % 2), count: batchSize });
  try {
    runner.beginEpoch(data.train);
    for (let number = 1; number <= warmSteps; number++) await step(number);
    await runner.settle();
    count();
    await step(warmSteps + 1);
    const dispatches = count();
    const times: number[] = [];
    for (let number = 1; number <= 9; number++) {
      const before = performance.now();
      await step(number);
      times.push(performance.now() - before);
    }
    await runner.settle();
    const { isRecorded, reason } = runner.counts;
    const cpuMs = times.toSorted((a, b) => a - b)[4] ?? Number.NaN;
    return { id, isRecorded, reason, dispatches, cpuMs };
  } finally {
    run.close();
  }
}

function readTemplate(id: string): { readonly plan: ModelPlan; readonly config: TrainingConfig } {
  const file = fileURLToPath(new URL(`../../templates/${id}/project.netloom`, import.meta.url));
  const parsed = parseProject(readFileSync(file, "utf8"));
  if (!parsed.ok) throw new Error(parsed.error[0]?.message);
  const document = reduceTemplate(id, parsed.value);
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  return { plan: plan.value, config: { ...document.training, batchSize } };
}

/** One after the other, on the null device; what can't be trained at all is told as the reason. */
export async function* listRecordings(ids: readonly string[]): AsyncGenerator<TemplateRecording> {
  await installNullDevice();
  const counter = countCommands();
  const count = () => {
    const { dispatches } = counter.counts;
    counter.reset();
    return dispatches;
  };
  for (const id of ids) yield await recordTemplate(id, count);
}
