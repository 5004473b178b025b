import { checkpointFile, parseCheckpoint } from "#shared/training/checkpoint.ts";
import { makeCheckpointModel } from "#shared/training/checkpointModel.ts";
import type { RunEvent } from "#shared/training/events.ts";
import type { RunState } from "#shared/training/runReducer.ts";
import type { RunFile } from "./runRecorder.ts";

/**
 * How a stopped run ends whose worker had to be ended: with the weights of its last checkpoint, written here because
 * the worker no longer can. Without one it ends without weights.
 */
export function endFromCheckpoint(
  bytes: Uint8Array<ArrayBuffer> | null,
  state: RunState,
  options: { readonly hasStepped: boolean },
): { readonly files: readonly RunFile[]; readonly events: readonly RunEvent[] } {
  const planned = state.started?.epochs ?? 0;
  const checkpoint = bytes && parseCheckpoint(bytes);
  if (!bytes || !checkpoint?.ok) {
    return {
      files: [],
      events: [
        {
          kind: "ended",
          reason: "stopped",
          message: options.hasStepped
            ? "Stopped before the first checkpoint; no weights are kept."
            : "Stopped before the first step was done. Nothing had been learnt yet.",
          epochs: state.epochs.length,
          metrics: state.epochs.at(-1)?.metrics ?? {},
          elapsedMs: state.latest?.elapsedMs ?? 0,
          hasWeights: false,
        },
      ],
    };
  }
  const { epochsDone, step, elapsedMs, metrics } = checkpoint.value;
  const files = makeCheckpointModel(checkpoint.value).map(({ name, bytes: { buffer } }) => ({
    name,
    bytes: buffer,
  }));
  return {
    files: [...files, { name: checkpointFile, bytes: bytes.slice().buffer }],
    events: [
      {
        kind: "ended",
        reason: "stopped",
        message: `Stopped after ${epochsDone} of ${planned} epochs; the weights are kept as they were after ${
          step === 0 ? `epoch ${epochsDone}` : `step ${step} of epoch ${epochsDone + 1}`
        }.`,
        epochs: epochsDone,
        metrics: epochsDone === 0 ? (state.latest?.metrics ?? {}) : metrics,
        elapsedMs,
        hasWeights: true,
      },
      { kind: "checkpoint", epochs: epochsDone, step, elapsedMs },
    ],
  };
}
