/** What became of stops, one after the other. */
export interface Stops {
  /** From the press to the end, for the person. */
  readonly timesMs: readonly number[];
  /** Runs that have a checkpoint or weights now. */
  readonly kept: number;
  /** Stopped before their first step: nothing had been learnt. */
  readonly nothingToKeep: number;
  /** The last one that was kept went on when asked to. */
  readonly isContinued: boolean;
}

/** Most moments are counted from the first step, so that there is something to keep; some from the run's beginning. */
export function startsWithStep(index: number): boolean {
  return index % 5 !== 0;
}

/** The smallest value that `share` of all are not above. */
export function findPercentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
