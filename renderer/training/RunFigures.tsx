import { Bookmark } from "lucide-react";
import type { LossScale } from "#shared/training/events.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { Icon } from "../ui/Icon.tsx";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLarge,
  formatNumber,
} from "../ui/format.ts";
import { describeCost } from "./describeRun.ts";

type Row = readonly [name: string, value: string];

/** A run under way in figures: where it is, how fast, what can be gone back to. How long still stands in the bar. */
export function RunFigures({ state }: { readonly state: RunState }) {
  const { started, latest } = state;
  if (started === null || state.phase === "waiting") {
    return <p className="nl-quiet">Reading the data and building the network.</p>;
  }
  const speed = latest === null || latest.samplesPerSecond === 0 ? null : latest.samplesPerSecond;
  const epochMs = measureEpochMs(state);
  const rows: readonly Row[] = [
    [
      "Step",
      latest === null
        ? "–"
        : `${formatCount(latest.step)} of ${formatCount(started.stepsPerEpoch)}`,
    ],
    ["Samples/s", speed === null ? "–" : formatLarge(Math.round(speed))],
    ...(epochMs === null ? [] : [["One epoch", formatSpan(epochMs)] as const]),
    ["Time", formatDuration(latest?.elapsedMs ?? 0)],
    ["Memory", latest === null ? "–" : formatBytes(latest.memoryBytes)],
    ...(latest?.learningRate === undefined
      ? []
      : [["Learning rate", formatNumber(latest.learningRate)] as const]),
    ...(latest?.scaling === undefined
      ? []
      : [["Loss scale", describeScale(latest.scaling)] as const]),
    ["Best epoch", state.bestEpoch === null ? "–" : String(state.bestEpoch)],
  ];
  return (
    <>
      {state.phase === "paused" && (
        <p className="nl-run-note" role="status">
          <b>Paused.</b> {describeKept(state) ?? "It can go on from here."}
        </p>
      )}
      {/* Who continued a run knows of it; a lost device comes as a surprise. */}
      {state.recovered !== null && state.recovered.cause !== "continued" && (
        <p className="nl-run-note" role="status">
          <b>Recovered.</b> {state.recovered.message}
        </p>
      )}
      <Stats rows={rows} />
      {state.phase !== "paused" && (
        <p className="nl-run-kept">
          <Icon of={Bookmark} size={12} />
          {describeKept(state) ?? "No checkpoint yet."}
        </p>
      )}
      {state.cost !== null && !state.cost.isRecorded && (
        <p className="nl-run-kept">{describeCost(state.cost)}</p>
      )}
    </>
  );
}

export function Stats({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl className="nl-stats">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Of the last whole epoch, validation included. */
export function measureEpochMs({ epochs }: RunState): number | null {
  const [before, last] = epochs.slice(-2);
  if (before === undefined || last === undefined) return null;
  return last.elapsedMs - before.elapsedMs;
}

/** Short times with their milliseconds. */
export function formatSpan(ms: number): string {
  return ms < 9950 ? `${formatNumber(Math.max(0, Math.round(ms)) / 1000)} s` : formatDuration(ms);
}

/** "32,768 (2 skipped)": skipped steps are those at whose scale numbers left the range of 16 bits. */
function describeScale({ scale, skippedSteps }: LossScale): string {
  return `${formatCount(scale)}${skippedSteps === 0 ? "" : ` (${formatCount(skippedSteps)} skipped)`}`;
}

/** What a crash would lose nothing of. */
function describeKept({ checkpoint }: RunState): string | null {
  if (checkpoint === null) return null;
  const { epochs, step } = checkpoint;
  const place = step === 0 ? `epoch ${epochs}` : `epoch ${epochs + 1}, step ${formatCount(step)}`;
  return epochs === 0 && step === 0 ? null : `Saved at ${place}.`;
}
