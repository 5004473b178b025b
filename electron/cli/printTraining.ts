import type { Metrics, RunEvent } from "#shared/training/events.ts";
import type { CliIo } from "./io.ts";

/** Shows a run while it goes: a line that is rewritten on a terminal, a line per epoch in any case. */
export interface TrainingView {
  show(event: RunEvent): void;
}

const barWidth = 24;

export function createTrainingView(io: CliIo, epochs: number): TrainingView {
  let stepsPerEpoch = 1;
  const clearLine = io.isTerminal ? "\r\u001b[K" : "";
  return {
    show(event) {
      switch (event.kind) {
        case "started":
          stepsPerEpoch = event.stepsPerEpoch;
          io.writeError(
            `Training on ${event.backend} (${event.device})${event.precision === "mixed" ? " in mixed precision" : ""}: ${event.sampleCount} samples, ${event.epochs} ${event.epochs === 1 ? "epoch" : "epochs"}.\n`,
          );
          return;
        case "step": {
          if (!io.isTerminal) return;
          const filled = Math.round((barWidth * event.step) / stepsPerEpoch);
          const bar = `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}`;
          const left = event.remainingMs === null ? "" : ` · ${formatTime(event.remainingMs)} left`;
          const speed = Math.round(event.samplesPerSecond).toLocaleString("en");
          io.writeError(
            `${clearLine}${event.epoch}/${epochs} ${bar} ${formatMetrics(event.metrics)} · ${speed} samples/s${left}`,
          );
          return;
        }
        case "epoch":
          io.writeError(
            `${clearLine}Epoch ${event.epoch}/${epochs}: ${formatMetrics(event.metrics)}${event.isBest ? "" : " (not better)"}\n`,
          );
          return;
        case "ended":
          io.writeError(clearLine);
          return;
        case "recovered":
          stepsPerEpoch = event.stepsPerEpoch;
          io.writeError(`${clearLine}${event.message} (${event.backend}, ${event.device})\n`);
          return;
        case "checkpoint":
        case "paused":
        case "resumed":
        case "observed":
        case "report":
          return;
      }
    },
  };
}

export function formatMetrics(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatMetric(value)}`)
    .join(" · ");
}

function formatMetric(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 1 : 4);
}

function formatTime(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${(minutes / 60).toFixed(1)} h`;
}
