import { assertNever } from "#shared/base/assertNever.ts";
import type { Metrics, RunReport } from "#shared/training/events.ts";
import { isHigherBetter, joinNames } from "#shared/training/metricNames.ts";
import { formatMetric, metricTitle } from "../ui/format.ts";

type Baseline = RunReport["baselines"][number];

/** Is the network better than knowing nothing? The same metrics for the most trivial forecaster. */
export function Baselines(props: {
  readonly baselines: readonly Baseline[];
  readonly metrics: Metrics;
}) {
  const { baselines, metrics } = props;
  if (baselines.length === 0) return null;
  return (
    <table className="nl-table">
      <thead>
        <tr>
          <th scope="col">Compared with</th>
          <th scope="col">Metric</th>
          <th scope="col">It reaches</th>
          <th scope="col">This run</th>
        </tr>
      </thead>
      <tbody>
        {baselines.flatMap((baseline) =>
          Object.entries(baseline.metrics).map(([name, value]) => {
            const own = metrics[joinNames("val", name)] ?? metrics[name];
            const isBetter =
              own === undefined ? null : isHigherBetter(name) ? own > value : own < value;
            return (
              <tr key={`${baseline.name} ${name}`}>
                <th scope="row">{describeBaseline(baseline.name)}</th>
                <td>{metricTitle(name)}</td>
                <td className="nl-mono">{formatMetric(name, value)}</td>
                <td
                  className={`nl-mono ${isBetter === null ? "" : isBetter ? "is-ok" : "is-error"}`}
                >
                  {own === undefined
                    ? "–"
                    : `${formatMetric(name, own)}, ${isBetter === true ? "better" : "not better"}`}
                </td>
              </tr>
            );
          }),
        )}
      </tbody>
    </table>
  );
}

function describeBaseline(name: Baseline["name"]): string {
  switch (name) {
    case "majority-class":
      return "always the most frequent class";
    case "mean":
      return "always the mean";
    case "last-value":
      return "the last value again";
    default:
      return assertNever(name);
  }
}
