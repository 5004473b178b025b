import { hashText } from "../base/hashText.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * A checkpoint for steps of another size: the epoch under way goes on behind the samples that it has seen, rounded down to
 * a whole batch, so that less than one batch is seen twice. The very same checkpoint where the size is the same: such a
 * run goes on bit for bit. Where an old file doesn't tell its size, the epoch begins anew.
 */
export function rebatchCheckpoint(
  checkpoint: Checkpoint,
  { batchSize, sampleCount }: { readonly batchSize: number; readonly sampleCount: number },
): Checkpoint {
  const { batchSize: before, step, fingerprint } = checkpoint;
  const isSame =
    before === null
      ? fingerprint.config["batchSize"] === hashText(JSON.stringify(batchSize))
      : before === batchSize;
  if (isSame || step === 0) return checkpoint;
  if (before === null)
    return { ...checkpoint, step: 0, tally: { samples: 0, rows: [], totals: [] } };
  const seen = Math.min(step * before, sampleCount);
  const steps = seen / batchSize;
  return { ...checkpoint, step: seen === sampleCount ? Math.ceil(steps) : Math.floor(steps) };
}
