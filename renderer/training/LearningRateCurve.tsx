import { defaultSearchRange, type SearchPoint } from "#shared/training/learningRateSearch.ts";
import { formatNumber } from "../ui/format.ts";
import "./charts.css";

const size = { width: 560, height: 240, left: 48, right: 10, top: 18, bottom: 24 } as const;

export interface LearningRateCurveProps {
  readonly points: readonly SearchPoint[];
  /** The rate that is set now. */
  readonly current: number;
  readonly suggestion: number | null;
}

/** Loss over the learning rate, the rate by its logarithm. */
export function LearningRateCurve({ points, current, suggestion }: LearningRateCurveProps) {
  const { from, to } = defaultSearchRange;
  const [least, most] = findHeight(points);
  const plotWidth = size.width - size.left - size.right;
  const plotHeight = size.height - size.top - size.bottom;
  const x = (rate: number): number =>
    size.left + (Math.log(rate / from) / Math.log(to / from)) * plotWidth;
  const y = (loss: number): number =>
    size.top + (1 - (Math.min(Math.max(loss, least), most) - least) / (most - least)) * plotHeight;
  const draw = (read: (point: SearchPoint) => number): string =>
    points
      .filter((point) => Number.isFinite(read(point)))
      .map(
        (point, index) =>
          `${index === 0 ? "M" : "L"}${x(point.learningRate).toFixed(1)} ${y(read(point)).toFixed(1)}`,
      )
      .join("");
  const decades = Array.from(
    { length: Math.round(Math.log10(to / from)) + 1 },
    (_, power) => from * 10 ** power,
  );
  const isInside = current >= from && current <= to;
  return (
    <svg
      className="nl-finder-curve"
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={
        suggestion === null
          ? `Loss over the learning rate, ${points.length} steps so far.`
          : `Loss over the learning rate. ${formatNumber(suggestion)} is suggested.`
      }
    >
      {decades.map((rate) => (
        <g key={rate}>
          <path
            className="nl-finder-grid"
            d={`M${x(rate)} ${size.top}V${size.height - size.bottom}`}
          />
          <text x={x(rate)} y={size.height - 8} textAnchor="middle">
            {formatPower(rate)}
          </text>
        </g>
      ))}
      {points.length > 0 &&
        [least, (least + most) / 2, most].map((loss) => (
          <text
            key={loss}
            x={size.left - 8}
            y={y(loss) + (loss === least ? -1 : 4)}
            textAnchor="end"
          >
            {formatNumber(loss)}
          </text>
        ))}
      {isInside && (
        <Mark
          at={x(current)}
          height={size.height - size.bottom - 6}
          label={`now ${formatNumber(current)}`}
          beside={suggestion !== null && suggestion < current ? "right" : "left"}
          className="nl-finder-now"
        />
      )}
      <path className="nl-finder-raw" d={draw(({ loss }) => loss)} />
      <path className="nl-finder-line" d={draw(({ smoothedLoss }) => smoothedLoss)} />
      {suggestion !== null && (
        <Mark
          at={x(suggestion)}
          height={size.top - 6}
          label={formatNumber(suggestion)}
          className="nl-finder-best"
        />
      )}
    </svg>
  );
}

const labelPlaces = {
  above: { offset: 0, anchor: "middle" },
  left: { offset: -6, anchor: "end" },
  right: { offset: 6, anchor: "start" },
} as const;

function Mark(props: {
  readonly at: number;
  /** Of the label. */
  readonly height: number;
  readonly label: string;
  /** On this side of the line instead of above it. */
  readonly beside?: "left" | "right";
  readonly className: string;
}) {
  const { at, height, label, beside, className } = props;
  const { offset, anchor } = labelPlaces[beside ?? "above"];
  return (
    <g className={className}>
      <path d={`M${at} ${size.top}V${size.height - size.bottom}`} />
      <text x={at + offset} y={height} textAnchor={anchor}>
        {label}
      </text>
    </g>
  );
}

/** From the lowest to a little above the first: what explodes beyond that would flatten all else. */
function findHeight(points: readonly SearchPoint[]): readonly [number, number] {
  const [first] = points;
  if (first === undefined) return [0, 1];
  const smoothed = points.map(({ smoothedLoss }) => smoothedLoss).filter(Number.isFinite);
  const least = Math.min(...smoothed);
  const start = Math.max(...smoothed.slice(0, Math.ceil(smoothed.length / 2)));
  const span = Math.max(start - least, Math.abs(start) * 0.05, 1e-9);
  return [least - 0.08 * span, start + 0.35 * span];
}

/** `10⁻³`. */
function formatPower(rate: number): string {
  const power = Math.round(Math.log10(rate));
  if (power >= -2 && power <= 1) return String(10 ** power);
  return `1e${power}`;
}
