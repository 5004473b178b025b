import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkloadId } from "../../../shared/engine/step/workloads.testkit.ts";
import { summarise } from "../figure.ts";
import { compareOutcomes, meanRatio, type TrainingRow } from "./compareOutcomes.ts";
import type { ContenderName, Order, Outcome } from "./contender.ts";
import type { DeviceLimits } from "./deviceLimits.ts";
import { type PlannedOrder, planOrders } from "./planOrders.ts";
import type { Site } from "./runChild.ts";

export const contenderNames: Readonly<Record<ContenderName, string>> = {
  ours: "Netloom",
  stockFit: "tfjs fit",
  stockLoop: "tfjs loop",
  jax: "jax-js, jitted",
  cpu: "tfjs on the CPU",
};

export interface TrainingOptions {
  /** Only these networks; all where empty. */
  readonly workloads: readonly string[];
  /** Windows a contender; five where not said. */
  readonly windows: number;
  /** Takes over what an earlier run on this device measured. */
  readonly isResumed: boolean;
  /** Where results are kept. */
  readonly folder: string;
  /** "Node" or "Chromium". */
  readonly runtime: string;
}

export interface TrainingReport {
  readonly runtime: string;
  readonly limits: DeviceLimits;
  readonly rows: readonly TrainingRow[];
  readonly means: Readonly<Record<"stockFit" | "stockLoop" | "jax", ReturnType<typeof meanRatio>>>;
}

interface Kept {
  readonly order: Order;
  readonly outcome: Outcome;
}

/**
 * Every contender on every network, each in a fresh process, one after the other. Says how far it is on stderr. After each one
 * everything so far is written to `train-<device>.partial.json`, where `isResumed` finds it; a run of all networks ends with
 * `train-<device>.json`, from which the README's table is made. What a contender can't do is told and left out.
 */
export async function runTraining(site: Site, options: TrainingOptions): Promise<TrainingReport> {
  let limits = await site.readLimits();
  const place = join(options.folder, `train-${nameDevice(limits.device, options.runtime)}`);
  const partial = `${place}.partial.json`;
  const before = readPartial(partial);
  const kept = new Map(before?.kept.map((entry) => [nameOrder(entry.order), entry]));
  if (before !== null) limits = takeBest(limits, before.limits);
  const orders = planOrders({ ...options, isSoftware: limits.isSoftware });
  say(
    `${limits.device}: ${(limits.peakFlops / 1e9).toPrecision(3)} GFLOP/s, copies ${(limits.copyBytes / 1e9).toPrecision(3)} GB/s, an empty dispatch ${(1000 * limits.emptyDispatchMs).toPrecision(2)} µs`,
  );
  const isDone = ({ order }: PlannedOrder) => {
    const entry = options.isResumed ? kept.get(nameOrder(order)) : undefined;
    return entry !== undefined && JSON.stringify(entry.order) === JSON.stringify(order);
  };
  const waiting = orders.filter((order) => !isDone(order));
  if (waiting.length < orders.length)
    say(`${orders.length - waiting.length} of ${orders.length} were measured before`);
  const clock = startClock(waiting);
  for (const planned of waiting) {
    const { order } = planned;
    // A failure must not leave an older figure behind.
    kept.delete(nameOrder(order));
    const told = await site.run(order).then(
      (outcome) => {
        kept.set(nameOrder(order), { order, outcome });
        return tellSpeed(outcome);
      },
      (error: unknown) => `FAILED: ${error instanceof Error ? error.message : String(error)}`,
    );
    const soFar: PartialRun = { limits, kept: [...kept.values()] };
    writeJson(partial, soFar);
    say(`${order.workload}, ${contenderNames[order.contender]}: ${told} (${clock.tick(planned)})`);
  }
  const failed = orders.filter(({ order }) => !kept.has(nameOrder(order)));
  if (failed.some(({ order }) => order.contender === "ours"))
    throw new Error("Netloom itself failed, see above. The rest is kept for --resume.");
  // Other programs only ever make a device look slower than it is.
  limits = takeBest(limits, await site.readLimits());
  const report = makeReport(orders, { kept, limits, runtime: options.runtime });
  if (options.workloads.length === 0 && options.windows >= 5) writeJson(`${place}.json`, report);
  return report;
}

function makeReport(
  orders: readonly PlannedOrder[],
  {
    kept,
    limits,
    runtime,
  }: {
    readonly kept: ReadonlyMap<string, Kept>;
    readonly limits: DeviceLimits;
    readonly runtime: string;
  },
): TrainingReport {
  const byWorkload = new Map<WorkloadId, Map<ContenderName, Outcome>>();
  const batchSizes = new Map<WorkloadId, number>();
  for (const { order } of orders) {
    const outcomes = byWorkload.get(order.workload) ?? new Map<ContenderName, Outcome>();
    byWorkload.set(order.workload, outcomes);
    batchSizes.set(order.workload, order.batchSize);
    const entry = kept.get(nameOrder(order));
    if (entry) outcomes.set(order.contender, entry.outcome);
  }
  const rows = [...byWorkload].map(([workload, outcomes]) =>
    compareOutcomes(workload, outcomes, { limits, batchSize: batchSizes.get(workload) ?? 0 }),
  );
  const means = {
    stockFit: meanRatio(rows, "stockFit"),
    stockLoop: meanRatio(rows, "stockLoop"),
    jax: meanRatio(rows, "jax"),
  };
  return { runtime, limits, rows, means };
}

/** How far a run is: the expected times of what is left, in the proportion in which those so far were right. */
function startClock(waiting: readonly PlannedOrder[]) {
  const start = performance.now();
  let expected = 0;
  let left = waiting.reduce((sum, order) => sum + order.expectedS, 0);
  let done = 0;
  say(`${waiting.length} to measure; about ${Math.ceil(left / 60)} min on two quiet cores`);
  return {
    tick(order: PlannedOrder): string {
      expected += order.expectedS;
      left -= order.expectedS;
      done++;
      const elapsedS = (performance.now() - start) / 1000;
      const leftMin = (left * (elapsedS / expected)) / 60;
      return `${done} of ${waiting.length}, ${Math.round(elapsedS)} s so far, ${leftMin.toFixed(1)} min left`;
    },
  };
}

function tellSpeed({ stepMs, losses }: Outcome): string {
  if (stepMs.length === 0) return `${losses.length} losses`;
  return `${summarise("", "ms", stepMs).median.toPrecision(3)} ms a step`;
}

function nameOrder({ workload, contender }: Order): string {
  return `${workload}/${contender}`;
}

/** "SwiftShader driver 5.0.0" → "swiftshader-driver-5-0-0". */
function nameDevice(device: string, runtime: string): string {
  const named = runtime === "Node" ? device : `${device} ${runtime}`;
  return named.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function takeBest(limits: DeviceLimits, others: DeviceLimits): DeviceLimits {
  return {
    ...limits,
    peakFlops: Math.max(limits.peakFlops, others.peakFlops),
    copyBytes: Math.max(limits.copyBytes, others.copyBytes),
    emptyDispatchMs: Math.min(limits.emptyDispatchMs, others.emptyDispatchMs),
  };
}

interface PartialRun {
  readonly limits: DeviceLimits;
  readonly kept: readonly Kept[];
}

function readPartial(file: string): PartialRun | null {
  if (!existsSync(file)) return null;
  return JSON.parse(readFileSync(file, "utf8")) as PartialRun; // Written by `runTraining`.
}

/** Whole or not at all: a run may be cut at any time. */
function writeJson(file: string, value: unknown): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function say(line: string): void {
  console.error(`  ${line}`);
}
