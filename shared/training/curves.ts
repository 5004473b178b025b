import type { Metrics } from "./events.ts";
import { joinNames } from "./metricNames.ts";
import type { RunState } from "./runReducer.ts";

/** [place on the axis, value]. */
export type Point = readonly [number, number];

/** Smallest and largest values around a place. */
export type RangePoint = readonly [at: number, least: number, most: number];

/** What curves are drawn over: epochs (1.5 is halfway through the second), batches since the start, or seconds without pauses. */
export type CurveAxis = "epoch" | "step" | "time";

export interface MetricCurves {
  /** Running training means along the way. */
  readonly steps: readonly Point[];
  /** The extremes of the steps that each point of `steps` stands for. */
  readonly range: readonly RangePoint[];
  /** Per epoch. */
  readonly training: readonly Point[];
  readonly validation: readonly Point[];
}

/** A metric's curves, or those of `learningRate`. Values that are not numbers are left out. */
export function readCurves(
  state: RunState,
  metric: string,
  axis: CurveAxis = "epoch",
): MetricCurves {
  const stepsPerEpoch = state.started?.stepsPerEpoch ?? 1;
  const place = (at: { readonly position: number; readonly elapsedMs: number }): number => {
    if (axis === "time") return at.elapsedMs / 1000;
    return axis === "step" ? Math.round(at.position * stepsPerEpoch) : at.position;
  };
  const epochsOf = (name: string): readonly Point[] =>
    state.epochs.flatMap(({ epoch, elapsedMs, metrics }) =>
      pointOf(place({ position: epoch, elapsedMs }), metrics, name),
    );
  return {
    steps: state.steps.flatMap((step) => pointOf(place(step), step.metrics, metric)),
    range: state.steps.flatMap((step) => {
      const least = (step.range?.least ?? step.metrics)[metric];
      const most = (step.range?.most ?? step.metrics)[metric];
      return Number.isFinite(least) && Number.isFinite(most)
        ? [[place(step), least ?? 0, most ?? 0] as const]
        : [];
    }),
    training: epochsOf(metric),
    validation: epochsOf(joinNames("val", metric)),
  };
}

function pointOf(at: number, metrics: Metrics, name: string): readonly Point[] {
  const value = metrics[name];
  return value === undefined || !Number.isFinite(value) ? [] : [[at, value]];
}

/**
 * Exponential smoothing as TensorBoard does it: each value is a share `1 − weight` of the new and `weight` of what was,
 * divided by the share that has come in so far, so that the curve doesn't start at zero (Kingma and Ba 2014, section 3).
 * `weight` is from 0 (as it is) to below 1.
 */
export function smoothCurve(points: readonly Point[], weight: number): readonly Point[] {
  if (weight <= 0) return points;
  let mean = 0;
  let share = 0;
  return points.map(([at, value]) => {
    if (!Number.isFinite(value)) return [at, value] as const;
    mean = weight * mean + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return [at, mean / share] as const;
  });
}

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Pixels across. */
  readonly columns: number;
}

/**
 * At most four points a column of the screen: the first, the smallest, the largest and the last, in their order, so that
 * no peak gets lost. One point outside the window on each side, for the lines that lead out. Points come in order.
 */
export function decimateCurve(
  points: readonly Point[],
  { from, to, columns }: Window,
): readonly Point[] {
  const begin = Math.max(0, findIndex(points, from) - 1);
  const end = Math.min(points.length, findIndex(points, to, { isAfter: true }) + 1);
  const inside = points.slice(begin, end);
  if (inside.length <= 4 * columns || to <= from) return inside;
  const kept: Point[] = [];
  const width = (to - from) / columns;
  let index = 0;
  while (index < inside.length) {
    const column = Math.floor(((inside[index]?.[0] ?? 0) - from) / width);
    const first = index;
    let [least, most] = [index, index];
    for (; index < inside.length; index++) {
      const [at, value] = inside[index] ?? [0, 0];
      if (Math.floor((at - from) / width) !== column) break;
      if (value < (inside[least]?.[1] ?? 0)) least = index;
      if (value > (inside[most]?.[1] ?? 0)) most = index;
    }
    const chosen = [...new Set([first, least, most, index - 1])].toSorted((a, b) => a - b);
    for (const which of chosen) {
      const point = inside[which];
      if (point !== undefined) kept.push(point);
    }
  }
  return kept;
}

/** Index of the first point at or behind `at` (behind it alone with `isAfter`). */
function findIndex(
  points: readonly (readonly [number, ...number[]])[],
  at: number,
  { isAfter = false }: { readonly isAfter?: boolean } = {},
): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = points[middle]?.[0] ?? 0;
    if (isAfter ? place <= at : place < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value at a place: of the last point at or before it. null before the first. */
export function readValueAt(points: readonly Point[], at: number): number | null {
  return points[findIndex(points, at, { isAfter: true }) - 1]?.[1] ?? null;
}

/** One range a column: what all steps that fall on a pixel span. */
export function decimateRange(
  range: readonly RangePoint[],
  { from, to, columns }: Window,
): readonly RangePoint[] {
  if (to <= from) return range;
  const begin = Math.max(0, findIndex(range, from) - 1);
  const end = Math.min(range.length, findIndex(range, to, { isAfter: true }) + 1);
  const merged: RangePoint[] = [];
  const width = (to - from) / columns;
  let column = Number.NaN;
  for (const [at, least, most] of range.slice(begin, end)) {
    const here = Math.floor((at - from) / width);
    const last = merged.at(-1);
    if (here === column && last !== undefined) {
      merged[merged.length - 1] = [last[0], Math.min(last[1], least), Math.max(last[2], most)];
    } else merged.push([at, least, most]);
    column = here;
  }
  return merged;
}

/**
 * Several runs as one: at every place where one of them has a point, the smallest, largest and mean value of those that
 * reach there, each read between its own neighbours along a straight line.
 */
export function spanCurves(curves: readonly (readonly Point[])[]): {
  readonly mean: readonly Point[];
  readonly range: readonly RangePoint[];
} {
  const places = [...new Set(curves.flatMap((points) => points.map(([at]) => at)))].toSorted(
    (left, right) => left - right,
  );
  const mean: Point[] = [];
  const range: RangePoint[] = [];
  for (const at of places) {
    const values = curves.flatMap((points) => {
      const value = interpolate(points, at);
      return value === null ? [] : [value];
    });
    if (values.length === 0) continue;
    mean.push([at, values.reduce((sum, value) => sum + value, 0) / values.length]);
    range.push([at, Math.min(...values), Math.max(...values)]);
  }
  return { mean, range };
}

/** null outside the curve. */
function interpolate(points: readonly Point[], at: number): number | null {
  const index = findIndex(points, at);
  const [after, before] = [points[index], points[index - 1]];
  if (after === undefined) return null;
  if (after[0] === at) return after[1];
  if (before === undefined) return null;
  return before[1] + ((at - before[0]) / (after[0] - before[0])) * (after[1] - before[1]);
}

/** Columns for a chart or a table: one list of places, and a column of values or gaps per curve. */
export function joinCurves(
  curves: readonly (readonly Point[])[],
): [number[], ...(number | null)[][]] {
  const places = [...new Set(curves.flatMap((points) => points.map(([at]) => at)))].toSorted(
    (left, right) => left - right,
  );
  const indexOf = new Map(places.map((at, index) => [at, index]));
  const columns = curves.map((points) => {
    const column: (number | null)[] = Array.from({ length: places.length }, () => null);
    for (const [at, value] of points) {
      const index = indexOf.get(at);
      if (index !== undefined && Number.isFinite(value)) column[index] = value;
    }
    return column;
  });
  return [places, ...columns];
}
