/**
 * What goes wrong in a run, in words and with a remedy, judged by what was observed inside the network and by its curves.
 * Pure functions of a run's state: the same for a run that goes on and for one read from its folder. Nothing is told
 * before it has been seen several times, so that the rough first steps of a healthy run raise nothing.
 */
import type { TrainingConfig } from "./config.ts";
import { findDeadUnits, findGradientTrouble, findSaturation } from "./diagnoseLayers.ts";
import { findLabelTrouble } from "./diagnoseLabels.ts";
import { findProgressTrouble } from "./diagnoseProgress.ts";
import { findNumberTrouble } from "./diagnoseNumbers.ts";
import type { Observation } from "./observations.ts";
import type { RunState } from "./runReducer.ts";

export type DiagnosisCode =
  | "vanishing-gradients"
  | "exploding-gradients"
  | "dead-relu"
  | "saturated"
  | "rate-too-high"
  | "rate-too-low"
  | "class-collapse"
  | "overfitting"
  | "no-learning"
  | "bad-label"
  | "unscaled-inputs"
  | "nearly-not-finite"
  | "loss-scale-low";

export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** Where: the layers to blame, the worst first; empty for the run as a whole. */
  readonly layers: readonly DiagnosedLayer[];
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly fix: DiagnosisFix | null;
  /** Share of the observations judged that show it, 0 to 1. */
  readonly confidence: number;
}

export interface DiagnosedLayer {
  readonly layer: string;
  /** Its id in the flat graph. */
  readonly node: string;
}

/** A remedy that can be carried out: a change of the settings, or of an option of the layers named. */
export type DiagnosisFix =
  | {
      readonly kind: "training";
      readonly title: string;
      readonly change: Partial<TrainingConfig>;
    }
  | {
      readonly kind: "activation";
      readonly title: string;
      readonly nodes: readonly string[];
      readonly activation: string;
    };

/** What the searches work on. */
export interface Evidence {
  readonly state: RunState;
  readonly config: Pick<TrainingConfig, "optimizer" | "epochs">;
  /** All observations kept, oldest first. */
  readonly all: readonly Observation[];
  /** The latest of them: what is judged now. */
  readonly recent: readonly Observation[];
}

/** Observations that a judgement of the present looks at. */
const window = 6;

export function diagnoseRun(
  state: RunState,
  config: Pick<TrainingConfig, "optimizer" | "epochs">,
): readonly Diagnosis[] {
  const all = state.observations.kept.filter(({ problem }) => problem === undefined);
  const evidence: Evidence = { state, config, all, recent: all.slice(-window) };
  return [
    ...findNumberTrouble(evidence),
    ...findLabelTrouble(evidence),
    ...findGradientTrouble(evidence),
    ...findDeadUnits(evidence),
    ...findSaturation(evidence),
    ...findProgressTrouble(evidence),
  ];
}
