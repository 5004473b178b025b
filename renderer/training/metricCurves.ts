import {
  type MetricCurves,
  type Point,
  type RangePoint,
  smoothCurve,
  spanCurves,
} from "#shared/training/curves.ts";
import type { ChartSettings } from "./chartSettings.ts";
import type { Curve } from "./curve.ts";

/** Another run beside the one that is shown. */
export interface OtherCurves {
  readonly label: string;
  readonly color: `--${string}`;
  readonly curves: MetricCurves;
}

export interface DrawnCurves {
  readonly curves: readonly Curve[];
  readonly band: { readonly color: `--${string}`; readonly points: readonly RangePoint[] } | null;
}

const trainingColor = "--chart-training" as const;
const validationColor = "--chart-validation";

/**
 * The lines of one metric's chart. Measured values always stay: pale where a line of epochs or a smoothed one stands for
 * them. Smoothing runs over the finest values there are.
 */
export function drawMetric(
  title: string,
  own: MetricCurves,
  options: { readonly others: readonly OtherCurves[]; readonly settings: ChartSettings },
): DrawnCurves {
  const { others, settings } = options;
  const { smoothing, isRangeShown, comparison } = settings;
  if (others.length > 0 && comparison === "range") return drawSpan(title, own, options);
  const curves = [
    ...drawTraining(title, own, smoothing),
    ...drawLine("validation", own.validation, { color: validationColor, smoothing }),
    ...others.flatMap(({ label, color, curves: other }) =>
      drawLine(label, chooseMain(other), { color, smoothing, isDashed: true }),
    ),
  ];
  const isShaded = isRangeShown && own.steps.length > 0;
  return { curves, band: isShaded ? { color: trainingColor, points: own.range } : null };
}

function drawTraining(title: string, own: MetricCurves, smoothing: number): readonly Curve[] {
  const { steps, training } = own;
  const line = { label: title, color: trainingColor } as const;
  if (smoothing > 0 && steps.length >= training.length) {
    return steps.length === 0 ? [] : drawLine(title, steps, { color: trainingColor, smoothing });
  }
  if (training.length === 0) return [{ ...line, points: steps }];
  return [
    { ...line, label: `${title} (every step)`, points: steps, isRaw: true, isUnlisted: true },
    ...drawLine(title, training, { color: trainingColor, smoothing }),
  ];
}

/** A line, and behind its smoothed form what was measured. */
function drawLine(
  label: string,
  points: readonly Point[],
  options: {
    readonly color: `--${string}`;
    readonly smoothing: number;
    readonly isDashed?: boolean;
  },
): readonly Curve[] {
  const { color, smoothing, isDashed = false } = options;
  if (points.length === 0) return [];
  if (smoothing === 0) return [{ label, color, points, isDashed }];
  return [
    { label: `${label} (measured)`, color, points, isRaw: true, isUnlisted: true },
    { label, color, points: smoothCurve(points, smoothing), measured: points, isDashed },
  ];
}

/** All runs as one: their mean, and from the best to the worst. */
function drawSpan(
  title: string,
  own: MetricCurves,
  { others, settings }: { others: readonly OtherCurves[]; settings: ChartSettings },
): DrawnCurves {
  const all = [own, ...others.map(({ curves }) => curves)].map(chooseMain);
  const { mean, range } = spanCurves(all.filter((points) => points.length > 0));
  return {
    curves: drawLine(`mean ${title} of ${all.length} runs`, mean, {
      color: validationColor,
      smoothing: settings.smoothing,
    }),
    band: { color: validationColor, points: range },
  };
}

/** What runs are compared by: validation where there is one, else training by epochs, else by steps. */
export function chooseMain({ validation, training, steps }: MetricCurves): readonly Point[] {
  if (validation.length > 0) return validation;
  return training.length > 0 ? training : steps;
}
