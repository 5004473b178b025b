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
}

export function createStopping(config: EarlyStopping | null): Stopping {
  let bestValue: number | null = null;
  let waited = 0;
  let kept: ReturnType<Stopping["best"]> = null;
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
    isOver: () => config !== null && waited >= Math.max(1, config.patience),
    best: () => kept,
  };
}

/** Without a validation part there is no `valLoss` to watch; the loss stands in. */
function chooseMonitor(config: EarlyStopping | null, metrics: Metrics): string {
  const wanted = config?.monitor ?? "valLoss";
  return wanted in metrics ? wanted : "loss";
}
