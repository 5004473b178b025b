import type { RefObject } from "react";
import type UPlot from "uplot";
import type { CurveAxis, RangePoint } from "#shared/training/curves.ts";
import { formatDuration, formatLarge, formatNumber } from "../ui/format.ts";
import { readThemeColor } from "../ui/themeColor.ts";
import type { Curve } from "./curve.ts";

/** What a chart shows now; read anew at every drawing, so that new points need no new chart. */
export interface ChartContent {
  readonly curves: readonly Curve[];
  readonly band: { readonly color: `--${string}`; readonly points: readonly RangePoint[] } | null;
  readonly axis: CurveAxis;
  readonly isLogarithmic: boolean;
  /** What the axes reach from and to. */
  readonly span: readonly [number, number];
  readonly height: readonly [number, number];
  readonly format: (value: number) => string;
}

export interface ChartListeners {
  /** The place under the pointer, or null. */
  readonly onHover: (at: number | null) => void;
  readonly onSelect: (from: number, to: number) => void;
  readonly onReset: () => void;
}

export function makeChartOptions(
  content: RefObject<ChartContent>,
  element: HTMLElement,
  { onHover, onSelect, onReset }: ChartListeners,
): UPlot.Options {
  const { curves, isLogarithmic } = content.current;
  const text = readThemeColor("--text-3");
  const grid = readThemeColor("--chart-grid");
  const font = `11px ${getComputedStyle(element).getPropertyValue("--mono")}`;
  const axis = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
  return {
    width: Math.max(40, element.clientWidth),
    height: Math.max(40, element.clientHeight),
    legend: { show: false },
    // On the right half of the last label needs room, such as "10,000".
    padding: [6, 22, 0, 0],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      // A double click shows all again; uPlot's own would forget our limits.
      bind: {
        dblclick: () => () => {
          onReset();
          return null;
        },
      },
    },
    scales: {
      x: { time: false, range: () => [...content.current.span] as [number, number] },
      y: {
        distr: isLogarithmic ? 3 : 1,
        range: () => [...content.current.height] as [number, number],
      },
    },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        space: 56,
        incrs: content.current.axis === "time" ? timeSteps : numberSteps,
        values: (_, ticks) => labelPlaces(ticks, content.current.axis),
      },
      {
        ...axis,
        size: 52,
        space: 26,
        // Of a logarithmic axis all nine lines a decade would hide the curve.
        grid: {
          ...axis.grid,
          filter: (_, ticks) =>
            ticks.map((tick) => (isLogarithmic && !isDecade(tick) ? null : tick)),
        },
        values: (_, ticks) => labelValues(ticks, content.current),
      },
    ],
    series: [{}, ...curves.map(makeSeries)],
    hooks: {
      drawAxes: [(plot) => drawBand(plot, content.current)],
      setCursor: [(plot) => onHover(plot.data[0][plot.cursor.idx ?? -1] ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width >= 4) onSelect(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function makeSeries(curve: Curve): UPlot.Series {
  const color = readThemeColor(curve.color);
  return {
    label: curve.label,
    stroke: color,
    width: curve.isRaw === true ? 1 : 1.8,
    alpha: curve.isRaw === true ? 0.45 : 1,
    spanGaps: true,
    ...(curve.isDashed === true ? { dash: [5, 4] } : {}),
    points: { show: curve.isRaw !== true && curve.points.length < 60, size: 5, fill: color },
  };
}

/** The shade between the smallest and largest values, behind the lines. */
function drawBand(plot: UPlot, { band, height }: ChartContent): void {
  if (band === null || band.points.length < 2) return;
  const { ctx, bbox } = plot;
  const x = (at: number) => plot.valToPos(at, "x", true);
  // A logarithm has no zero: what lies under the axis ends at its edge.
  const y = (value: number) => plot.valToPos(Math.max(height[0], value), "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  for (const [at, , most] of band.points) ctx.lineTo(x(at), y(most));
  for (const [at, least] of band.points.toReversed()) ctx.lineTo(x(at), y(least));
  ctx.closePath();
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = readThemeColor(band.color);
  ctx.fill();
  ctx.restore();
}

const numberSteps = Array.from({ length: 22 }, (_, index) => 10 ** (index - 8)).flatMap((size) => [
  size,
  2 * size,
  5 * size,
]);
/** Seconds to days in steps that clocks have. */
const timeSteps = [
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => 60 * minutes),
  ...[1, 2, 3, 6, 12, 24, 48, 120, 240].map((hours) => 3600 * hours),
];

function labelPlaces(ticks: readonly number[], axis: CurveAxis): string[] {
  return ticks.map((tick) => {
    if (axis === "time") return tick === 0 ? "0" : formatSeconds(tick);
    if (axis === "step") return Number.isInteger(tick) ? formatLarge(tick) : "";
    return trimFraction(tick);
  });
}

function labelValues(ticks: readonly number[], { format, isLogarithmic }: ChartContent): string[] {
  return ticks.map((tick) => {
    // uPlot leaves out the labels of crowded logarithmic ticks.
    if (tick === null) return "";
    if (isLogarithmic && !isRound(tick)) return "";
    return format(tick).replace(/\.0 %$/, " %");
  });
}

/** 1, 2 or 5 times a power of ten. */
function isRound(value: number): boolean {
  const digits = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].some((digit) => Math.abs(digits - digit) < 1e-6);
}

function isDecade(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

function formatSeconds(seconds: number): string {
  return seconds < 10 && !Number.isInteger(seconds)
    ? `${trimFraction(seconds)} s`
    : formatDuration(seconds * 1000);
}

function trimFraction(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A place on the axis in words: "epoch 2.5", "step 1,200", "after 3 min". */
export function describePlace(at: number, axis: CurveAxis): string {
  if (axis === "time") return `after ${formatSeconds(Number(at.toPrecision(3)))}`;
  if (axis === "step") return `step ${formatLarge(Math.round(at))}`;
  return `epoch ${Number.isInteger(at) ? at : formatNumber(at)}`;
}

/** A little air above and below, and some height where all values are the same. */
export function measureHeight(
  values: readonly number[],
  { isLogarithmic }: { readonly isLogarithmic: boolean },
): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (isLogarithmic && value <= 0)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least > most) return isLogarithmic ? [0.1, 1] : [0, 1];
  if (isLogarithmic) {
    const air = Math.max(1.05, (most / least) ** 0.06);
    return [least / air, most * air];
  }
  const span = most - least || Math.abs(most) || 1;
  const low = least - span * 0.06;
  return [least >= 0 ? Math.max(0, low) : low, most + span * 0.06];
}
