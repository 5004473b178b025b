import type { JsonValue } from "../base/json.ts";
import { z } from "../base/schema.ts";
import type { TrainingConfig } from "./config.ts";
import { isHigherBetter } from "./metricNames.ts";
import {
  countWarmSteps,
  findPlateau,
  judgePlateau,
  learningRateAt,
  type RunLength,
  startPlateau,
} from "./schedules.ts";

/** Knows the learning rate of every step of a run, and lowers it where epochs stop getting better. */
export interface LearningRate {
  /** `step`: 0-based in the whole run. */
  at(step: number): number;
  /** Told after every epoch, with everything that was logged and the steps done so far. */
  judge(metrics: Readonly<Record<string, number>>, stepsDone: number): void;
  /** What is remembered between epochs, for a checkpoint. */
  read(): JsonValue;
  /** Goes on from there; what `read` did not give is ignored. */
  write(state: JsonValue): void;
}

const stateSchema = z.object({
  learningRate: z.number().positive(),
  best: z.number().nullable(),
  waited: z.number().int().nonnegative(),
  cooldown: z.number().int().nonnegative(),
});

export function createLearningRate(
  { optimizer, schedule }: Pick<TrainingConfig, "optimizer" | "schedule">,
  length: RunLength,
): LearningRate {
  const base = optimizer.learningRate;
  const config = findPlateau(schedule);
  let plateau = startPlateau(base);
  return {
    at: (step) => learningRateAt(schedule, base, { ...length, step, plateau }),
    judge(metrics, stepsDone) {
      // While it warms up, the loss says nothing about this rate.
      if (config === null || stepsDone <= countWarmSteps(schedule, length)) return;
      // Without a validation part there is no `valLoss` to watch; the loss stands in.
      const name = config.monitor in metrics ? config.monitor : "loss";
      const value = metrics[name];
      if (value === undefined) return;
      plateau = judgePlateau(config, plateau, { value, isHigherBetter: isHigherBetter(name) });
    },
    read: () => (config === null ? null : { ...plateau }),
    write(state) {
      const parsed = stateSchema.safeParse(state);
      if (parsed.success) plateau = parsed.data;
    },
  };
}
