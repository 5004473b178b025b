/**
 * What a search for a learning rate found: the loss while the rate grows from step to step (Smith 2015, "Cyclical
 * learning rates for training neural networks", the range test), and what that suggests.
 */
export interface SearchPoint {
  /** 0-based. */
  readonly step: number;
  readonly learningRate: number;
  /** Of the batch, before the update with this rate. */
  readonly loss: number;
  readonly smoothedLoss: number;
}

export interface SearchResult {
  readonly points: readonly SearchPoint[];
  /** Where the smoothed loss falls fastest; null where it does not fall. */
  readonly steepest: number | null;
  /** A tenth of the rate with the lowest smoothed loss. */
  readonly tenthOfLowest: number | null;
  /** The smaller of both: what to try first. */
  readonly suggestion: number | null;
  readonly reason: "finished" | "exploded" | "cancelled";
  /** For people. */
  readonly message: string;
}

export interface SearchRange {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

export const defaultSearchRange: SearchRange = { from: 1e-7, to: 10, steps: 100 };

/** The rate of a step: it grows by the same factor every time. */
export function searchRateAt({ from, to, steps }: SearchRange, step: number): number {
  return steps < 2 ? from : from * (to / from) ** (step / (steps - 1));
}

/** Share of the running mean that is kept; the mean of the last ten batches or so. */
const smoothing = 0.9;
/** Above so many times the best the loss has exploded. */
const explosion = 4;
/** The first batches differ too much from each other to be told apart from learning. */
const fewestSteps = 10;

/** Adds points one after the other and says when to stop. */
export interface SearchCurve {
  /** False where the loss has exploded: then there is nothing more to learn. */
  add(learningRate: number, loss: number): boolean;
  readonly points: readonly SearchPoint[];
}

export function createSearchCurve(): SearchCurve {
  const points: SearchPoint[] = [];
  let mean = 0;
  let lowest = Infinity;
  return {
    points,
    add(learningRate, loss) {
      if (!Number.isFinite(loss)) return false;
      const step = points.length;
      mean = smoothing * mean + (1 - smoothing) * loss;
      const smoothedLoss = mean / (1 - smoothing ** (step + 1));
      points.push({ step, learningRate, loss, smoothedLoss });
      lowest = Math.min(lowest, smoothedLoss);
      // A loss may be negative: what counts is how far it has come up from the lowest.
      const first = points[0]?.smoothedLoss ?? smoothedLoss;
      const span = Math.max(Math.abs(lowest), Math.abs(first - lowest));
      return step < fewestSteps || smoothedLoss - lowest <= (explosion - 1) * span;
    },
  };
}

/** Reads the curve as Gugger and Smith do: the steepest descent, and a tenth of where it is lowest. */
export function judgeSearch(
  points: readonly SearchPoint[],
  reason: SearchResult["reason"],
): SearchResult {
  const lowest = points.reduce<SearchPoint | null>(
    (best, point) => (best === null || point.smoothedLoss < best.smoothedLoss ? point : best),
    null,
  );
  const steepest = findSteepest(points, lowest?.step ?? 0);
  const none = { points, steepest: null, tenthOfLowest: null, suggestion: null, reason };
  if (points.length < fewestSteps || lowest === null) {
    return { ...none, message: "The search took too few steps to suggest a learning rate." };
  }
  if (steepest === null) {
    return {
      ...none,
      message:
        "The loss did not fall at any learning rate. Check that the data and the targets fit together, and scale the inputs.",
    };
  }
  const tenthOfLowest = lowest.learningRate / 10;
  const suggestion = Math.min(steepest, tenthOfLowest);
  const text = suggestion.toPrecision(2).replace(/\.0+(e|$)/, "$1");
  return {
    points,
    steepest,
    tenthOfLowest,
    suggestion,
    reason,
    message: `Try a learning rate of ${text}: the loss falls fastest around ${steepest.toPrecision(2)} and is lowest at ${lowest.learningRate.toPrecision(2)}.`,
  };
}

/** Points on both sides over which a slope is taken. */
const reach = 2;
/** Of the loss at first, that it must fall by: less is the noise of batches. */
const leastFall = 0.02;

/** Slopes over the logarithm of the rate, which grows evenly, so over the steps. */
function findSteepest(points: readonly SearchPoint[], lowestStep: number): number | null {
  const first = points[0]?.smoothedLoss ?? 0;
  const last = points[lowestStep]?.smoothedLoss ?? 0;
  if (first - last < leastFall * Math.abs(first)) return null;
  let best: { readonly slope: number; readonly rate: number } | null = null;
  for (let step = reach; step <= lowestStep; step++) {
    const before = points[step - reach];
    const after = points[Math.min(step + reach, lowestStep)];
    const here = points[step];
    if (!before || !after || !here || after.step === before.step) continue;
    const slope = (after.smoothedLoss - before.smoothedLoss) / (after.step - before.step);
    if (slope < (best?.slope ?? 0)) best = { slope, rate: here.learningRate };
  }
  return best?.rate ?? null;
}
