import { useState } from "react";
import { SlidersHorizontal } from "lucide-react";
import type { RunState } from "#shared/training/runReducer.ts";
import { IconButton } from "../ui/Button.tsx";
import { metricTitle } from "../ui/format.ts";
import { Popover } from "../ui/Popover.tsx";
import { Select } from "../ui/Select.tsx";
import { ChartToolbar } from "./ChartToolbar.tsx";
import { useChartSettings } from "./chartSettings.ts";
import type { Span } from "./chartZoom.ts";
import { listCurveNames, MetricChart } from "./MetricChart.tsx";

export interface RunChartsProps {
  readonly state: RunState;
  /** "Run 3". */
  readonly runLabel: string;
}

/** Loss on the left, one metric on the right. */
export function RunCharts({ state, runLabel }: RunChartsProps) {
  const metrics = listCurveNames(state).filter((name) => name !== "loss");
  const [wanted, setWanted] = useState<string | null>(null);
  const [zoom, setZoom] = useZoom();
  const metric = wanted !== null && metrics.includes(wanted) ? wanted : metrics[0];
  const shared = { state, runLabel, zoom, onZoom: setZoom };
  const settings = (
    <Popover
      label="How curves are drawn"
      trigger={<IconButton icon={SlidersHorizontal} iconSize={14} label="How curves are drawn" />}
    >
      <h3 className="nl-popover-title">Curves</h3>
      <ChartToolbar onShowAll={zoom === null ? undefined : () => setZoom(null)} />
    </Popover>
  );
  if (metric === undefined) {
    return (
      <div className="nl-run-charts">
        <MetricChart {...shared} metric="loss" aside={settings} />
      </div>
    );
  }
  const choice = metrics.length > 1 && (
    <Select
      label="Metric"
      className="nl-run-metric-choice"
      value={metric}
      options={metrics.map((name) => ({ value: name, label: metricTitle(name) }))}
      onChange={setWanted}
    />
  );
  return (
    <div className="nl-run-charts">
      <MetricChart {...shared} metric="loss" />
      <MetricChart
        {...shared}
        metric={metric}
        aside={
          <>
            {choice}
            {settings}
          </>
        }
      />
    </div>
  );
}

/** The part that charts side by side show. Another axis has other places: then all is shown. */
export function useZoom(): readonly [Span | null, (zoom: Span | null) => void] {
  const { axis } = useChartSettings();
  const [zoomed, setZoomed] = useState<{ readonly axis: string; readonly span: Span } | null>(null);
  const span = zoomed?.axis === axis ? zoomed.span : null;
  return [span, (next) => setZoomed(next === null ? null : { axis, span: next })];
}
