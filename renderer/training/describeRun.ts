import type { RunInfo } from "#shared/host/contract.ts";
import type { BackendName, Metrics, StepCost } from "#shared/training/events.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import { formatDuration, formatMetric, metricTitle } from "../ui/format.ts";

export const backendTitles: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  webgl: "WebGL",
  cpu: "CPU",
};

/** "epoch 7 of 12 · 41 s left", short enough for the top bar. */
export function describeProgress(state: RunState): string {
  const { phase, started, latest } = state;
  if (started === null || phase === "waiting") return "Starting";
  const epoch = `epoch ${latest?.epoch ?? 1} of ${started.epochs}`;
  if (phase === "paused") return `${epoch} · paused`;
  if (latest === null || latest.remainingMs === null) return epoch;
  return `${epoch} · ${formatDuration(latest.remainingMs)} left`;
}

export function describeStatus(status: RunInfo["status"]): string {
  switch (status) {
    case "running":
      return "Running";
    case "finished":
      return "Finished";
    case "stopped":
      return "Stopped";
    case "early-stopping":
      return "Stopped early";
    case "failed":
      return "Failed";
    case "interrupted":
      return "Interrupted";
  }
}

/** The most telling figures first: validation accuracy, else validation loss, else what there is. */
export function describeBest(metrics: Metrics): string {
  const names = ["valAccuracy", "accuracy", "valMae", "valLoss", "loss"];
  const name = names.find((candidate) => metrics[candidate] !== undefined);
  if (name === undefined) return "no epoch finished";
  const part = name.startsWith("val") ? "validation " : "";
  return `${formatMetric(name, metrics[name] ?? 0)} ${part}${metricTitle(name)}`;
}

/** What a step asks of the GPU, and why that is slower than it could be, where it is. */
export function describeCost({ isRecorded, reason, dispatches }: StepCost): string {
  const count = `${dispatches} ${dispatches === 1 ? "command" : "commands"}`;
  const steady = `Each step sends the GPU the same ${count}, prepared once.`;
  if (isRecorded) return reason === null ? steady : `${steady} ${reason}`;
  const cause = reason ?? "Steps are put together anew each time.";
  return dispatches === 0 ? cause : `${cause} Each sends the GPU ${count}.`;
}
