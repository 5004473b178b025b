import { documentStore } from "../state/documentStore.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { runStore, type RunStoreState } from "../state/runStore.ts";

/** Whether a run of this window is under way, paused ones included. */
export function isTraining(state: RunStoreState = runStore.getState()): boolean {
  return state.active !== null && state.active.state.phase !== "ended";
}

export function isPaused(state: RunStoreState = runStore.getState()): boolean {
  return state.active?.state.phase === "paused";
}

/** Why Train can't be pressed now, as a sentence that names the next step; null when it can. */
export function whyNotTrain(): string | null {
  if (isTraining()) return "A run is under way. Stop it to start another.";
  const { document, analysis } = documentStore.getState();
  if (Object.keys(document.graph.nodes).length === 0) return "Draw a network first.";
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    return errors.length === 1
      ? (errors[0]?.message ?? "Mend the problem first.")
      : `Mend the ${errors.length} problems first; they are listed below the canvas.`;
  }
  if (document.data === null) return "Choose data first, in the Data view.";
  const { phase, issues } = datasetStore.getState();
  if (phase === "failed") return issues[0]?.message ?? "The data could not be read.";
  return null;
}
