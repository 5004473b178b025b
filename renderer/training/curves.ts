import type { RunState } from "#shared/training/runReducer.ts";
import { joinNames } from "#shared/training/metricNames.ts";

/** [epochs so far, value]. */
export type Point = readonly [number, number];

/** Columns for the chart: one list of x, and a column of values or gaps per curve. Numbers that are none become gaps. */
export function joinCurves(
  curves: readonly (readonly Point[])[],
): [number[], ...(number | null)[][]] {
  const xs = [...new Set(curves.flatMap((points) => points.map(([x]) => x)))].toSorted(
    (left, right) => left - right,
  );
  const indexOf = new Map(xs.map((x, index) => [x, index]));
  const columns = curves.map((points) => {
    const column: (number | null)[] = Array.from({ length: xs.length }, () => null);
    for (const [x, y] of points) {
      const index = indexOf.get(x);
      if (index !== undefined && Number.isFinite(y)) column[index] = y;
    }
    return column;
  });
  return [xs, ...columns];
}

/** A metric's three curves: every step, and per epoch for training and validation. */
export function readCurves(
  state: RunState,
  metric: string,
): {
  readonly steps: readonly Point[];
  readonly training: readonly Point[];
  readonly validation: readonly Point[];
} {
  const validationName = joinNames("val", metric);
  return {
    steps: pick(state.steps.map((step) => [step.position, step.metrics[metric]])),
    training: pick(state.epochs.map((epoch) => [epoch.epoch, epoch.metrics[metric]])),
    validation: pick(state.epochs.map((epoch) => [epoch.epoch, epoch.metrics[validationName]])),
  };
}

function pick(points: readonly (readonly [number, number | undefined])[]): readonly Point[] {
  return points.flatMap(([x, y]) => (y === undefined ? [] : [[x, y] as const]));
}

/** The largest off-diagonal cells: what is taken for what. */
export function findMostConfused(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  limit: number,
): readonly { readonly truth: string; readonly predicted: string; readonly count: number }[] {
  return counts
    .flatMap((row, truth) =>
      row.map((count, predicted) => ({
        truth: classes[truth] ?? String(truth),
        predicted: classes[predicted] ?? String(predicted),
        count: truth === predicted ? 0 : count,
      })),
    )
    .filter(({ count }) => count > 0)
    .toSorted((left, right) => right.count - left.count)
    .slice(0, limit);
}
