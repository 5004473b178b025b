import type {
  PlainSchedule,
  ScheduleConfig,
  ScheduleKind,
  WarmUpSchedule,
} from "#shared/training/config.ts";
import { formatNumber } from "../ui/format.ts";

export interface ScheduleInfo {
  readonly title: string;
  readonly help: string;
}

export const schedules: Readonly<Record<ScheduleKind, ScheduleInfo>> = {
  constant: { title: "Constant", help: "The same rate from the first step to the last." },
  step: { title: "Steps", help: "Times a factor every so many epochs; long the usual way." },
  exponential: { title: "Exponential", help: "Falls by the same factor in equal times, smoothly." },
  polynomial: { title: "Polynomial", help: "Falls to an end rate along a power; 1 is a line." },
  cosine: {
    title: "Cosine",
    help: "Falls slowly, fast, slowly again (Loshchilov and Hutter 2016). With restarts it jumps up anew.",
  },
  oneCycle: {
    title: "One cycle",
    help: "Up to the learning rate, then far down, over the whole run (Smith 2018). Momentum stays as it is.",
  },
  reduceOnPlateau: {
    title: "On a plateau",
    help: "Falls when validation has stopped getting better.",
  },
  warmUp: {
    title: "Warm-up",
    help: "Climbs to the learning rate first, so that the first steps do no harm; then another schedule.",
  },
};

export function makeSchedule(kind: ScheduleKind): ScheduleConfig {
  return kind === "warmUp"
    ? ({
        kind,
        startShare: 0,
        length: 1,
        unit: "epochs",
        after: makePlainSchedule("cosine"),
      } satisfies WarmUpSchedule)
    : makePlainSchedule(kind);
}

/** Sensible first values, mostly those of the papers. */
export function makePlainSchedule(kind: PlainSchedule["kind"]): PlainSchedule {
  switch (kind) {
    case "constant":
      return { kind };
    case "step":
      return { kind, factor: 0.5, every: 5, unit: "epochs" };
    case "exponential":
      return { kind, factor: 0.9, every: 1, unit: "epochs" };
    case "polynomial":
      return { kind, power: 1, endShare: 0, length: null, unit: "epochs" };
    case "cosine":
      return { kind, endShare: 0, length: null, unit: "epochs", restarts: null };
    case "oneCycle":
      return { kind, warmShare: 0.3, startDivisor: 25, endDivisor: 10_000 };
    case "reduceOnPlateau":
      return {
        kind,
        monitor: "valLoss",
        factor: 0.2,
        patience: 3,
        minDelta: 0.0001,
        cooldown: 0,
        minLearningRate: 0,
      };
  }
}

/** "× 0.5 / 5 epochs": short, since it stands beside a heading. */
export function describeSchedule(schedule: ScheduleConfig): string {
  switch (schedule.kind) {
    case "constant":
      return "constant";
    case "step":
    case "exponential":
      return `× ${formatNumber(schedule.factor)} / ${schedule.every === 1 ? schedule.unit.replace(/s$/, "") : `${schedule.every} ${schedule.unit}`}`;
    case "polynomial":
      return schedule.power === 1 ? "a line down" : `down with power ${schedule.power}`;
    case "cosine":
      return schedule.restarts === null ? "cosine" : "cosine with restarts";
    case "oneCycle":
      return "one cycle";
    case "reduceOnPlateau":
      return `× ${formatNumber(schedule.factor)} on a plateau`;
    case "warmUp":
      return `warm-up, ${describeSchedule(schedule.after)}`;
  }
}

// The table has a row for every kind and no others.
export const scheduleNames = Object.keys(schedules) as readonly ScheduleKind[];
