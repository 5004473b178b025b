import { binCount, type TensorStatistics } from "../../training/observations.ts";

/** What a tensor is asked for. */
export interface StatisticsRequest {
  /** Which values count as lying in a flat end. */
  readonly saturation: "none" | "sigmoid" | "tanh";
}

export interface MeasuredTensor extends TensorStatistics {
  readonly saturatedShare: number | null;
}

/** Beyond these a sigmoid's slope is below a fifth of its steepest, a tanh's below a tenth. */
export const saturationLimits = {
  sigmoid: { low: 0.05, high: 0.95 },
  tanh: { low: -0.95, high: 0.95 },
} as const;

/** Deviations from the mean that a histogram spans; what lies beyond falls into its outer bins. */
export const histogramSpan = 4;

/** The numbers behind `MeasuredTensor`, in the order in which the kernels write them. */
export interface RawStatistics {
  readonly finite: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
  readonly low: number;
  readonly high: number;
  readonly zeros: number;
  readonly saturated: number;
  readonly notFinite: number;
  readonly bins: ArrayLike<number>;
}

/** Bounds of the histogram: the values' own, cut off at `histogramSpan` deviations. Never of width 0. */
function boundHistogram(
  raw: Pick<RawStatistics, "finite" | "mean" | "squares" | "low" | "high">,
): readonly [low: number, high: number] {
  const deviation = Math.sqrt(raw.squares / Math.max(1, raw.finite));
  const low = Math.max(raw.low, raw.mean - histogramSpan * deviation);
  const high = Math.min(raw.high, raw.mean + histogramSpan * deviation);
  return high > low ? [low, high] : [raw.mean - 0.5, raw.mean + 0.5];
}

/** In plain JavaScript: the reference of the kernels, and what backends without them use. */
export function summarizeValues(
  values: ArrayLike<number>,
  request: StatisticsRequest,
): MeasuredTensor {
  const limits = request.saturation === "none" ? null : saturationLimits[request.saturation];
  let [finite, sum, low, high, zeros, saturated] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (!Number.isFinite(value)) continue;
    finite++;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value === 0) zeros++;
    if (limits !== null && (value < limits.low || value > limits.high)) saturated++;
  }
  const mean = finite === 0 ? 0 : sum / finite;
  let squares = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  if (finite === 0) [low, high] = [0, 0];
  const [from, to] = boundHistogram({ finite, mean, squares, low, high });
  const bins = new Float64Array(binCount);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    if (!Number.isFinite(value)) continue;
    const bin = Math.floor(((value - from) / (to - from)) * binCount);
    const place = Math.min(binCount - 1, Math.max(0, bin));
    bins[place] = (bins[place] ?? 0) + 1;
  }
  const notFinite = values.length - finite;
  return describeStatistics(
    { finite, mean, squares, low, high, zeros, saturated, notFinite, bins },
    request,
  );
}

/** Rounds and turns sums into what events hold. */
export function describeStatistics(
  raw: RawStatistics,
  { saturation }: StatisticsRequest,
): MeasuredTensor {
  const count = raw.finite + raw.notFinite;
  const finite = Math.max(1, raw.finite);
  const [low, high] = boundHistogram(raw);
  return {
    count,
    mean: round(raw.mean),
    deviation: round(Math.sqrt(raw.squares / finite)),
    norm: round(Math.sqrt(raw.squares + raw.finite * raw.mean ** 2)),
    low: round(raw.low),
    high: round(raw.high),
    zeroShare: round(raw.zeros / finite),
    notFinite: raw.notFinite,
    histogram: {
      low: round(low),
      high: round(high),
      shares: Array.from(raw.bins, (bin) => Math.round((1000 * bin) / finite)),
    },
    saturatedShare: saturation === "none" ? null : round(raw.saturated / finite),
  };
}

/** Four digits: an event is read by people and drawn. Infinities, which JSON has not, become the largest number. */
export function round(value: number): number {
  if (Number.isNaN(value)) return 0;
  if (!Number.isFinite(value)) return Math.sign(value) * 3.4e38;
  return Number(value.toPrecision(4));
}
