import { useEffect, useMemo, useRef, useState, type RefObject } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { readThemeColor } from "../ui/themeColor.ts";
import { useTheme } from "../ui/useTheme.ts";
import { joinCurves, type Point } from "./curves.ts";
import "./charts.css";

export interface Curve {
  readonly label: string;
  readonly color: `--${string}`;
  readonly points: readonly Point[];
  /** Thin and pale, for the raw values behind a line of epochs. */
  readonly isRaw?: boolean;
  readonly isDashed?: boolean;
}

export interface CurveChartProps {
  readonly title: string;
  /** One sentence for those who can't see it. */
  readonly summary: string;
  readonly curves: readonly Curve[];
  /** Range of epochs; the axis keeps it while the curves grow. */
  readonly epochs: number;
  readonly format: (value: number) => string;
}

/** Curves over epochs. The raw values are always drawn; nothing is smoothed. */
export function CurveChart({ title, summary, curves, epochs, format }: CurveChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const theme = useTheme();
  const [hovered, setHovered] = useState<number | null>(null);
  const data = useMemo(() => joinCurves(curves.map(({ points }) => points)), [curves]);
  // What the chart is built from; new points alone only bring new data.
  const look = curves
    .map(({ label, color, isRaw, isDashed }) => [label, color, isRaw, isDashed].join())
    .join("|");
  const latest = useRef({ curves, data, format, epochs });
  useEffect(() => {
    latest.current = { curves, data, format, epochs };
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const built = new UPlot(makeOptions(latest, element, setHovered), latest.current.data, element);
    chart.current = built;
    const observer = new ResizeObserver(() =>
      built.setSize({
        width: Math.max(40, element.clientWidth),
        height: Math.max(40, element.clientHeight),
      }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      built.destroy();
      chart.current = null;
    };
  }, [look, theme]);

  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      chart.current?.setData(data);
    });
    return () => cancelAnimationFrame(frame);
  }, [data, epochs]);

  return (
    <figure className="nl-chart">
      <figcaption className="nl-chart-legend">
        {curves
          .filter((curve) => curve.isRaw !== true || curves.length === 1 || !hasTwin(curve, curves))
          .map((curve) => {
            const value = readValue(curve, data[0], hovered);
            return (
              <span key={curve.label}>
                <i style={{ background: `var(${curve.color})` }} />
                {curve.label}
                {value !== null && <b>{format(value)}</b>}
              </span>
            );
          })}
      </figcaption>
      <div ref={place} className="nl-chart-plot" role="img" aria-label={`${title}. ${summary}`} />
    </figure>
  );
}

function hasTwin(curve: Curve, curves: readonly Curve[]): boolean {
  return curves.some(
    (other) => other !== curve && other.color === curve.color && other.points.length > 0,
  );
}

/** At the pointer, or the last value. */
function readValue(curve: Curve, xs: ArrayLike<number>, hovered: number | null): number | null {
  if (hovered === null) return curve.points.at(-1)?.[1] ?? null;
  const x = xs[hovered];
  if (x === undefined) return null;
  return curve.points.findLast(([at]) => at <= x + 1e-9)?.[1] ?? null;
}

interface Latest {
  readonly curves: readonly Curve[];
  readonly format: (value: number) => string;
  readonly epochs: number;
}

function makeOptions(
  latest: RefObject<Latest>,
  element: HTMLElement,
  onHover: (index: number | null) => void,
): UPlot.Options {
  const { curves } = latest.current;
  const text = readThemeColor("--text-3");
  const grid = readThemeColor("--chart-grid");
  const font = `11px ${getComputedStyle(element).getPropertyValue("--mono")}`;
  const axis = { stroke: text, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
  return {
    width: Math.max(40, element.clientWidth),
    height: Math.max(40, element.clientHeight),
    legend: { show: false },
    padding: [6, 10, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [0, Math.max(1, latest.current.epochs)] },
      y: { range: padRange },
    },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        space: 40,
        values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? String(tick) : "")),
      },
      {
        ...axis,
        size: 52,
        space: 26,
        values: (_, ticks) =>
          ticks.map((tick) => latest.current.format(tick).replace(/\.0 %$/, " %")),
      },
    ],
    series: [
      {},
      ...curves.map((curve): UPlot.Series => {
        const color = readThemeColor(curve.color);
        return {
          label: curve.label,
          stroke: color,
          width: curve.isRaw === true ? 1 : 1.8,
          alpha: curve.isRaw === true ? 0.5 : 1,
          spanGaps: true,
          ...(curve.isDashed === true ? { dash: [5, 4] } : {}),
          points: { show: curve.isRaw !== true && curve.points.length < 60, size: 5, fill: color },
        };
      }),
    ],
    hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] },
  };
}

/** A little air, and some height where all values are the same. */
function padRange(_: UPlot, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1];
  const span = most - least || Math.abs(most) || 1;
  const low = least - span * 0.06;
  return [least >= 0 ? Math.max(0, low) : low, most + span * 0.06];
}
