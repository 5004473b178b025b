import type { HostProblem } from "#shared/host/contract.ts";
import { forkProject } from "#shared/document/createProject.ts";
import { host } from "../host/hostClient.ts";
import { documentStore } from "../state/documentStore.ts";
import { ask } from "../ui/ask.ts";
import { showToast } from "../ui/toastStore.ts";
import { readProjectText } from "./readProjectText.ts";
import { saveProjectAs } from "./saveProjectAs.ts";
import { keepOpenProject } from "./writeProject.ts";

let isAsking = false;

/**
 * The file on disk is not the one we know. Nothing was written, ours is in a draft; the user says what becomes of both.
 * Closing the dialog leaves it so, and the saved state keeps saying it.
 */
export async function resolveConflict(problem: HostProblem): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  const { location, document } = documentStore.getState();
  const isNewer = problem.code === "newer-version";
  const answer = await ask({
    title: `${location?.label ?? "The file"} was changed outside of this window`,
    body: problem.message,
    answers: [
      ...(isNewer ? [] : [{ id: "reload", title: "Reload the file" } as const]),
      ...(isNewer ? [] : [{ id: "replace", title: "Replace the file" } as const]),
      { id: "saveAs", title: "Save as…" },
      { id: "both", title: "Keep both" },
    ],
  });
  isAsking = false;
  if (documentStore.getState().document.id !== document.id || location === null) return;
  switch (answer) {
    case "reload":
      return reloadFromDisk();
    case "replace":
      return replaceFile();
    case "saveAs":
      await saveProjectAs();
      return;
    case "both":
      return keepBoth();
    case null:
      return;
  }
}

/** The file stays as it is; ours goes on as a project of its own, kept as a draft until it gets a file. */
async function keepBoth(): Promise<void> {
  const { document, load, location } = documentStore.getState();
  const mine = forkProject(document, `${document.name} (mine)`);
  load(mine, null);
  await keepOpenProject();
  void host.deleteDraft(document.id);
  showToast({
    tone: "info",
    message: `${location?.label ?? "The file"} stays as it is on disk. Your version is now “${mine.name}”, kept as a draft until you save it.`,
  });
}

export async function reloadFromDisk(): Promise<void> {
  const { location, load, document } = documentStore.getState();
  if (location === null) return;
  const opened = await host.openProject(location.handle);
  if (!opened.ok) return showToast({ tone: "error", message: opened.error.message });
  const project = readProjectText(opened.value.text, opened.value.label);
  if (!project.ok) return showToast(project.error);
  load(project.value, { ...location, revision: opened.value.revision });
  void host.deleteDraft(document.id);
}

async function replaceFile(): Promise<void> {
  const { location, setLocation, setSaveState } = documentStore.getState();
  if (location === null) return;
  const opened = await host.openProject(location.handle);
  // Gone meanwhile: then there is nothing to replace, and null says "new file".
  setLocation({ ...location, revision: opened.ok ? opened.value.revision : null });
  setSaveState({ phase: "saving" });
  const outcome = await keepOpenProject();
  if (outcome.kind === "conflict") await resolveConflict(outcome.problem);
}
