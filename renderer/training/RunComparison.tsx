import { useMemo } from "react";
import type { RunInfo } from "#shared/host/contract.ts";
import { isHigherBetter } from "#shared/training/metricNames.ts";
import { formatMetric, metricTitle } from "../ui/format.ts";
import { RunStatusDot } from "./RunStatusDot.tsx";
import { findDifferences, readRunSettings } from "./runSettings.ts";

/** Runs side by side: what they reached, the best of each figure marked, and the settings in which they differ. */
export function RunComparison({ runs }: { readonly runs: readonly RunInfo[] }) {
  const settings = useMemo(() => runs.map(readRunSettings), [runs]);
  const differences = findDifferences(settings);
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].toSorted(
    (left, right) => Number(right.startsWith("val")) - Number(left.startsWith("val")),
  );
  return (
    <section className="nl-panel-card nl-comparison" aria-label="Comparison of runs">
      <h3 className="nl-heading">Runs compared</h3>
      <div className="nl-scroll-x" tabIndex={0} role="group" aria-label="Table of compared runs">
        <table className="nl-table">
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col">status</th>
              <th scope="col">epochs done</th>
              {metrics.map((name) => (
                <th key={name} scope="col">
                  {name.startsWith("val") ? "validation " : ""}
                  {metricTitle(name)}
                </th>
              ))}
              {differences.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run, index) => (
              <tr key={run.id}>
                <th scope="row">{run.number}</th>
                <td>
                  <RunStatusDot status={run.status} />
                </td>
                <td className="nl-mono">{run.epochs}</td>
                {metrics.map((name) => (
                  <td key={name} className="nl-mono">
                    <Figure name={name} value={run.metrics[name]} best={findBest(runs, name)} />
                  </td>
                ))}
                {differences.map((name) => (
                  <td key={name} className="nl-mono">
                    {settings[index]?.get(name) ?? "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {differences.length === 0 && (
        <p className="nl-quiet">Their settings are the same; the networks may still differ.</p>
      )}
    </section>
  );
}

function Figure(props: {
  readonly name: string;
  readonly value: number | undefined;
  readonly best: number | null;
}) {
  const { name, value, best } = props;
  if (value === undefined) return <>–</>;
  const text = formatMetric(name, value);
  return value === best ? (
    <b className="is-ok">
      {text}
      <span className="nl-visually-hidden"> best</span>
    </b>
  ) : (
    <>{text}</>
  );
}

/** null where there is nothing to choose from. */
function findBest(runs: readonly RunInfo[], name: string): number | null {
  const values = runs.flatMap(({ metrics }) => metrics[name] ?? []).filter(Number.isFinite);
  if (new Set(values).size < 2) return null;
  return isHigherBetter(name) ? Math.max(...values) : Math.min(...values);
}
