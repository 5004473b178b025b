import type { HostProblem } from "#shared/host/contract.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { serializeProject } from "#shared/project/serializeProject.ts";
import { host } from "../host/hostClient.ts";
import { documentStore, type ProjectLocation } from "../state/documentStore.ts";

/** Where the document ended up. */
export type WriteOutcome =
  | { readonly kind: "file"; readonly revision: string }
  | { readonly kind: "draft" }
  | { readonly kind: "conflict"; readonly problem: HostProblem }
  | { readonly kind: "failed"; readonly message: string };

/** Writes to the file where there is a writable one; whatever the file refuses is kept as a draft. */
async function writeProject(
  document: ProjectDocument,
  location: ProjectLocation | null,
): Promise<WriteOutcome> {
  const text = serializeProject(document);
  if (location !== null && !location.isReadOnly) {
    const saved = await host.saveProject({
      handle: location.handle,
      text,
      expectedRevision: location.revision,
    });
    if (saved.ok) {
      // The file holds it now: nothing to recover. A draft that was never made is no loss.
      void host.deleteDraft(document.id);
      return { kind: "file", revision: saved.value.revision };
    }
    const drafted = await host.putDraft(document.id, { text, handle: location.handle });
    const { error } = saved;
    if (error.code === "changed-on-disk" || error.code === "newer-version") {
      return { kind: "conflict", problem: error };
    }
    const kept = drafted.ok ? " Your work is kept as a draft." : "";
    return { kind: "failed", message: `${error.message}${kept}` };
  }
  const drafted = await host.putDraft(document.id, { text, handle: location?.handle ?? null });
  return drafted.ok ? { kind: "draft" } : { kind: "failed", message: drafted.error.message };
}

/**
 * Writes the open project and notes the outcome in the store. What was edited meanwhile stays "edited": a save state
 * names the very document that was written.
 */
export async function keepOpenProject(): Promise<WriteOutcome> {
  const { document, location, setSaveState } = documentStore.getState();
  setSaveState({ phase: "saving" });
  const outcome = await writeProject(document, location);
  const now = documentStore.getState();
  // Another project was opened while this one was being written.
  if (now.document.id !== document.id) return outcome;
  // It was saved to a file of its own meanwhile: what that noted holds, and the draft is stale.
  if (now.location?.handle !== location?.handle) {
    if (outcome.kind === "draft") void host.deleteDraft(document.id);
    return outcome;
  }
  switch (outcome.kind) {
    case "file":
      if (now.location !== null && now.location.handle === location?.handle) {
        now.setLocation({ ...now.location, revision: outcome.revision });
      }
      now.setSaveState({ phase: "saved", document });
      break;
    case "draft":
      now.setSaveState({ phase: "draft", document });
      break;
    case "conflict":
      now.setSaveState({ phase: "conflict" });
      break;
    case "failed":
      now.setSaveState({ phase: "failed", message: outcome.message });
      break;
  }
  return outcome;
}
