/** What becomes of the loss scale along a run in mixed precision, and when it can help no more. */
import type { LossScale } from "../training/events.ts";
import { lowestScale } from "./optimizers/lossScaling.ts";
import type { StepResult } from "./step/stepRunner.ts";

/**
 * `counts`: its measurements belong to the run's. `skipped`: numbers left the range of 16 bits, no weight was changed, the
 * scale is halved, and the loss is no number that could be counted. `lost`: the same, but unscaled already. `stuck`: the
 * loss is finite, but for long no gradient has been, unscaled as they are.
 */
export type StepVerdict = "counts" | "skipped" | "lost" | "stuck";

export interface ScalingWatch {
  judge(result: StepResult): StepVerdict;
  /** null in 32 bits, and before the first step is known. */
  readonly latest: LossScale | null;
}

/** Steps in a row without any update, at the lowest scale: a run that learns nothing must not go on all night. */
export const mostIdleSteps = 100;

export function watchScaling(): ScalingWatch {
  let latest: LossScale | null = null;
  let idle = 0;
  return {
    judge({ sums, scaling }) {
      const isLossFinite = Number.isFinite(sums[0]);
      if (scaling === null) return isLossFinite ? "counts" : "lost";
      const { scale, isSkipped } = scaling;
      const isLowest = scale <= lowestScale;
      latest = { scale, skippedSteps: (latest?.skippedSteps ?? 0) + (isSkipped ? 1 : 0) };
      idle = isSkipped && isLowest ? idle + 1 : 0;
      if (!isLossFinite) return isLowest ? "lost" : "skipped";
      return idle >= mostIdleSteps ? "stuck" : "counts";
    },
    get latest() {
      return latest;
    },
  };
}
