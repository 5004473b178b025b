import { useState } from "react";
import { type RunState, selectMetricNames } from "#shared/training/runReducer.ts";
import { formatMetric, metricTitle } from "../ui/format.ts";
import { Select } from "../ui/Select.tsx";
import { CurveChart, type Curve } from "./CurveChart.tsx";
import { readCurves } from "./curves.ts";

/** Loss on the left, one metric on the right. */
export function RunCharts({ state }: { readonly state: RunState }) {
  const names = selectMetricNames(state);
  const metrics = names.filter((name) => name !== "loss");
  const [wanted, setWanted] = useState<string | null>(null);
  const metric = wanted !== null && metrics.includes(wanted) ? wanted : metrics[0];
  return (
    <div className="nl-run-charts">
      <MetricChart state={state} metric="loss" />
      {metric !== undefined && (
        <div className="nl-run-metric">
          {metrics.length > 1 && (
            <Select
              label="Metric"
              className="nl-run-metric-choice"
              value={metric}
              options={metrics.map((name) => ({ value: name, label: metricTitle(name) }))}
              onChange={setWanted}
            />
          )}
          <MetricChart state={state} metric={metric} />
        </div>
      )}
    </div>
  );
}

export function MetricChart(props: {
  readonly state: RunState;
  readonly metric: string;
  /** Validation curves of other runs. */
  readonly others?: readonly Curve[];
}) {
  const { state, metric, others = [] } = props;
  const { steps, training, validation } = readCurves(state, metric);
  const title = metricTitle(metric);
  const format = (value: number): string => formatMetric(metric, value);
  const curves: readonly Curve[] = [
    {
      label: training.length > 0 ? `${title}, every step` : title,
      color: "--chart-training",
      points: steps,
      isRaw: training.length > 0,
    },
    ...(training.length > 0
      ? [{ label: title, color: "--chart-training", points: training } as const]
      : []),
    ...(validation.length > 0
      ? [{ label: "validation", color: "--chart-validation", points: validation } as const]
      : []),
    ...others,
  ];
  const last = (points: readonly (readonly [number, number])[]): string => {
    const value = points.at(-1)?.[1];
    return value === undefined ? "not measured yet" : format(value);
  };
  return (
    <CurveChart
      title={`${title} by epoch`}
      summary={`Training ${last(training.length > 0 ? training : steps)}, validation ${last(validation)}, after ${state.epochs.length} epochs.`}
      curves={curves}
      epochs={Math.max(
        countEpochs(state),
        ...others.map((curve) => Math.ceil(curve.points.at(-1)?.[0] ?? 0)),
      )}
      format={format}
    />
  );
}

/** How far the axis reaches: all planned epochs while the run goes on, those that were done when it has ended. */
function countEpochs(state: RunState): number {
  const planned = state.started?.epochs ?? 1;
  if (state.ended === null) return planned;
  const reached = Math.max(state.steps.at(-1)?.position ?? 0, state.epochs.at(-1)?.epoch ?? 0);
  return Math.min(planned, Math.max(1, Math.ceil(reached)));
}
