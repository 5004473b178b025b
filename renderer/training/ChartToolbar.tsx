import { useId } from "react";
import { ZoomOut } from "lucide-react";
import type { CurveAxis } from "#shared/training/curves.ts";
import { Button } from "../ui/Button.tsx";
import { SegmentedControl } from "../ui/SegmentedControl.tsx";
import { Switch } from "../ui/Switch.tsx";
import { changeChartSettings, useChartSettings } from "./chartSettings.ts";

const axes: readonly { readonly value: CurveAxis; readonly title: string }[] = [
  { value: "epoch", title: "Epochs" },
  { value: "step", title: "Steps" },
  { value: "time", title: "Time" },
];

export interface ChartToolbarProps {
  /** Whether other runs are drawn beside. */
  readonly isComparing?: boolean;
  /** Given while a part is shown: shows all again. */
  readonly onShowAll?: (() => void) | undefined;
}

/** How all curves are drawn. */
export function ChartToolbar({ isComparing = false, onShowAll }: ChartToolbarProps) {
  const { smoothing, axis, isRangeShown, comparison } = useChartSettings();
  const id = useId();
  return (
    <div className="nl-chart-toolbar" role="group" aria-label="How curves are drawn">
      <label className="nl-chart-smoothing">
        <span>Smoothing</span>
        <input
          type="range"
          className="nl-range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing}
          aria-valuetext={smoothing === 0 ? "off" : String(smoothing)}
          onChange={(event) => changeChartSettings({ smoothing: event.target.valueAsNumber })}
        />
        <output className="nl-mono">{smoothing === 0 ? "off" : smoothing.toFixed(2)}</output>
      </label>
      <SegmentedControl
        label="Curves over"
        value={axis}
        options={axes}
        onChange={(value) => changeChartSettings({ axis: value })}
      />
      {isComparing && (
        <SegmentedControl
          label="Compared runs"
          value={comparison}
          options={[
            { value: "lines", title: "Lines" },
            { value: "range", title: "Mean and range" },
          ]}
          onChange={(value) => changeChartSettings({ comparison: value })}
        />
      )}
      <span
        className="nl-chart-switch"
        title="Shade the smallest to the largest value of the steps"
      >
        <Switch
          id={id}
          isOn={isRangeShown}
          onChange={(isOn) => changeChartSettings({ isRangeShown: isOn })}
        />
        <label htmlFor={id}>Range of steps</label>
      </span>
      {onShowAll !== undefined && (
        <Button size="small" icon={ZoomOut} onClick={onShowAll}>
          Show all
        </Button>
      )}
    </div>
  );
}
