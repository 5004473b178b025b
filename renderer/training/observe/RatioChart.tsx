import { updateRatioBand } from "#shared/training/diagnoseProgress.ts";
import { formatNumber } from "../../ui/format.ts";

const width = 240;
const height = 56;
/** Room for half a point at the edges. */
const inset = 3;
/** Powers of ten that the axis spans. */
const least = -7;
const most = 0;

/** How far each step moves the weights, by their own length; the band around a thousandth is healthy. */
export function RatioChart({ ratios }: { readonly ratios: readonly (number | null)[] }) {
  const step = width / Math.max(1, ratios.length - 1);
  const points = ratios.flatMap((ratio, index) =>
    ratio === null || ratio <= 0 ? [] : [`${toX(index)},${toY(ratio)}`],
  );
  const last = ratios.findLast((ratio) => ratio !== null) ?? null;
  if (last === null) return null;
  function toX(index: number): string {
    return (ratios.length === 1 ? width / 2 : index * step).toFixed(1);
  }
  const top = toY(updateRatioBand.high);
  const verdict =
    last > updateRatioBand.high
      ? "above the healthy band"
      : last < updateRatioBand.low
        ? "below the healthy band"
        : "in the healthy band";
  return (
    <figure className="nl-ratio">
      <figcaption>
        <span>Update by weight</span>
        <span className="nl-mono">{formatNumber(last)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`A step changes the weights by ${formatNumber(last)} of their length, ${verdict} (around 0.001).`}
      >
        <rect x={0} y={top} width={width} height={toY(updateRatioBand.low) - top} />
        <line x1={0} x2={width} y1={toY(1e-3)} y2={toY(1e-3)} />
        {points.length === 1 ? (
          <path d={`M${points[0] ?? "0,0"}h0.01`} />
        ) : (
          <polyline points={points.join(" ")} />
        )}
      </svg>
      <p>{formatVerdict(verdict)} (10⁻⁴ to 10⁻², best near 10⁻³)</p>
    </figure>
  );
}

const formatVerdict = (verdict: string) => verdict.charAt(0).toUpperCase() + verdict.slice(1);

function toY(ratio: number): number {
  const power = Math.min(most, Math.max(least, Math.log10(ratio)));
  return inset + ((most - power) / (most - least)) * (height - 2 * inset);
}
