/**
 * How the learning rate changes over a run: pure functions of the step. Steps count batches from 0, also where gradients
 * are accumulated, as Keras's schedules do. Where Keras has the schedule (`keras/src/optimizers/schedules`), it is that.
 */
import { assertNever } from "../base/assertNever.ts";
import type { PlainSchedule, ScheduleConfig, ScheduleUnit, TrainingConfig } from "./config.ts";

export interface RunLength {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

export interface SchedulePlace extends RunLength {
  /** 0-based, in the whole run. */
  readonly step: number;
  /** Where `reduceOnPlateau` has come to; absent: at the base. */
  readonly plateau?: PlateauState | null;
}

export type PlateauConfig = Extract<PlainSchedule, { kind: "reduceOnPlateau" }>;

/** What `reduceOnPlateau` remembers between epochs; plain JSON. */
export interface PlateauState {
  readonly learningRate: number;
  readonly best: number | null;
  /** Epochs without improvement. */
  readonly waited: number;
  /** Epochs that are not judged yet after a reduction. */
  readonly cooldown: number;
}

/** The learning rate of a step; `base` is the optimizer's own. */
export function learningRateAt(
  schedule: ScheduleConfig,
  base: number,
  place: SchedulePlace,
): number {
  if (schedule.kind !== "warmUp") return plainRateAt(schedule, base, place);
  const warmSteps = countWarmSteps(schedule, place);
  if (place.step < warmSteps) {
    return base * (schedule.startShare + ((1 - schedule.startShare) * place.step) / warmSteps);
  }
  return plainRateAt(schedule.after, base, {
    ...place,
    step: place.step - warmSteps,
    totalSteps: place.totalSteps - warmSteps,
  });
}

/** Steps before the schedule proper begins. */
export function countWarmSteps(
  schedule: ScheduleConfig,
  { stepsPerEpoch }: Pick<RunLength, "stepsPerEpoch">,
): number {
  return schedule.kind === "warmUp" ? schedule.length * stepsOf(schedule.unit, stepsPerEpoch) : 0;
}

function plainRateAt(schedule: PlainSchedule, base: number, place: SchedulePlace): number {
  const { step, stepsPerEpoch, totalSteps, plateau } = place;
  switch (schedule.kind) {
    case "constant":
      return base;
    case "step":
      return base * schedule.factor ** Math.floor(step / everySteps(schedule, stepsPerEpoch));
    case "exponential":
      return base * schedule.factor ** (step / everySteps(schedule, stepsPerEpoch));
    case "polynomial": {
      const done = Math.min(1, step / lengthSteps(schedule, place));
      const left = (1 - done) ** schedule.power;
      return base * ((1 - schedule.endShare) * left + schedule.endShare);
    }
    case "cosine":
      return base * cosineShare(schedule, step / lengthSteps(schedule, place));
    case "oneCycle":
      return base * oneCycleShare(schedule, { step, totalSteps });
    case "reduceOnPlateau":
      return plateau?.learningRate ?? base;
    default:
      return assertNever(schedule);
  }
}

/** `done`: parts of the first cycle. */
function cosineShare(
  { endShare, restarts }: Extract<PlainSchedule, { kind: "cosine" }>,
  done: number,
): number {
  let rest = done;
  let peak = 1;
  if (restarts === null) rest = Math.min(1, done);
  else if (restarts.lengthFactor === 1) {
    const cycle = Math.floor(done);
    rest = done - cycle;
    peak = restarts.peakFactor ** cycle;
  } else {
    // Added up instead of by a logarithm, which misses a restart by rounding.
    let length = 1;
    while (rest >= length) {
      rest -= length;
      length *= restarts.lengthFactor;
      peak *= restarts.peakFactor;
    }
    rest /= length;
  }
  return (1 - endShare) * peak * halfCosine(rest) + endShare;
}

/** 1 → 0 for 0 → 1. */
const halfCosine = (done: number): number => (1 + Math.cos(Math.PI * done)) / 2;

/**
 * Smith 2018, "A disciplined approach to neural network hyper-parameters", with the two phases of PyTorch's OneCycleLR:
 * the first step has the lowest rate of the way up, the last one the end's. The momentum stays as it is.
 */
function oneCycleShare(
  { warmShare, startDivisor, endDivisor }: Extract<PlainSchedule, { kind: "oneCycle" }>,
  { step, totalSteps }: { readonly step: number; readonly totalSteps: number },
): number {
  const start = 1 / startDivisor;
  const end = start / endDivisor;
  const peakStep = Math.max(0, warmShare * totalSteps - 1);
  const lastStep = Math.max(totalSteps - 1, peakStep);
  if (step < peakStep) return 1 + (start - 1) * halfCosine(step / peakStep);
  const done = lastStep === peakStep ? 0 : (step - peakStep) / (lastStep - peakStep);
  return end + (1 - end) * halfCosine(Math.min(1, done));
}

function stepsOf(unit: ScheduleUnit, stepsPerEpoch: number): number {
  return unit === "epochs" ? stepsPerEpoch : 1;
}

function everySteps(
  { every, unit }: { readonly every: number; readonly unit: ScheduleUnit },
  stepsPerEpoch: number,
): number {
  return every * stepsOf(unit, stepsPerEpoch);
}

function lengthSteps(
  { length, unit }: { readonly length: number | null; readonly unit: ScheduleUnit },
  { stepsPerEpoch, totalSteps }: RunLength,
): number {
  return length === null ? Math.max(1, totalSteps) : length * stepsOf(unit, stepsPerEpoch);
}

/** Whether its curve is drawn over the whole run, so that more epochs make it another curve. */
export function spansRun(schedule: ScheduleConfig): boolean {
  const plain = schedule.kind === "warmUp" ? schedule.after : schedule;
  if (plain.kind === "oneCycle") return true;
  return (plain.kind === "polynomial" || plain.kind === "cosine") && plain.length === null;
}

/** The part of a schedule that judges epochs, or null. */
export function findPlateau(schedule: ScheduleConfig): PlateauConfig | null {
  const plain = schedule.kind === "warmUp" ? schedule.after : schedule;
  return plain.kind === "reduceOnPlateau" ? plain : null;
}

export function startPlateau(base: number): PlateauState {
  return { learningRate: base, best: null, waited: 0, cooldown: 0 };
}

/** After an epoch in which what is monitored was `value`. Keras: `ReduceLROnPlateau.on_epoch_end`. */
export function judgePlateau(
  config: PlateauConfig,
  state: PlateauState,
  { value, isHigherBetter }: { readonly value: number; readonly isHigherBetter: boolean },
): PlateauState {
  const cooldown = Math.max(0, state.cooldown - 1);
  const sign = isHigherBetter ? 1 : -1;
  const isBetter = state.best === null || sign * value - config.minDelta > sign * state.best;
  if (isBetter) return { ...state, best: value, waited: 0, cooldown };
  if (cooldown > 0) return { ...state, waited: 0, cooldown };
  const waited = (state.cooldown > 0 ? 0 : state.waited) + 1;
  const isReduced = waited >= config.patience && state.learningRate > config.minLearningRate;
  if (!isReduced) return { ...state, waited, cooldown };
  return {
    ...state,
    learningRate: Math.max(state.learningRate * config.factor, config.minLearningRate),
    waited: 0,
    cooldown: config.cooldown,
  };
}

export interface SchedulePoint {
  readonly step: number;
  readonly learningRate: number;
}

/** The curve to be shown before training: every step, or as many evenly spread ones as `most` (default 400). */
export function drawSchedule(
  { schedule, optimizer }: Pick<TrainingConfig, "schedule" | "optimizer">,
  length: RunLength,
  { most = 400 }: { readonly most?: number } = {},
): readonly SchedulePoint[] {
  const last = Math.max(0, length.totalSteps - 1);
  const count = Math.min(last + 1, most);
  return Array.from({ length: count }, (_, index) => {
    const step = count === 1 ? 0 : Math.round((index * last) / (count - 1));
    return {
      step,
      learningRate: learningRateAt(schedule, optimizer.learningRate, { ...length, step }),
    };
  });
}
