import { useMemo, useRef, useState, type ReactNode } from "react";
import { Ellipsis, ZoomOut } from "lucide-react";
import type UPlot from "uplot";
import {
  type CurveAxis,
  decimateCurve,
  decimateRange,
  joinCurves,
  type Point,
  type RangePoint,
  readValueAt,
} from "#shared/training/curves.ts";
import { IconButton } from "../ui/Button.tsx";
import { Menu } from "../ui/Menu.tsx";
import type { Curve } from "./curve.ts";
import { drawPicture, printTable, saveFile } from "./chartFiles.ts";
import { type ChartContent, describePlace, measureHeight } from "./chartOptions.ts";
import { keepInside, type Span } from "./chartZoom.ts";
import { useChart } from "./useChart.ts";
import { useChartGestures } from "./useChartGestures.ts";
import "./charts.css";

export interface CurveChartProps {
  readonly title: string;
  /** One sentence for those who can't see it. */
  readonly summary: string;
  readonly curves: readonly Curve[];
  /** Shaded behind the curves. */
  readonly band?: { readonly color: `--${string}`; readonly points: readonly RangePoint[] } | null;
  readonly axis: CurveAxis;
  /** How far the axis reaches; it keeps that while the curves grow. */
  readonly end: number;
  readonly format: (value: number) => string;
  readonly isLogarithmic: boolean;
  readonly onLogarithmicChange: (isLogarithmic: boolean) => void;
  /** The part that is shown, shared by charts that stand together; null: all. */
  readonly zoom: Span | null;
  readonly onZoom: (zoom: Span | null) => void;
  /** Beside the chart's own buttons. */
  readonly aside?: ReactNode;
  /** Of saved pictures and tables, without ending. */
  readonly fileName: string;
}

const noPoints: readonly Point[] = [];
const noBand: readonly RangePoint[] = [];

/**
 * Curves to look into: the values at the pointer or the arrow keys, zoom by dragging, the wheel, and + and −, all again
 * by a double click or 0. Measured values are always drawn, also behind smoothed ones.
 */
export function CurveChart(props: CurveChartProps) {
  const { title, summary, curves, axis, format, isLogarithmic, zoom, onZoom } = props;
  const place = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const [width, setWidth] = useState(600);
  const whole: Span = [0, Math.max(props.end, Number.MIN_VALUE)];
  const [from, to] = zoom === null ? whole : (keepInside(zoom, whole) ?? whole);
  const bandPoints = props.band?.points ?? noBand;

  const shown = useMemo(() => {
    const window = { from, to, columns: width };
    return curves.map((curve) => ({
      ...curve,
      points: decimateCurve(curve.points, window).filter(([, y]) => !isLogarithmic || y > 0),
    }));
  }, [curves, from, to, width, isLogarithmic]);
  const band = useMemo(
    () => decimateRange(bandPoints, { from, to, columns: width / 2 }),
    [bandPoints, from, to, width],
  );
  const data = useMemo(
    // Columns of numbers and gaps are what uPlot calls aligned data.
    () => joinCurves(shown.map(({ points }) => points)) as UPlot.AlignedData,
    [shown],
  );
  const height = useMemo(() => {
    const inside = ([at]: readonly [number, ...number[]]) => at >= from && at <= to;
    const values = [
      ...shown.flatMap(({ points }) => points.filter(inside).map(([, value]) => value)),
      ...band.filter(inside).flatMap(([, least, most]) => [least, most]),
    ];
    return measureHeight(values, { isLogarithmic });
  }, [shown, band, from, to, isLogarithmic]);

  const content: ChartContent = {
    curves: shown,
    band: props.band ? { color: props.band.color, points: band } : null,
    axis,
    isLogarithmic,
    span: [from, to],
    height,
    format,
  };
  // What the chart is built from; new points alone only bring new data.
  const look = [
    axis,
    isLogarithmic,
    ...curves.map(({ label, color, isRaw, isDashed }) => [label, color, isRaw, isDashed].join()),
  ].join("|");
  const chart = useChart(place, content, {
    data,
    look,
    listeners: {
      onHover: setHovered,
      onResize: setWidth,
      onSelect: (start, end) => onZoom(keepInside([start, end], whole)),
      onReset: () => onZoom(null),
    },
  });

  const describe = (at: number): string =>
    [
      describePlace(at, axis),
      ...listed.flatMap((curve) => {
        const value = readValueAt(curve.points, at + 1e-9);
        return value === null ? [] : [`${curve.label} ${format(value)}`];
      }),
    ].join(", ");
  const listed = curves.filter((curve) => curve.isUnlisted !== true);
  const gestures = useChartGestures(place, chart, { span: [from, to], whole, onZoom, describe });

  const saved = { title, axis, curves, span: [from, to] as Span };
  return (
    <figure className="nl-chart">
      <div className="nl-chart-head">
        <figcaption className="nl-chart-legend">
          {listed.map((curve) => {
            const value = readShown(curve.points, hovered);
            const measured = readShown(curve.measured ?? noPoints, hovered);
            return (
              <span key={curve.label}>
                <i
                  data-dashed={curve.isDashed === true ? "" : undefined}
                  style={{ color: `var(${curve.color})` }}
                />
                {curve.label}
                {value !== null && <b>{format(value)}</b>}
                {measured !== null && <small title="As measured">{format(measured)}</small>}
              </span>
            );
          })}
          {hovered !== null && <span className="nl-quiet">{describePlace(hovered, axis)}</span>}
        </figcaption>
        <div className="nl-chart-actions">
          {props.aside}
          {zoom !== null && (
            <IconButton
              icon={ZoomOut}
              iconSize={14}
              label={`Show all of ${title}`}
              onClick={() => onZoom(null)}
            />
          )}
          <button
            type="button"
            className="nl-chart-log"
            aria-label={`Logarithmic scale, ${title}`}
            aria-pressed={isLogarithmic}
            title="Space values by their logarithm"
            onClick={() => props.onLogarithmicChange(!isLogarithmic)}
          >
            log
          </button>
          <Menu
            align="end"
            trigger={<IconButton icon={Ellipsis} iconSize={14} label={`Save ${title}`} />}
            entries={[
              {
                title: "Save as picture (PNG)",
                run: () => {
                  const plot = chart.current;
                  if (plot === null) return;
                  void drawPicture(plot, { title, curves: listed, format }).then((bytes) =>
                    saveFile(`${props.fileName}.png`, bytes),
                  );
                },
              },
              {
                title: "Save as table (CSV)",
                run: () => void saveFile(`${props.fileName}.csv`, printTable(saved)),
              },
            ]}
          />
        </div>
      </div>
      <div
        ref={place}
        className="nl-chart-plot"
        role="group"
        aria-roledescription="chart"
        aria-label={`${title}. ${summary}`}
        aria-keyshortcuts="ArrowLeft ArrowRight + - 0"
        // Operated by keys, as its shortcuts say.
        tabIndex={0}
        {...gestures}
      />
    </figure>
  );
}

/** At the pointer, or the last value. */
function readShown(points: readonly Point[], hovered: number | null): number | null {
  return hovered === null ? (points.at(-1)?.[1] ?? null) : readValueAt(points, hovered + 1e-9);
}
