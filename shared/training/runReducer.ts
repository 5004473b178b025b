import { assertNever } from "../base/assertNever.ts";
import type { Metrics, RunEvent, RunReport, StepCost } from "./events.ts";
import { addObservation, noObservations, type ObservationHistory } from "./observations.ts";

/** What a run looks like after some events: what panels and charts draw. Plain data. */
export interface RunState {
  readonly phase: "waiting" | "running" | "paused" | "ended";
  readonly started: Extract<RunEvent, { kind: "started" }> | null;
  /** The last step seen: running means, speed, time left, memory. */
  readonly latest: Extract<RunEvent, { kind: "step" }> | null;
  /** What a step costs on the device; null before it is known. */
  readonly cost: StepCost | null;
  /** Running training means along the way, merged to at most `maxStepPoints`. */
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
  /** Epoch of the best weights so far; null before the first. */
  readonly bestEpoch: number | null;
  /** What was seen inside the network along the way; none where it was not looked into, or by an older version. */
  readonly observations: ObservationHistory;
  readonly report: RunReport | null;
  readonly ended: Extract<RunEvent, { kind: "ended" }> | null;
  /** Where the run last went on from a checkpoint. */
  readonly recovered: Extract<RunEvent, { kind: "recovered" }> | null;
  /** The last checkpoint in the run's folder. */
  readonly checkpoint: Extract<RunEvent, { kind: "checkpoint" }> | null;
}

export interface StepPoint {
  /** In epochs: 1.5 is halfway through the second. */
  readonly position: number;
  /** Since the start, without pauses. */
  readonly elapsedMs: number;
  /** As told by the step, with `learningRate` among them where it is known. */
  readonly metrics: Metrics;
  /** Where steps were merged into this point: the extremes of all of them, so that no peak is lost. */
  readonly range?: { readonly least: Metrics; readonly most: Metrics };
}

export interface EpochPoint {
  readonly epoch: number;
  readonly metrics: Metrics;
  readonly elapsedMs: number;
  readonly isBest: boolean;
}

export const initialRunState: RunState = {
  phase: "waiting",
  started: null,
  latest: null,
  cost: null,
  steps: [],
  epochs: [],
  bestEpoch: null,
  observations: noObservations,
  report: null,
  ended: null,
  recovered: null,
  checkpoint: null,
};

/** Curves beyond this are finer than a screen; neighbours are then merged, two into one. */
export const maxStepPoints = 6000;

/** What may come after the end: a late report, that the run was kept, and that it goes on after all. */
const beyondEnd: ReadonlySet<RunEvent["kind"]> = new Set([
  "report",
  "started",
  "checkpoint",
  "recovered",
]);

/** Folds one event into the state. Other events after the end change nothing. */
export function runReducer(state: RunState, event: RunEvent): RunState {
  if (state.phase === "ended" && !beyondEnd.has(event.kind)) return state;
  switch (event.kind) {
    case "started":
      return { ...initialRunState, phase: "running", started: event };
    case "step":
      return addSteps(state, [event]);
    case "epoch":
      return {
        ...state,
        epochs: [
          ...state.epochs,
          {
            epoch: event.epoch,
            metrics: event.metrics,
            elapsedMs: event.elapsedMs,
            isBest: event.isBest,
          },
        ],
        bestEpoch: event.isBest ? event.epoch : state.bestEpoch,
      };
    case "paused":
      return { ...state, phase: "paused" };
    case "resumed":
      return { ...state, phase: "running" };
    case "checkpoint":
      return { ...state, checkpoint: event };
    case "recovered":
      return goBack(state, event);
    case "observed":
      return { ...state, observations: addObservation(state.observations, event.observation) };
    case "report":
      return { ...state, report: event.report };
    case "ended":
      return { ...state, phase: "ended", ended: event };
    default:
      return assertNever(event);
  }
}

/** As it was at the checkpoint: curves end there, and what came later comes again. */
function goBack(state: RunState, event: Extract<RunEvent, { kind: "recovered" }>): RunState {
  const { epochs, step } = event.from;
  const kept = state.epochs.filter(({ epoch }) => epoch <= epochs);
  const end = epochs + step / Math.max(1, event.stepsPerEpoch);
  return {
    ...state,
    phase: "running",
    started: state.started && {
      ...state.started,
      backend: event.backend,
      device: event.device,
      epochs: event.epochs,
      stepsPerEpoch: event.stepsPerEpoch,
    },
    steps: state.steps.filter(({ position }) => position <= end),
    epochs: kept,
    bestEpoch: kept.findLast(({ isBest }) => isBest)?.epoch ?? null,
    report: null,
    ended: null,
    recovered: event,
  };
}

function positionOf(state: RunState, event: Extract<RunEvent, { kind: "step" }>): number {
  const stepsPerEpoch = state.started?.stepsPerEpoch ?? 1;
  return event.epoch - 1 + event.step / Math.max(1, stepsPerEpoch);
}

type StepEvent = Extract<RunEvent, { kind: "step" }>;

/** The state after all events of a run: the same as folding them one by one, without a new list for each step. */
export function replayRun(events: readonly RunEvent[]): RunState {
  let state = initialRunState;
  let steps: StepEvent[] = [];
  const addUp = (): void => {
    if (steps.length > 0 && state.phase !== "ended") state = addSteps(state, steps);
    steps = [];
  };
  for (const event of events) {
    if (event.kind === "step") {
      steps.push(event);
      continue;
    }
    addUp();
    state = runReducer(state, event);
  }
  addUp();
  return state;
}

function addSteps(state: RunState, events: readonly StepEvent[]): RunState {
  let points = [...state.steps];
  for (const event of events) {
    if (points.length >= maxStepPoints) points = mergePairs(points);
    points.push({
      position: positionOf(state, event),
      elapsedMs: event.elapsedMs,
      metrics:
        event.learningRate === undefined
          ? event.metrics
          : { ...event.metrics, learningRate: event.learningRate },
    });
  }
  return {
    ...state,
    // A step that was under way when the run was paused may still be told of.
    phase: state.phase === "paused" ? "paused" : "running",
    latest: events.at(-1) ?? state.latest,
    cost: events.findLast(({ cost }) => cost !== undefined)?.cost ?? state.cost,
    steps: points,
  };
}

/** Half as many points: each stands where the later of its two stood, and keeps the range of both. */
function mergePairs(points: readonly StepPoint[]): StepPoint[] {
  const merged: StepPoint[] = [];
  for (let index = 1; index < points.length; index += 2) {
    const [before, after] = [points[index - 1], points[index]];
    if (before === undefined || after === undefined) break;
    merged.push({
      ...after,
      range: {
        least: pickExtremes(leastOf(before), leastOf(after), Math.min),
        most: pickExtremes(mostOf(before), mostOf(after), Math.max),
      },
    });
  }
  return merged;
}

function leastOf(point: StepPoint): Metrics {
  return point.range?.least ?? point.metrics;
}

function mostOf(point: StepPoint): Metrics {
  return point.range?.most ?? point.metrics;
}

function pickExtremes(
  left: Metrics,
  right: Metrics,
  pick: (a: number, b: number) => number,
): Metrics {
  const picked: Record<string, number> = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const other = left[name];
    picked[name] = other === undefined ? value : pick(other, value);
  }
  return picked;
}

/** Share of the whole run that is done, 0 to 1. */
export function selectProgress(state: RunState): number {
  if (state.phase === "ended" && state.ended?.reason === "finished") return 1;
  if (!state.started || !state.latest) return 0;
  return Math.min(1, positionOf(state, state.latest) / Math.max(1, state.started.epochs));
}

/** Logged names that have curves, training ones first: loss, accuracy, … without their validation twins. */
export function selectMetricNames(state: RunState): readonly string[] {
  const metrics = state.epochs.at(-1)?.metrics ?? state.latest?.metrics ?? {};
  return Object.keys(metrics).filter((name) => !/^val[A-Z]/.test(name));
}
