import { useMemo } from "react";
import { ChartLine, Download, Trash2 } from "lucide-react";
import { type RunInfo } from "#shared/host/contract.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { host } from "../host/hostClient.ts";
import { runStore, useRuns } from "../state/runStore.ts";
import { ask } from "../ui/ask.ts";
import { Button } from "../ui/Button.tsx";
import { formatDuration, formatLarge, formatMetric, metricTitle } from "../ui/format.ts";
import { showToast } from "../ui/toastStore.ts";
import { ChartToolbar } from "./ChartToolbar.tsx";
import { backendTitles, describeCost } from "./describeRun.ts";
import { ContinueButtons } from "./ContinueButtons.tsx";
import { openExport } from "./exportStore.ts";
import { listCurveNames, MetricChart, type OtherRun } from "./MetricChart.tsx";
import { RunComparison } from "./RunComparison.tsx";
import { useZoom } from "./RunCharts.tsx";
import { InsideRun } from "./observe/InsideRun.tsx";
import { formatSpan, measureEpochMs } from "./RunFigures.tsx";
import { RunReportView } from "./RunReportView.tsx";
import { RunStatusDot } from "./RunStatusDot.tsx";
import { useOtherStates, useRunState } from "./useRunState.ts";

export interface RunDetailProps {
  readonly run: RunInfo;
  /** Runs whose validation curves are drawn beside. */
  readonly compared: readonly RunInfo[];
}

/** One run: its figures, curves and report. */
export function RunDetail({ run, compared }: RunDetailProps) {
  const state = useRunState(run.id);
  const isActive = useRuns(({ active }) => active?.info.id === run.id);
  const states = useOtherStates(compared);
  const [zoom, setZoom] = useZoom();
  const others = useMemo(
    () =>
      compared.flatMap((other, index): readonly OtherRun[] => {
        const found = states.get(other.id);
        const color = comparisonColors[index % comparisonColors.length] ?? "--c-io";
        return found === undefined ? [] : [{ label: `run ${other.number}`, color, state: found }];
      }),
    [compared, states],
  );
  return (
    <section className="nl-run-detail" aria-label={`Run ${run.number}`}>
      <header className="nl-run-header">
        <h2>Run {run.number}</h2>
        <RunStatusDot status={run.status} />
        <span className="nl-quiet">{describeOrigin(run, state)}</span>
        <div className="nl-run-buttons">
          <ContinueButtons run={run} state={state} />
          <Button
            icon={Download}
            disabled={run.status === "running"}
            onClick={() => openExport({ kind: "model", runId: run.id })}
          >
            Export model
          </Button>
          <Button icon={ChartLine} onClick={() => openExport({ kind: "curves", runId: run.id })}>
            Export curves
          </Button>
          <Button
            icon={Trash2}
            disabled={run.status === "running"}
            onClick={() => void deleteRun(run)}
          >
            Delete
          </Button>
        </div>
      </header>
      <Pace state={state} />
      {state.recovered !== null && (
        <p className="nl-run-note">
          <b>{state.recovered.cause === "continued" ? "Resumed." : "Recovered."}</b>{" "}
          {state.recovered.message}
        </p>
      )}
      {run.message !== "" && (run.status === "failed" || run.status === "interrupted") && (
        <p className="nl-run-message">{run.message}</p>
      )}
      <Facts run={run} state={state} />
      {compared.length > 0 && <RunComparison runs={[run, ...compared]} />}
      <ChartToolbar
        isComparing={compared.length > 0}
        onShowAll={zoom === null ? undefined : () => setZoom(null)}
      />
      <div className="nl-runs-charts">
        {listCurveNames(state).map((metric) => (
          <div key={metric} className="nl-panel-card">
            <MetricChart
              state={state}
              metric={metric}
              runLabel={`Run ${run.number}`}
              others={others}
              zoom={zoom}
              onZoom={setZoom}
            />
          </div>
        ))}
      </div>
      <InsideRun run={run} state={state} canMend={isActive} />
      {state.report !== null && (
        <RunReportView report={state.report} metrics={run.metrics} snapshot={run.snapshot} />
      )}
      {state.epochs.length > 0 && <EpochTable state={state} />}
    </section>
  );
}

/** When, and on what. */
function describeOrigin(run: RunInfo, { started }: RunState): string {
  const device = started === null ? "" : ` · ${started.device}, ${backendTitles[started.backend]}`;
  const precision = started?.precision === "mixed" ? " · mixed precision" : "";
  return `${new Date(run.startedMs).toLocaleString("en-GB")}${device}${precision}`;
}

const comparisonColors = ["--c-merge", "--c-norm", "--c-pool", "--c-attn", "--c-conv"] as const;

function Facts({ run, state }: { readonly run: RunInfo; readonly state: RunState }) {
  const { started, ended } = state;
  const elapsed = ended?.elapsedMs ?? state.latest?.elapsedMs;
  const facts: readonly (readonly [string, string])[] = [
    ...Object.entries(run.metrics)
      .toSorted(
        ([left], [right]) => Number(right.startsWith("val")) - Number(left.startsWith("val")),
      )
      .map(
        ([name, value]) =>
          [
            `${name.startsWith("val") ? "validation " : ""}${metricTitle(name)}`,
            formatMetric(name, value),
          ] as const,
      ),
    ["epochs", started === null ? String(run.epochs) : `${run.epochs} of ${started.epochs}`],
    ["time", elapsed === undefined ? "–" : formatDuration(elapsed)],
  ];
  return (
    <dl className="nl-run-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How fast it was, and what a step asked of the device. */
function Pace({ state }: { readonly state: RunState }) {
  const epochMs = measureEpochMs(state);
  const speed = state.latest?.samplesPerSecond ?? 0;
  const parts = [
    epochMs === null ? null : `${formatSpan(epochMs)} an epoch`,
    speed === 0 ? null : `${formatLarge(Math.round(speed))} samples a second`,
    state.cost === null ? null : describeCost(state.cost),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : <p className="nl-quiet nl-run-cost">{parts.join(" · ")}</p>;
}

/** The curves as numbers, for reading and copying. */
function EpochTable({ state }: { readonly state: RunState }) {
  const names = Object.keys(state.epochs.at(-1)?.metrics ?? {});
  return (
    <details className="nl-run-details">
      <summary>Every epoch in numbers</summary>
      <table className="nl-table nl-mono">
        <thead>
          <tr>
            <th scope="col">epoch</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {state.epochs.map((epoch) => (
            <tr key={epoch.epoch}>
              <th scope="row">
                {epoch.epoch}
                {epoch.epoch === state.bestEpoch ? " best" : ""}
              </th>
              {names.map((name) => (
                <td key={name}>{formatMetric(name, epoch.metrics[name] ?? Number.NaN)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

async function deleteRun(run: RunInfo): Promise<void> {
  const answer = await ask({
    title: `Delete run ${run.number}?`,
    body: "Its curves, report and weights are deleted from this machine. This can’t be undone.",
    answers: [
      { id: "keep", title: "Keep it" },
      { id: "delete", title: "Delete", tone: "danger" },
    ],
  });
  if (answer !== "delete") return;
  const deleted = await host.deleteRun(run.id);
  if (deleted.ok) runStore.getState().removeRun(run.id);
  else showToast({ tone: "error", message: deleted.error.message });
}
