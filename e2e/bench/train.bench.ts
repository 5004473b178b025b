import { join } from "node:path";
import { countedWorkloads } from "../../shared/engine/step/workloads.testkit.ts";
import { root } from "../app.ts";
import { type Figure, summarise } from "./figure.ts";
import { buildChild } from "./training/buildBundles.ts";
import { lossLimit } from "./training/compareOutcomes.ts";
import type { ContenderName } from "./training/contender.ts";
import { withChromium } from "./training/inChromium.ts";
import { inNode } from "./training/runChild.ts";
import { contenderNames, runTraining, type TrainingReport } from "./training/runTraining.ts";

/** `npm run bench -- train`: our engine, stock tfjs and jax-js in fresh processes, in turn, on the same weights and batches. */
export interface BenchOptions {
  /** Only these networks; all where empty. */
  readonly workloads: readonly string[];
  /** In Chromium, instead of in Node. */
  readonly chromium: boolean;
  /** Takes over what an earlier run on this device measured. */
  readonly isResumed: boolean;
  /** Windows a contender. */
  readonly windows: number;
}

/** Batch size of the counts. */
const countBatch = 32;

export async function run(options: BenchOptions): Promise<readonly Figure[]> {
  const folder = join(root, ".cache");
  const report = options.chromium
    ? await withChromium((site) => runTraining(site, { ...options, folder, runtime: "Chromium" }))
    : await runTraining(inNode(await buildChild()), { ...options, folder, runtime: "Node" });
  return listFigures(report);
}

function listFigures({ rows, means }: TrainingReport): readonly Figure[] {
  const figures: Figure[] = [];
  for (const { title, batchSize, results, boundMs, overLimit } of rows) {
    for (const name of ["ours", "stockFit", "stockLoop", "jax"] as const) {
      const result = results[name];
      if (result === undefined) continue;
      const label = `${title}, batch ${batchSize}: ${contenderNames[name]}`;
      const score = result.isScored ? "" : " (NO SCORE)";
      figures.push({ label: `${label}, a step${score}`, unit: "ms", ...result.stepMs });
      if (result.lossesApart !== null)
        figures.push(
          summarise(`${label}, losses from the referee's, relative`, "", [result.lossesApart], {
            limit: lossLimit,
          }),
        );
    }
    figures.push(
      summarise(`${title}: the device's least time`, "ms", [boundMs]),
      summarise(`${title}: step over the device's least time`, "×", [overLimit]),
    );
  }
  const promised = [
    ["stockFit", 3],
    ["jax", 1],
  ] as const;
  for (const [name, limit] of promised) {
    const { ratio, networks } = means[name];
    figures.push(
      summarise(
        `${contenderNames[name]} over Netloom, mean of ${networks} networks`,
        "×",
        [ratio],
        { limit, isHigherBetter: true },
      ),
    );
  }
  return figures;
}

export interface WorkloadCounts {
  readonly id: string;
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  readonly uploadBytes: number;
  readonly cpuMs: number;
}

/** What a steady step costs at batch 32: exact counts, and processor time on Dawn's null device. */
export async function count(
  { workloads }: Pick<BenchOptions, "workloads">,
  contender: ContenderName = "ours",
): Promise<readonly WorkloadCounts[]> {
  const site = inNode(await buildChild());
  const rows: WorkloadCounts[] = [];
  for (const id of countedWorkloads) {
    if (workloads.length > 0 && !workloads.includes(id)) continue;
    const outcome = await site
      .run({
        contender,
        workload: id,
        batchSize: countBatch,
        device: "null",
        lossSteps: 0,
        windows: 7,
        windowMs: 400,
        budgetMs: 60_000,
      })
      .catch((error: unknown) => {
        // Stock tfjs needs more memory for two LSTM(256) than Dawn's null device gives out (512 MB).
        if (contender === "ours") throw error;
        return null;
      });
    if (outcome === null) continue;
    const { cpuMs, counts } = outcome;
    if (counts === null) throw new Error(`${id}: nothing was counted.`);
    rows.push({ id, ...counts, cpuMs: Number(summarise("", "ms", cpuMs).median.toFixed(4)) });
  }
  return rows;
}
