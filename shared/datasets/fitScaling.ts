import { assertNever } from "../base/assertNever.ts";
import type { Scaling } from "./binding.ts";
import type { RawField } from "./rawData.ts";

/** `raw = scaled * scale + offset`, for one value of a row. */
export interface FieldScale {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  readonly isIdentity: boolean;
}

/**
 * Fits a field's scale on the rows that training samples touch, and on no others. Bytes of images use their range
 * 0–255 instead of the extremes that happen to occur. A group without spread keeps scale 1, so that it becomes 0
 * and never a division by zero.
 */
export function fitScaling(field: RawField, scaling: Scaling, train: Uint32Array): FieldScale {
  const identity: FieldScale = {
    scale: new Float64Array(field.width).fill(1),
    offset: new Float64Array(field.width),
    isIdentity: true,
  };
  if (scaling === "none" || field.scaling.kind === "fixed") return identity;
  if (field.scaling.kind === "image" && field.scaling.isBytes && scaling !== "standardise") {
    return scaling === "zeroToOne" ? fill(field.width, 255, 0) : fill(field.width, 127.5, 127.5);
  }

  const groups = listGroups(field);
  const statistics = measureGroups(field, groups, train);
  const scale = new Float64Array(field.width).fill(1);
  const offset = new Float64Array(field.width);
  for (let column = 0; column < field.width; column++) {
    const statistic = statistics[groups[column] ?? -1];
    if (!statistic || statistic.count === 0) continue;
    const fitted = fitGroup(statistic, scaling);
    scale[column] = fitted.scale;
    offset[column] = fitted.offset;
  }
  return { scale, offset, isIdentity: false };
}

/** Each column's mean over the training part: what missing numbers become. */
export function fitFills(field: RawField, train: Uint32Array): readonly number[] {
  const columns = Int32Array.from({ length: field.width }, (_, column) => column);
  return measureGroups(field, columns, train).map(({ mean }) => mean);
}

/** Missing numbers become their column's fill. */
export function fillGaps(field: RawField, fills: readonly (number | null)[]): RawField {
  if (!field.hasGaps) return field;
  const values = Float32Array.from(field.values, (value, index) =>
    Number.isNaN(value) ? (fills[index % field.width] ?? 0) : value,
  );
  return { ...field, values };
}

function fill(width: number, scale: number, offset: number): FieldScale {
  return {
    scale: new Float64Array(width).fill(scale),
    offset: new Float64Array(width).fill(offset),
    isIdentity: false,
  };
}

/** The group number of every column of a row; -1: not scaled. */
function listGroups(field: RawField): Int32Array {
  const { scaling, width } = field;
  switch (scaling.kind) {
    case "fixed":
      return new Int32Array(width).fill(-1);
    case "image":
      return Int32Array.from({ length: width }, (_, column) => column % scaling.channels);
    case "columns":
      return Int32Array.from({ length: width }, (_, column) => scaling.group[column] ?? -1);
    default:
      return assertNever(scaling);
  }
}

interface Statistic {
  count: number;
  min: number;
  max: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  spread: number;
}

/** One pass with Welford's update (Technometrics 1962), which stays exact for large offsets. */
function measureGroups(field: RawField, groups: Int32Array, train: Uint32Array): Statistic[] {
  const statistics: Statistic[] = [];
  for (const group of groups) {
    if (group >= 0)
      statistics[group] ??= { count: 0, min: Infinity, max: -Infinity, mean: 0, spread: 0 };
  }
  const { values, width } = field;
  for (const row of listTrainingRows(field, train)) {
    for (let column = 0; column < width; column++) {
      const statistic = statistics[groups[column] ?? -1];
      if (!statistic) continue;
      const value = values[row * width + column] ?? 0;
      if (Number.isNaN(value)) continue;
      statistic.count += 1;
      const distance = value - statistic.mean;
      statistic.mean += distance / statistic.count;
      statistic.spread += distance * (value - statistic.mean);
      if (value < statistic.min) statistic.min = value;
      if (value > statistic.max) statistic.max = value;
    }
  }
  return statistics;
}

/** Windows overlap: each row counts once. Series fit on all rows from the first window's start to the last target. */
function* listTrainingRows(field: RawField, train: Uint32Array): Iterable<number> {
  if (field.rows === 1 && field.firstRow === 0) {
    yield* train;
    return;
  }
  const last = train.reduce((latest, sample) => Math.max(latest, sample), -1);
  if (last < 0) return;
  for (let row = 0; row < last + field.firstRow + field.rows; row++) yield row;
}

function fitGroup(
  { count, min, max, mean, spread }: Statistic,
  scaling: Exclude<Scaling, "none">,
): { scale: number; offset: number } {
  const range = max - min || 1;
  switch (scaling) {
    case "zeroToOne":
      return { scale: range, offset: min };
    case "minusOneToOne":
      return { scale: range / 2, offset: max === min ? min : min + range / 2 };
    case "standardise":
      return { scale: Math.sqrt(spread / count) || 1, offset: mean };
    default:
      return assertNever(scaling);
  }
}
