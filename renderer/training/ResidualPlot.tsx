import type { RunReport } from "#shared/training/events.ts";
import { formatNumber } from "../ui/format.ts";

const size = { width: 420, height: 320, left: 56, bottom: 34, top: 10, right: 10 };

/** Prediction against truth: on the line is right, above too much, below too little. In the target's own unit. */
export function ResidualPlot({
  residuals,
}: {
  readonly residuals: NonNullable<RunReport["residuals"]>;
}) {
  const values = residuals.flatMap(({ truth, predicted }) => [truth, predicted]);
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  const x = (value: number): number =>
    size.left + ((value - least) / span) * (size.width - size.left - size.right);
  const y = (value: number): number =>
    size.height - size.bottom - ((value - least) / span) * (size.height - size.bottom - size.top);
  const errors = residuals.map(({ truth, predicted }) => Math.abs(predicted - truth));
  const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
  const ticks = [least, least + span / 2, least + span];
  return (
    <svg
      className="nl-residuals"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={`Prediction against truth for ${residuals.length} samples. The mean absolute error is ${formatNumber(mean)}.`}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <path d={`M${size.left} ${y(tick)}H${size.width - size.right}`} stroke="var(--line)" />
          <text x={size.left - 6} y={y(tick) + 4} textAnchor="end">
            {formatNumber(tick)}
          </text>
          <text x={x(tick)} y={size.height - size.bottom + 16} textAnchor="middle">
            {formatNumber(tick)}
          </text>
        </g>
      ))}
      <path
        d={`M${x(least)} ${y(least)}L${x(least + span)} ${y(least + span)}`}
        stroke="var(--text-3)"
        strokeDasharray="4 4"
      />
      {residuals.map(({ truth, predicted }, index) => (
        <circle
          key={index}
          cx={x(truth)}
          cy={y(predicted)}
          r="2.6"
          fill="var(--accent)"
          fillOpacity="0.6"
        />
      ))}
      <text x={(size.left + size.width) / 2} y={size.height - 4} textAnchor="middle">
        truth
      </text>
      <text transform={`translate(11 ${size.height / 2}) rotate(-90)`} textAnchor="middle">
        predicted
      </text>
    </svg>
  );
}
