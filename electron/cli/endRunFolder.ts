import { appendFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunInfo } from "#shared/host/contract.ts";
import type { RunEvent } from "#shared/training/events.ts";
import type { CommandResult } from "./io.ts";
import type { RunProgress, ToldRun } from "./threadMessages.ts";

/** The last checkpoint that lies in the folder; null: none does. */
export type KeptPlace = Extract<RunProgress, { kind: "kept" }> | null;

/**
 * Ends the run of a folder from outside of the thread that trains: its last checkpoint is what it keeps. Quick, and
 * done when it returns, because the process ends next.
 */
export function endRunFolder(run: ToldRun, kept: KeptPlace): CommandResult {
  const { directory, info, seed, device } = run;
  const metrics = kept?.metrics ?? {};
  const message = describeStop(kept);
  const epochs = kept?.epochs ?? 0;
  const elapsedMs = kept?.elapsedMs ?? 0;
  const ended: RunEvent = {
    kind: "ended",
    reason: "stopped",
    message,
    epochs,
    metrics,
    elapsedMs,
    hasWeights: kept !== null,
  };
  const events: readonly RunEvent[] =
    kept === null ? [ended] : [ended, { ...kept, kind: "checkpoint" }];
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  // The line before may have been cut off.
  appendFileSync(path.join(directory, "metrics.jsonl"), `\n${lines}`);
  // An older model would pass for this one. The weights are in the checkpoint.
  rmSync(path.join(directory, "model.json"), { force: true });
  const change: RunInfo = { ...info, status: "stopped", message, epochs, metrics: { ...metrics } };
  const file = path.join(directory, "run.json");
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(change, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${file}.${process.pid}`, file);
  return {
    exitCode: 0,
    json: {
      runId: info.id,
      runDir: directory,
      backend: info.backend,
      device,
      epochs,
      metrics,
      baselines: [],
      reason: "stopped",
      message,
      seed,
      elapsedMs: Math.round(elapsedMs),
    },
    text: [message, `Run: ${directory}`, describeResume(directory)].join("\n"),
  };
}

export function describeResume(directory: string): string {
  const words = /^[\w./:\\-]+$/.test(directory) ? directory : JSON.stringify(directory);
  return `To go on: netloom train --resume ${words}`;
}

function describeStop(kept: KeptPlace): string {
  if (kept === null) return "Stopped before the first checkpoint; no weights are kept.";
  const { epochs, step } = kept;
  const place =
    step === 0
      ? epochs === 0
        ? "before the first step"
        : `after epoch ${epochs}`
      : `after step ${step} of epoch ${epochs + 1}`;
  return `Stopped; the weights are kept as they were ${place}.`;
}
