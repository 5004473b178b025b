import type { TensorStatistics } from "#shared/training/observations.ts";

export interface Strip {
  readonly low: number;
  readonly high: number;
  /** `[rows, columns]`, 0 to 1, the highest values in the first row; columns are observations, oldest first. */
  readonly levels: Float32Array;
}

/** Brings histograms of different bounds onto one axis: a bin's share goes to the rows that it covers. */
export function layOutStrip(history: readonly TensorStatistics[], rows: number): Strip {
  const columns = Math.max(1, history.length);
  const levels = new Float32Array(rows * columns);
  const { low, high } = findBounds(history);
  const span = high - low || 1;
  for (const [column, { histogram }] of history.entries()) {
    const { shares } = histogram;
    const width = (histogram.high - histogram.low) / shares.length;
    const sums = new Float64Array(rows);
    for (const [bin, share] of shares.entries()) {
      const from = toRow(histogram.low + bin * width);
      const to = toRow(histogram.low + (bin + 1) * width);
      const first = Math.max(0, Math.floor(from));
      const last = Math.min(rows - 1, Math.max(first, Math.ceil(to) - 1));
      for (let row = first; row <= last; row++) {
        const covered = Math.min(row + 1, to) - Math.max(row, from);
        const part = to - from < 1e-9 ? 1 : Math.max(0, covered) / (to - from);
        sums[row] = (sums[row] ?? 0) + share * part;
      }
    }
    const most = Math.max(...sums, 1e-9);
    for (let row = 0; row < rows; row++) {
      levels[(rows - 1 - row) * columns + column] = (sums[row] ?? 0) / most;
    }
  }
  return { low, high, levels };

  function toRow(value: number): number {
    return ((value - low) / span) * rows;
  }
}

/** Wide enough for all but the most extreme observations: one outburst must not flatten the rest. */
function findBounds(history: readonly TensorStatistics[]): { low: number; high: number } {
  const lows = history.map(({ histogram }) => histogram.low).toSorted((a, b) => a - b);
  const highs = history.map(({ histogram }) => histogram.high).toSorted((a, b) => a - b);
  const skipped = Math.floor(history.length / 16);
  return { low: lows[skipped] ?? 0, high: highs.at(-1 - skipped) ?? 1 };
}
