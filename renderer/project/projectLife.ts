import { createProject, forkProject } from "#shared/document/createProject.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import type { DraftInfo } from "#shared/host/contract.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { chooseFile } from "../host/chooseFile.ts";
import { host } from "../host/hostClient.ts";
import { documentStore, type ProjectLocation, selectIsDirty } from "../state/documentStore.ts";
import { emptySelection, sessionStore, type View } from "../state/sessionStore.ts";
import { rememberOrigin } from "../state/templateOrigins.ts";
import { ask } from "../ui/ask.ts";
import { clearToasts, showToast } from "../ui/toastStore.ts";
import { isTraining } from "../training/runQueries.ts";
import { stop } from "../training/trainingClient.ts";
import { flushProject } from "./autosave.ts";
import { readProjectText } from "./readProjectText.ts";
import { reloadFromDisk, resolveConflict } from "./resolveConflict.ts";

/** New, open, recover: whatever puts another project into the window. The one before is kept first. */
export async function newProject(view: View = "design"): Promise<void> {
  await show(createProject("Untitled"), null, view);
}

export async function openTemplate(id: string): Promise<void> {
  const template = await host.getTemplate(id);
  if (!template.ok) return showToast({ tone: "error", message: template.error.message });
  const { info, project } = template.value;
  const parsed = readProjectText(project, `The template ${info.title}`);
  if (!parsed.ok) return showToast(parsed.error);
  const document = forkProject(parsed.value);
  rememberOrigin(document.id, id);
  await show(document, null);
}

export async function openProject(): Promise<void> {
  const chosen = await chooseFile({ purpose: "open-project" });
  if (chosen !== null) await openByHandle(chosen.handle);
}

export async function openByHandle(handle: string): Promise<void> {
  const opened = await host.openProject(handle);
  if (!opened.ok) return showToast({ tone: "error", message: opened.error.message });
  const { label, location, text, revision, isReadOnly } = opened.value;
  const parsed = readProjectText(text, label);
  if (!parsed.ok) return showToast(parsed.error);
  const place: ProjectLocation = {
    handle: opened.value.handle,
    label,
    location,
    revision,
    isReadOnly,
  };
  if (!(await show(parsed.value, place))) return;
  await offerDraft(parsed.value, place);
}

/** A file's text that was dropped onto the window: opened as a copy, because a dropped file has no handle. */
export async function openProjectText(text: string, label: string): Promise<void> {
  const parsed = readProjectText(text, label);
  if (!parsed.ok) return showToast(parsed.error);
  if (!(await show(forkProject(parsed.value), null))) return;
  showToast({
    tone: "info",
    message: `${label} was opened as a copy. Save it to choose where it belongs.`,
  });
}

/** Work that never reached a file. Where its file has other contents, the user chooses before anything is written. */
export async function recoverDraft(draft: DraftInfo): Promise<void> {
  if (draft.projectId === documentStore.getState().document.id) {
    sessionStore.getState().showView("design");
    return;
  }
  const kept = await host.getDraft(draft.projectId);
  if (!kept.ok) return showToast({ tone: "error", message: kept.error.message });
  const parsed = readProjectText(kept.value.text, draft.name);
  if (!parsed.ok) return showToast(parsed.error);
  const file = kept.value.handle === null ? null : await host.openProject(kept.value.handle);
  if (file?.ok !== true) {
    if (!(await show(parsed.value, null))) return;
    documentStore.getState().setSaveState({ phase: "draft", document: parsed.value });
    return;
  }
  const { handle, label, location, revision, isReadOnly, text } = file.value;
  if (!(await show(parsed.value, { handle, label, location, revision, isReadOnly }))) return;
  if (text === serializeProject(parsed.value)) return;
  documentStore.getState().setSaveState({ phase: "conflict" });
  await resolveConflict({
    code: "changed-on-disk",
    message: `Your recovered work is open. ${label} in ${location} holds another version of it.`,
  });
}

export async function discardDraft(draft: DraftInfo): Promise<void> {
  const deleted = await host.deleteDraft(draft.projectId);
  if (!deleted.ok) showToast({ tone: "error", message: deleted.error.message });
}

/** The host saw our file change. Without edits of ours it is simply read again. */
export function noticeChangeOnDisk(handle: string, revision: string): void {
  const state = documentStore.getState();
  const { location } = state;
  if (location?.handle !== handle || location.revision === revision) return;
  if (state.saveState.phase === "saving") return;
  if (!selectIsDirty(state)) {
    void reloadFromDisk();
    showToast({ tone: "info", message: `${location.label} was changed on disk and read again.` });
    return;
  }
  if (state.saveState.phase === "conflict") return;
  state.setSaveState({ phase: "conflict" });
  void resolveConflict({
    code: "changed-on-disk",
    message: `${location.label} was changed by another program while you were editing it.`,
  });
}

/** false: the user would rather stay with what is open. */
async function show(
  document: ProjectDocument,
  location: ProjectLocation | null,
  view: View = "design",
): Promise<boolean> {
  if (isTraining() && !(await askToLeaveRun())) return false;
  await flushProject();
  const { saveState } = documentStore.getState();
  if (saveState.phase === "failed" && !(await askToLoseWork(saveState.message))) return false;
  clearToasts();
  documentStore.getState().load(document, location);
  const session = sessionStore.getState();
  session.select(emptySelection);
  session.showView(view);
  return true;
}

/** What was edited could not be written, perhaps not even as a draft: leaving now may lose it. */
async function askToLoseWork(reason: string): Promise<boolean> {
  const { name } = documentStore.getState().document;
  const answer = await ask({
    title: `The last changes to “${name}” are not saved`,
    body: reason,
    answers: [
      { id: "leave", title: "Go on without saving" },
      { id: "stay", title: "Stay here" },
    ],
  });
  return answer === "leave";
}

async function askToLeaveRun(): Promise<boolean> {
  const answer = await ask({
    title: "A run is under way",
    body: "Opening another project stops it. Its weights so far are kept with the run.",
    answers: [
      { id: "stay", title: "Stay here" },
      { id: "stop", title: "Stop the run and go on" },
    ],
  });
  if (answer !== "stop") return false;
  stop();
  return true;
}

/** After a crash between edit and save, a draft of this very file may be newer than the file. */
async function offerDraft(project: ProjectDocument, place: ProjectLocation): Promise<void> {
  const drafts = await host.listDrafts();
  const draft = drafts.ok
    ? drafts.value.find((entry) => entry.projectId === project.id)
    : undefined;
  if (draft === undefined || draft.handle !== place.handle) return;
  const kept = await host.getDraft(draft.projectId);
  if (!kept.ok || kept.value.text === serializeProject(project)) return;
  const answer = await ask({
    title: "There is unsaved work on this project",
    body: `A draft of ${place.label} was kept when the window closed before saving.`,
    answers: [
      { id: "file", title: "Keep the file" },
      { id: "draft", title: "Open the draft" },
    ],
  });
  if (answer === "draft") await recoverDraft(draft);
  else if (answer === "file") await discardDraft(draft);
}
