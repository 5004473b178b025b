import { useMemo, type ReactNode } from "react";
import { readCurves } from "#shared/training/curves.ts";
import { type RunState, selectMetricNames } from "#shared/training/runReducer.ts";
import { formatMetric, metricTitle } from "../ui/format.ts";
import { setLogarithmic, useChartSettings } from "./chartSettings.ts";
import type { Span } from "./chartZoom.ts";
import { CurveChart } from "./CurveChart.tsx";
import { chooseMain, drawMetric, type OtherCurves } from "./metricCurves.ts";

/** Another run whose curves are drawn beside. */
export interface OtherRun {
  readonly label: string;
  readonly color: `--${string}`;
  readonly state: RunState;
}

export interface MetricChartProps {
  readonly state: RunState;
  readonly metric: string;
  /** For the names of saved files. */
  readonly runLabel: string;
  readonly others?: readonly OtherRun[];
  readonly zoom: Span | null;
  readonly onZoom: (zoom: Span | null) => void;
  readonly aside?: ReactNode;
}

const none: readonly OtherRun[] = [];

/** One metric of a run, or the learning rate: every step, training and validation by epochs. */
export function MetricChart(props: MetricChartProps) {
  const { state, metric, runLabel, others = none, zoom, onZoom } = props;
  const settings = useChartSettings();
  const { axis, logarithmic } = settings;
  const own = useMemo(() => readCurves(state, metric, axis), [state, metric, axis]);
  const title = metricTitle(metric);
  const { curves, band } = useMemo(() => {
    const beside: readonly OtherCurves[] = others.map((other) => ({
      ...other,
      curves: readCurves(other.state, metric, axis),
    }));
    // A rate is set, not measured: there is nothing to smooth.
    const smoothing = metric === "learningRate" ? 0 : settings.smoothing;
    return drawMetric(title, own, { others: beside, settings: { ...settings, smoothing } });
  }, [own, others, metric, axis, title, settings]);
  const format = (value: number): string => formatMetric(metric, value);
  const last = (points: readonly (readonly [number, number])[]): string => {
    const value = points.at(-1)?.[1];
    return value === undefined ? "not measured yet" : format(value);
  };
  const { steps, training, validation } = own;
  return (
    <CurveChart
      title={`${title} by ${axis}`}
      summary={
        metric === "learningRate"
          ? `Now ${last(steps)}.`
          : `Training ${last(training.length > 0 ? training : steps)}, validation ${last(validation)}, after ${state.epochs.length} epochs.`
      }
      curves={curves}
      band={band}
      axis={axis}
      end={Math.max(
        axis === "time" ? 0 : planEnd(state, axis),
        ...[own, ...others.map((other) => readCurves(other.state, metric, axis))].map((each) =>
          Math.max(each.steps.at(-1)?.[0] ?? 0, chooseMain(each).at(-1)?.[0] ?? 0),
        ),
      )}
      format={format}
      isLogarithmic={logarithmic.includes(metric)}
      onLogarithmicChange={(isLogarithmic) => setLogarithmic(metric, isLogarithmic)}
      zoom={zoom}
      onZoom={onZoom}
      aside={props.aside}
      fileName={`${runLabel} ${title} by ${axis}`.replace(/[^\p{L}\p{N}]+/gu, "-")}
    />
  );
}

/** All planned epochs while the run goes on, those that were done when it has ended. */
function planEnd(state: RunState, axis: "epoch" | "step"): number {
  const planned = state.started?.epochs ?? 1;
  const reached = Math.max(state.steps.at(-1)?.position ?? 0, state.epochs.at(-1)?.epoch ?? 0);
  const epochs =
    state.ended === null ? planned : Math.min(planned, Math.max(1, Math.ceil(reached)));
  return axis === "epoch" ? epochs : epochs * (state.started?.stepsPerEpoch ?? 1);
}

/** What has a curve: loss first, then metrics, then the learning rate where it changes. */
export function listCurveNames(state: RunState): readonly string[] {
  const names = selectMetricNames(state);
  const rates = new Set(state.steps.map(({ metrics }) => metrics["learningRate"]));
  return [
    "loss",
    ...names.filter((name) => name !== "loss"),
    ...(rates.size > 1 ? ["learningRate"] : []),
  ];
}
