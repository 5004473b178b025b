import type { NodeId, NoteId } from "#shared/base/ids.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import type { ModelGraph } from "#shared/document/model.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import type { Selection } from "../state/sessionStore.ts";
import { announce } from "../ui/announce.ts";
import { showToast } from "../ui/toastStore.ts";

export function currentGraph(): ModelGraph {
  return documentStore.getState().graph;
}

export function currentSelection(): Selection {
  return sessionStore.getState().selection;
}

export interface EditOptions {
  readonly label?: string;
  /** Edits with the same key in succession are one undo step. */
  readonly mergeKey?: string;
  /** Said to screen readers when it worked. */
  readonly say?: string;
}

/** Carries out an edit; where it can't be, says why and leaves everything as it was. */
export function editDocument(edit: DocumentEdit, options: EditOptions = {}): boolean {
  const { mergeKey, say } = options;
  const label = options.label ?? (edit.kind === "batch" ? edit.label : undefined);
  const result = documentStore.getState().edit(edit, {
    // Labels stand after "Undo".
    ...(label === undefined ? {} : { label: label.charAt(0).toLowerCase() + label.slice(1) }),
    ...(mergeKey === undefined ? {} : { mergeKey }),
  });
  if (!result.ok) {
    showToast({ tone: "error", message: result.error.message });
    return false;
  }
  if (say !== undefined) announce(say);
  return true;
}

export function selectNodes(nodes: readonly NodeId[], notes: readonly NoteId[] = []): void {
  sessionStore.getState().select({ nodes, notes });
}

/** Selects a node, brings it into view and, with `param`, puts the focus in that field of the inspector. */
export function revealNode(node: NodeId, param?: string): void {
  const session = sessionStore.getState();
  session.showView("design");
  session.select({ nodes: [node] });
  session.requestFocus(
    param === undefined ? { kind: "node", node } : { kind: "node", node, param },
  );
}
