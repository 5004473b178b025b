import { serializeProject } from "#shared/project/serializeProject.ts";
import { chooseFile, chooserStore } from "../host/chooseFile.ts";
import { host } from "../host/hostClient.ts";
import { documentStore } from "../state/documentStore.ts";
import { ask } from "../ui/ask.ts";
import { showToast } from "../ui/toastStore.ts";

/** Saves to a file that the user chooses. The open project is then that file. */
export async function saveProjectAs(): Promise<boolean> {
  const { document, setLocation, setSaveState } = documentStore.getState();
  const chosen = await chooseFile({
    purpose: "save-project",
    suggestedName: `${fileNameOf(document.name)}.netloom`,
  });
  if (chosen === null) return false;
  if (chosen.kind !== "new-file" && !(await agreesToReplace(chosen.label))) return false;
  const revision = chosen.kind === "new-file" ? null : await readRevision(chosen.handle);

  const current = documentStore.getState().document;
  const saved = await host.saveProject({
    handle: chosen.handle,
    text: serializeProject(current),
    expectedRevision: revision,
  });
  if (!saved.ok) {
    showToast({ tone: "error", message: saved.error.message });
    return false;
  }
  setLocation({
    handle: chosen.handle,
    label: chosen.label,
    location: chosen.location,
    revision: saved.value.revision,
    isReadOnly: false,
  });
  setSaveState({ phase: "saved", document: current });
  void host.deleteDraft(current.id);
  return true;
}

/** The system's dialog has asked already. */
async function agreesToReplace(label: string): Promise<boolean> {
  if (chooserStore.getState().session?.hasNativeDialogs === true) return true;
  const answer = await ask({
    title: `Replace ${label}?`,
    body: "There is a file of that name. What it holds now would be lost.",
    answers: [
      { id: "keep", title: "Cancel" },
      { id: "replace", title: "Replace", tone: "danger" },
    ],
  });
  return answer === "replace";
}

async function readRevision(handle: string): Promise<string | null> {
  const opened = await host.openProject(handle);
  return opened.ok ? opened.value.revision : null;
}

/** A name that every file system takes. */
export function fileNameOf(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N} ._-]+/gu, "-").replace(/^[ .-]+|[ .-]+$/g, "");
  return plain === "" ? "project" : plain.slice(0, 80);
}
