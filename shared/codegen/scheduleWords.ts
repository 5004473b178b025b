/** What schedules of the learning rate are called in Keras. */
import { assertNever } from "../base/assertNever.ts";
import type { PlainSchedule, ScheduleConfig, ScheduleUnit } from "../training/config.ts";
import { findPlateau } from "../training/schedules.ts";
import { kerasLoggedName } from "./kerasObjective.ts";
import { pythonLiteral, quote } from "./literals.ts";
import { printFloat } from "./optimizerWords.ts";

export interface KerasSchedule {
  /** An expression over `steps_per_epoch` and `total_steps`; null: the plain learning rate. */
  readonly rate: string | null;
  /** Classes that Keras lacks. */
  readonly classes: readonly string[];
  /** For `model.fit`, or null. */
  readonly callback: string | null;
  /** What is left out, as comments. */
  readonly notes: readonly string[];
}

export function kerasSchedule(schedule: ScheduleConfig, base: number): KerasSchedule {
  const plateau = findPlateau(schedule);
  const isWarmed = schedule.kind === "warmUp";
  if (plateau !== null) {
    return {
      rate: null,
      classes: [],
      callback: kerasPlateau(plateau),
      notes: isWarmed
        ? ["# Keras lowers no rate that a schedule sets: the warm-up is left out."]
        : [],
    };
  }
  if (schedule.kind !== "warmUp") {
    return {
      rate: plainRate(schedule, base, "total_steps"),
      classes: ownClasses(schedule),
      callback: null,
      notes: [],
    };
  }
  const { startShare, length, unit, after } = schedule;
  const steps = printSteps(length, unit);
  const rest = plainRate(after, base, `(total_steps - ${steps})`) ?? printFloat(base);
  return {
    rate: `WarmUp(${printFloat(base * startShare)}, ${printFloat(base)}, ${steps}, ${rest})`,
    classes: [warmUpClass, ...ownClasses(after)],
    callback: null,
    notes: [],
  };
}

function plainRate(schedule: PlainSchedule, base: number, total: string): string | null {
  const named = (name: string, ...options: readonly string[]) =>
    `keras.optimizers.schedules.${name}(${[printFloat(base), ...options].join(", ")})`;
  switch (schedule.kind) {
    case "constant":
    case "reduceOnPlateau":
      return null;
    case "step":
    case "exponential":
      return named(
        "ExponentialDecay",
        `decay_steps=${printSteps(schedule.every, schedule.unit)}`,
        `decay_rate=${printFloat(schedule.factor)}`,
        ...(schedule.kind === "step" ? ["staircase=True"] : []),
      );
    case "polynomial":
      return named(
        "PolynomialDecay",
        `decay_steps=${printLength(schedule, total)}`,
        `end_learning_rate=${printFloat(base * schedule.endShare)}`,
        `power=${printFloat(schedule.power)}`,
      );
    case "cosine":
      return schedule.restarts === null
        ? named(
            "CosineDecay",
            `decay_steps=${printLength(schedule, total)}`,
            `alpha=${printFloat(schedule.endShare)}`,
          )
        : named(
            "CosineDecayRestarts",
            `first_decay_steps=${printLength(schedule, total)}`,
            `t_mul=${printFloat(schedule.restarts.lengthFactor)}`,
            `m_mul=${printFloat(schedule.restarts.peakFactor)}`,
            `alpha=${printFloat(schedule.endShare)}`,
          );
    case "oneCycle":
      return `OneCycle(${[
        printFloat(base),
        total,
        `warm_share=${printFloat(schedule.warmShare)}`,
        `start_divisor=${printFloat(schedule.startDivisor)}`,
        `end_divisor=${printFloat(schedule.endDivisor)}`,
      ].join(", ")})`;
    default:
      return assertNever(schedule);
  }
}

function ownClasses(schedule: PlainSchedule): readonly string[] {
  return schedule.kind === "oneCycle" ? [oneCycleClass] : [];
}

function printLength(
  { length, unit }: { readonly length: number | null; readonly unit: ScheduleUnit },
  total: string,
): string {
  return length === null ? total : printSteps(length, unit);
}

function printSteps(count: number, unit: ScheduleUnit): string {
  if (unit === "steps") return String(count);
  return count === 1 ? "steps_per_epoch" : `${count} * steps_per_epoch`;
}

/** For `callbacks`. Logged names become Keras's. */
export function kerasPlateau(plateau: Extract<PlainSchedule, { kind: "reduceOnPlateau" }>): string {
  const { monitor, factor, patience, minDelta, cooldown, minLearningRate } = plateau;
  const options = {
    monitor: quote(kerasLoggedName(monitor)),
    factor: pythonLiteral(factor),
    patience: String(patience),
    min_delta: pythonLiteral(minDelta),
    cooldown: String(cooldown),
    min_lr: printFloat(minLearningRate),
  };
  const words = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return `keras.callbacks.ReduceLROnPlateau(${words.join(", ")})`;
}

const warmUpClass = `class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    """Climbs linearly to the learning rate, then follows another schedule."""

    def __init__(self, start, target, steps, after):
        self.start, self.target, self.steps, self.after = start, target, steps, after

    def __call__(self, step):
        step = keras.ops.cast(step, keras.config.floatx())
        warm = self.start + (self.target - self.start) * step / self.steps
        rest = keras.ops.maximum(step - self.steps, 0)
        after = self.after(rest) if callable(self.after) else self.after
        return keras.ops.where(step < self.steps, warm, after)

    def get_config(self):
        return {
            "start": self.start,
            "target": self.target,
            "steps": self.steps,
            "after": self.after,
        }`;

const oneCycleClass = `class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up to the learning rate and far down again, both along half a cosine (Smith 2018)."""

    def __init__(self, peak, steps, warm_share, start_divisor, end_divisor):
        self.peak, self.steps, self.warm_share = peak, steps, warm_share
        self.start_divisor, self.end_divisor = start_divisor, end_divisor

    def __call__(self, step):
        step = keras.ops.cast(step, keras.config.floatx())
        start = self.peak / self.start_divisor
        end = start / self.end_divisor
        peak_step = max(0.0, self.warm_share * self.steps - 1)
        last_step = max(self.steps - 1, peak_step)
        up = step / max(peak_step, 1e-9)
        down = (step - peak_step) / max(last_step - peak_step, 1e-9)
        rising = self.peak + (start - self.peak) * self.half_cosine(up)
        falling = end + (self.peak - end) * self.half_cosine(keras.ops.clip(down, 0.0, 1.0))
        return keras.ops.where(step < peak_step, rising, falling)

    def half_cosine(self, done):
        return (1 + keras.ops.cos(3.141592653589793 * done)) / 2

    def get_config(self):
        return {
            "peak": self.peak,
            "steps": self.steps,
            "warm_share": self.warm_share,
            "start_divisor": self.start_divisor,
            "end_divisor": self.end_divisor,
        }`;
