import { documentStore } from "../state/documentStore.ts";
import { showToast } from "../ui/toastStore.ts";
import { resolveConflict } from "./resolveConflict.ts";
import { saveProjectAs } from "./saveProjectAs.ts";
import { keepOpenProject } from "./writeProject.ts";

/** Saves to the project's file; asks for one where there is none yet or it can't be written. */
export async function saveProject(): Promise<boolean> {
  const { location, saveState } = documentStore.getState();
  if (location === null || location.isReadOnly) return saveProjectAs();
  if (saveState.phase === "conflict") {
    await resolveConflict({
      code: "changed-on-disk",
      message: `${location.label} is not as this window last read it. Your version is kept as a draft.`,
    });
    return documentStore.getState().saveState.phase === "saved";
  }
  const outcome = await keepOpenProject();
  if (outcome.kind === "failed") showToast({ tone: "error", message: outcome.message });
  if (outcome.kind === "conflict") await resolveConflict(outcome.problem);
  return outcome.kind === "file";
}
