import { findPrecisionProblem } from "#shared/training/precision.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { runStore, type RunStoreState } from "../state/runStore.ts";
import { deviceStore } from "./deviceStore.ts";

/** Whether a run of this window is under way, paused ones included. */
export function isTraining(state: RunStoreState = runStore.getState()): boolean {
  return state.active !== null && state.active.state.phase !== "ended";
}

export function isPaused(state: RunStoreState = runStore.getState()): boolean {
  return state.active?.state.phase === "paused";
}

export interface Obstacle {
  readonly kind: "run" | "emptyGraph" | "problems" | "noData" | "badData" | "precision";
  /** A sentence that names the next step. */
  readonly message: string;
}

/** What stands between now and a run, the first thing to do first; null when Train can be pressed. */
export function findObstacle(): Obstacle | null {
  if (isTraining()) {
    return { kind: "run", message: "A run is under way. Stop it to start another." };
  }
  const { document, modelAnalysis: analysis } = documentStore.getState();
  if (Object.keys(document.graph.nodes).length === 0) {
    return { kind: "emptyGraph", message: "Draw a network first." };
  }
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first !== undefined) {
    const message =
      errors.length === 1
        ? first.message
        : `Mend the ${errors.length} problems first; they are listed below the canvas.`;
    return { kind: "problems", message };
  }
  if (document.data === null) {
    return { kind: "noData", message: "Choose data first, in the Data view." };
  }
  const { phase, issues } = datasetStore.getState();
  if (phase === "failed") {
    return { kind: "badData", message: issues[0]?.message ?? "The data could not be read." };
  }
  const { device } = deviceStore.getState();
  const problem = device && findPrecisionProblem(document.training.precision, device);
  if (problem !== null) return { kind: "precision", message: problem };
  return null;
}

/** As a sentence for tooltips; null when Train can be pressed. */
export function whyNotTrain(): string | null {
  return findObstacle()?.message ?? null;
}
