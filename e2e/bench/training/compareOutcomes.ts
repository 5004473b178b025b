import { findWorkload, type WorkloadId } from "../../../shared/engine/step/workloads.testkit.ts";
import { summarise } from "../figure.ts";
import type { ContenderName, Outcome } from "./contender.ts";
import { boundStep } from "./boundStep.ts";
import type { DeviceLimits } from "./deviceLimits.ts";
import { findReferees } from "./planOrders.ts";

/** Losses further apart than this get no score. */
export const lossLimit = 1e-4;
/** The rounding of a sum of logarithms in 32 bits is a ten-thousandth of this: smaller losses are not told apart. */
const smallestLoss = 1e-3;

/** A network's line of the table. */
export interface TrainingRow {
  readonly workload: WorkloadId;
  readonly title: string;
  readonly batchSize: number;
  /** Whose losses the others' are held against. */
  readonly referees: readonly ContenderName[];
  readonly results: Readonly<Partial<Record<ContenderName, Result>>>;
  /** Milliseconds that the device's arithmetic, memory and dispatches need at least for a step of ours. */
  readonly boundMs: number;
  /** Our step over that. */
  readonly overLimit: number;
}

export interface Result {
  /** Of a step: median, least and most of the windows. */
  readonly stepMs: { readonly median: number; readonly min: number; readonly max: number };
  /** Largest relative difference of 20 losses from a referee's; null where there is none but itself. */
  readonly lossesApart: number | null;
  /** False where losses differ, or could not be compared: then the time counts for nothing. */
  readonly isScored: boolean;
}

export function compareOutcomes(
  workload: WorkloadId,
  outcomes: ReadonlyMap<ContenderName, Outcome>,
  { limits, batchSize }: { readonly limits: DeviceLimits; readonly batchSize: number },
): TrainingRow {
  const { title } = findWorkload(workload);
  const referees = findReferees(workload);
  const results: Partial<Record<ContenderName, Result>> = {};
  for (const [contender, { losses, stepMs }] of outcomes) {
    if (stepMs.length === 0) continue;
    const others = referees.filter((referee) => referee !== contender);
    const apart = others.map((referee) => compareLosses(losses, outcomes.get(referee)?.losses));
    const lossesApart = apart.length === 0 ? null : Math.max(...apart);
    const { median, min, max } = summarise("", "ms", stepMs);
    results[contender] = {
      stepMs: { median, min, max },
      lossesApart,
      isScored: lossesApart === null || lossesApart <= lossLimit,
    };
  }
  const boundMs = boundStep(findWorkload(workload), {
    batchSize,
    limits,
    dispatches: outcomes.get("ours")?.counts?.dispatches ?? 0,
  });
  const overLimit = (results.ours?.stepMs.median ?? Number.NaN) / boundMs;
  return { workload, title, batchSize, referees, results, boundMs, overLimit };
}

/** The largest relative difference of two runs of losses, as far as the referee went; NaN without one. */
function compareLosses(losses: readonly number[], referee: readonly number[] = []): number {
  if (referee.length === 0 || losses.length < referee.length) return Number.NaN;
  return referee.reduce((most, other, index) => {
    const loss = losses[index] ?? Number.NaN;
    return Math.max(most, Math.abs(loss - other) / Math.max(Math.abs(other), smallestLoss));
  }, 0);
}

/** How many times ours a contender's step takes, over the networks where both have a score. */
export function meanRatio(
  rows: readonly TrainingRow[],
  contender: ContenderName,
): { readonly ratio: number; readonly networks: number } {
  const ratios = rows.flatMap(({ results }) => {
    const { ours, [contender]: other } = results;
    return ours?.isScored && other?.isScored ? [other.stepMs.median / ours.stepMs.median] : [];
  });
  const logarithms = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0);
  return { ratio: Math.exp(logarithms / ratios.length), networks: ratios.length };
}
