import {
  countedWorkloads,
  findWorkload,
  timedWorkloads,
  type WorkloadId,
} from "../../shared/engine/step/workloads.testkit.ts";
import { type Figure, summarise } from "./figure.ts";
import type { ContenderName, Order, Outcome } from "./training/contender.ts";
import { buildChild, readLimits, runOrder, withChromium } from "./training/runOrder.ts";

/** `npm run bench -- train`: our engine, stock tfjs and jax-js in fresh processes, in turn, on the same weights and batches. */
const contenders: readonly ContenderName[] = ["ours", "stockFit", "stockLoop", "jax"];
const names: Readonly<Record<ContenderName, string>> = {
  ours: "Netloom",
  stockFit: "tfjs fit",
  stockLoop: "tfjs loop",
  jax: "jax-js",
};
const countBatch = 32;
const lossLimit = 1e-4;

export interface BenchOptions {
  /** Only these networks; all where empty. */
  readonly workloads: readonly string[];
  /** In Chromium, instead of in Node. */
  readonly chromium: boolean;
  readonly isQuiet: boolean;
}

/** A line of the README's table: milliseconds a step, by contender. */
export interface TrainingRow {
  readonly workload: string;
  readonly title: string;
  readonly batchSize: number;
  readonly stepMs: Readonly<Partial<Record<ContenderName, number>>>;
  /** Largest relative difference of 20 losses from stock `fit`. */
  readonly lossesApart: number;
  /** Our step over the least time that the device's arithmetic, memory and dispatches allow. */
  readonly overLimit: number;
}

const rows: TrainingRow[] = [];

/** What the last `run` measured, and on what. */
export function describeRows(): { readonly device: string; readonly rows: readonly TrainingRow[] } {
  return { device, rows };
}

let device = "";

type Run = (order: Order) => Promise<Outcome>;

export async function run(options: BenchOptions): Promise<readonly Figure[]> {
  const child = await buildChild();
  const limits = await readLimits(child);
  device = options.chromium ? `${limits.device}, Chromium` : limits.device;
  const say = options.isQuiet ? () => {} : (line: string) => console.log(`  ${line}`);
  say(
    `${limits.device}: ${(limits.peakFlops / 1e9).toFixed(1)} GFLOP/s, copies ${(limits.copyBytes / 1e9).toFixed(1)} GB/s, an empty dispatch ${(1000 * limits.emptyDispatchMs).toFixed(1)} µs`,
  );
  const measureAll = async (runOne: Run) => {
    const figures: Figure[] = [];
    const ratios: { fit: number[]; jax: number[] } = { fit: [], jax: [] };
    for (const id of choose(timedWorkloads, options)) {
      const { title, batchSize: fullBatch, plan } = findWorkload(id);
      const batchSize = limits.isSoftware ? Math.max(8, fullBatch / 8) : fullBatch;
      const outcomes = await runInTurn(runOne, {
        id,
        batchSize,
        isSoftware: limits.isSoftware,
        say,
      });
      const ours = outcomes.get("ours");
      if (ours === undefined) throw new Error(`${title}: our own engine failed.`);
      const oursMs = median(ours.stepMs);
      const bound = countLeast(plan.layers, batchSize, limits, ours);
      for (const [contender, outcome] of outcomes) {
        const label = `${title}, batch ${batchSize}: ${names[contender]}`;
        figures.push(summarise(`${label}, a step`, "ms", outcome.stepMs));
        if (outcome.losses.length === 0 || contender === "stockFit") continue;
        const apart = compareLosses(outcome.losses, outcomes.get("stockFit")?.losses ?? []);
        figures.push(
          summarise(`${label}, losses from tfjs fit, relative`, "", [apart], { limit: lossLimit }),
        );
        if (contender === "ours" && !(apart <= lossLimit))
          say(`${label}: NO SCORE, losses differ by ${apart.toExponential(1)}`);
      }
      figures.push(summarise(`${title}: step over the device's least time`, "×", [oursMs / bound]));
      const lossesApart = compareLosses(ours.losses, outcomes.get("stockFit")?.losses ?? []);
      rows.push({
        workload: id,
        title,
        batchSize,
        stepMs: Object.fromEntries(
          [...outcomes].map(([contender, { stepMs }]) => [contender, median(stepMs)]),
        ),
        lossesApart,
        overLimit: oursMs / bound,
      });
      const isScored = lossesApart <= lossLimit;
      const fit = outcomes.get("stockFit");
      const jax = outcomes.get("jax");
      if (fit && isScored) ratios.fit.push(median(fit.stepMs) / oursMs);
      if (jax && isScored) ratios.jax.push(median(jax.stepMs) / oursMs);
    }
    figures.push(
      summarise("tfjs fit over Netloom, geometric mean", "×", [geometricMean(ratios.fit)], {
        limit: 3,
        isHigherBetter: true,
      }),
      summarise("jax-js over Netloom, geometric mean", "×", [geometricMean(ratios.jax)], {
        limit: 1,
        isHigherBetter: true,
      }),
    );
    return figures;
  };
  return options.chromium
    ? withChromium(measureAll)
    : measureAll((order) => runOrder(child, order));
}

async function runInTurn(
  runOne: Run,
  {
    id,
    batchSize,
    isSoftware,
    say,
  }: {
    readonly id: WorkloadId;
    readonly batchSize: number;
    readonly isSoftware: boolean;
    readonly say: (line: string) => void;
  },
): Promise<ReadonlyMap<ContenderName, Outcome>> {
  const outcomes = new Map<ContenderName, Outcome>();
  for (const contender of contenders) {
    try {
      const outcome = await runOne({
        contender,
        workload: id,
        batchSize,
        device: "vulkan",
        lossSteps: contender === "stockLoop" ? 0 : 20,
        windows: 5,
        windowMs: isSoftware ? 1500 : 1000,
      });
      outcomes.set(contender, outcome);
      say(`${id} ${names[contender]}: ${median(outcome.stepMs).toPrecision(3)} ms a step`);
    } catch (error) {
      // A peer that can't do it has no figure; a failure of ours is one.
      if (contender === "ours") throw error;
      say(`${id} ${names[contender]}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return outcomes;
}

export interface WorkloadCounts {
  readonly id: string;
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
  readonly uploadBytes: number;
  readonly cpuMs: number;
}

/** What a steady step of ours costs at batch 32: exact counts, and processor time on Dawn's null device. */
export async function count(
  options: BenchOptions,
  contender: ContenderName = "ours",
): Promise<readonly WorkloadCounts[]> {
  const child = await buildChild();
  const rows: WorkloadCounts[] = [];
  for (const id of choose(countedWorkloads, options)) {
    const outcome = await runOrder(child, {
      contender,
      workload: id,
      batchSize: countBatch,
      device: "null",
      lossSteps: 0,
      windows: 7,
      windowMs: 400,
    }).catch((error: unknown) => {
      // Stock tfjs needs more memory for two LSTM(256) than Dawn's null device gives out (512 MB).
      if (contender === "ours") throw error;
      return null;
    });
    if (outcome === null) continue;
    const { cpuMs, counts } = outcome;
    if (counts === null) throw new Error(`${id}: nothing was counted.`);
    rows.push({ id, ...counts, cpuMs: Number(median(cpuMs).toFixed(4)) });
  }
  return rows;
}

function choose<Id extends string>(ids: readonly Id[], { workloads }: BenchOptions): readonly Id[] {
  return workloads.length === 0 ? ids : ids.filter((id) => workloads.includes(id));
}

/** The largest relative difference of two runs of losses. */
function compareLosses(losses: readonly number[], others: readonly number[]): number {
  if (losses.length < others.length || others.length === 0) return Number.NaN;
  return others.reduce((most, other, index) => {
    const loss = losses[index] ?? Number.NaN;
    return Math.max(most, Math.abs(loss - other) / Math.max(Math.abs(other), 1e-8));
  }, 0);
}

/** Milliseconds that no engine can be below: three times the forward arithmetic, weights moved once, one dispatch. */
function countLeast(
  layers: ReturnType<typeof findWorkload>["plan"]["layers"],
  batchSize: number,
  limits: Awaited<ReturnType<typeof readLimits>>,
  ours: Outcome,
): number {
  let operations = 0;
  let weights = 0;
  for (const layer of layers) {
    const positions =
      layer.call.className === "Conv2D" || layer.call.className === "LSTM"
        ? countPositions(layer)
        : 1;
    for (const { name, shape } of layer.weights) {
      const size = shape.reduce((product, length) => product * length, 1);
      weights += size;
      if (/kernel/i.test(name)) operations += 2 * size * positions * batchSize;
    }
  }
  // Adam reads and writes weight and both moments, and reads the gradient.
  const bytes = 7 * 4 * weights;
  const arithmeticMs = (1000 * 3 * operations) / limits.peakFlops;
  const memoryMs = (1000 * bytes) / limits.copyBytes;
  return Math.max(arithmeticMs, memoryMs) + (ours.counts?.dispatches ?? 1) * limits.emptyDispatchMs;
}

function countPositions(layer: ReturnType<typeof findWorkload>["plan"]["layers"][number]): number {
  if (layer.call.className === "LSTM") return 60;
  const sizes = layer.outputShapes[0]?.axes.map(({ size }) => size ?? 1) ?? [];
  return sizes.slice(0, -1).reduce((product, length) => product * length, 1);
}

function median(values: readonly number[]): number {
  return summarise("", "", values).median;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
