import type { JsonValue } from "../base/json.ts";
import { z } from "../base/schema.ts";
import type { EarlyStopping, TrainingConfig } from "../training/config.ts";
import type { Metrics } from "../training/events.ts";
import { isHigherBetter } from "../training/metricNames.ts";
import type { Snapshot } from "./snapshots.ts";

/**
 * Knows the best epoch and when to give up. Without a configuration it only says which epoch is best. Weights to end with
 * are those that `keepBest` asks for, or else those that early stopping restores.
 */
export interface Stopping {
  /** Whether this epoch is the best so far; reads the weights when they are to be kept. */
  judge(epoch: number, metrics: Metrics, read: () => Promise<Snapshot>): Promise<boolean>;
  isOver(): boolean;
  best(): {
    readonly snapshot: Snapshot;
    readonly epochs: number;
    readonly metrics: Metrics;
  } | null;
  /** What is remembered between epochs, but for the best weights, as plain JSON for a checkpoint. */
  read(): JsonValue;
  /** Goes on from there; what `read` did not give is ignored. A run that was over has its patience again. */
  write(state: JsonValue, best: ReturnType<Stopping["best"]>): void;
}

const stateSchema = z.object({
  bestValue: z.number().nullable(),
  waited: z.number().int().nonnegative(),
  keptValue: z.number().nullable().default(null),
});

export function createStopping(
  config: EarlyStopping | null,
  keepBest: TrainingConfig["keepBest"] = null,
): Stopping {
  let bestValue: number | null = null;
  let waited = 0;
  let keptValue: number | null = null;
  let kept: ReturnType<Stopping["best"]> = null;
  const isOver = () => config !== null && waited >= Math.max(1, config.patience);
  return {
    async judge(epoch, metrics, read) {
      const better = findBetter(config?.monitor ?? "valLoss", metrics, {
        than: bestValue,
        minDelta: config?.minDelta ?? 0,
      });
      waited = better === null ? waited + 1 : 0;
      bestValue = better ?? bestValue;
      if (keepBest === null) {
        if (better !== null && config?.restoreBest) {
          kept = { snapshot: await read(), epochs: epoch, metrics };
        }
        return better !== null;
      }
      const rule = { than: keptValue, minDelta: 0 };
      const worthKeeping = findBetter(keepBest.monitor, metrics, rule);
      if (worthKeeping === null) return false;
      keptValue = worthKeeping;
      kept = { snapshot: await read(), epochs: epoch, metrics };
      return true;
    },
    isOver,
    best: () => kept,
    read: () => ({ bestValue, waited, keptValue }),
    write(state, best) {
      const parsed = stateSchema.safeParse(state);
      if (!parsed.success) return;
      ({ bestValue, waited, keptValue } = parsed.data);
      kept = best;
      if (isOver()) waited = 0;
    },
  };
}

/** The monitor's value where it is better than before, else null. */
function findBetter(
  monitor: string,
  metrics: Metrics,
  { than, minDelta }: { readonly than: number | null; readonly minDelta: number },
): number | null {
  // Without a validation part there is no `valLoss` to watch; the loss stands in.
  const name = monitor in metrics ? monitor : "loss";
  const value = metrics[name];
  if (value === undefined) return null;
  const sign = isHigherBetter(name) ? 1 : -1;
  return than === null || sign * (value - than) > minDelta ? value : null;
}
