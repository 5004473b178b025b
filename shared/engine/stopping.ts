import type { JsonValue } from "../base/json.ts";
import { z } from "../base/schema.ts";
import type { EarlyStopping } from "../training/config.ts";
import type { Metrics } from "../training/events.ts";
import { isHigherBetter } from "../training/metricNames.ts";
import type { Snapshot } from "./snapshots.ts";

/** Knows the best epoch and when to give up. Without a configuration it only says which epoch is best. */
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
});

export function createStopping(config: EarlyStopping | null): Stopping {
  let bestValue: number | null = null;
  let waited = 0;
  let kept: ReturnType<Stopping["best"]> = null;
  const isOver = () => config !== null && waited >= Math.max(1, config.patience);
  return {
    async judge(epoch, metrics, read) {
      const name = chooseMonitor(config, metrics);
      const value = metrics[name];
      if (value === undefined) return false;
      const sign = isHigherBetter(name) ? 1 : -1;
      const minDelta = config?.minDelta ?? 0;
      const isBest = bestValue === null || sign * (value - bestValue) > minDelta;
      waited = isBest ? 0 : waited + 1;
      if (isBest) {
        bestValue = value;
        if (config?.restoreBest) kept = { snapshot: await read(), epochs: epoch, metrics };
      }
      return isBest;
    },
    isOver,
    best: () => kept,
    read: () => ({ bestValue, waited }),
    write(state, best) {
      const parsed = stateSchema.safeParse(state);
      if (!parsed.success) return;
      ({ bestValue, waited } = parsed.data);
      kept = best;
      if (isOver()) waited = 0;
    },
  };
}

/** Without a validation part there is no `valLoss` to watch; the loss stands in. */
function chooseMonitor(config: EarlyStopping | null, metrics: Metrics): string {
  const wanted = config?.monitor ?? "valLoss";
  return wanted in metrics ? wanted : "loss";
}
