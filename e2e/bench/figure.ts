/** One measured figure: median and range of several windows. */
export interface Figure {
  readonly label: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** What the product promises, in the same unit. */
  readonly limit?: number;
  /** True where more is better (frames per second). */
  readonly isHigherBetter?: boolean;
}

export function summarise(
  label: string,
  unit: string,
  values: readonly number[],
  promise: { readonly limit?: number; readonly isHigherBetter?: boolean } = {},
): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? upper;
  return {
    label,
    unit,
    median: (lower + upper) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    ...promise,
  };
}

/** Calls `work` some times uncounted, then returns the milliseconds of each counted call. */
export async function timeRepeatedly(
  work: (round: number) => unknown,
  options: { readonly rounds: number; readonly warmUp: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < options.warmUp + options.rounds; round++) {
    const start = performance.now();
    await work(round);
    if (round >= options.warmUp) times.push(performance.now() - start);
  }
  return times;
}
