import { nodeId } from "#shared/base/ids.ts";
import type { NodeId, NoteId } from "#shared/base/ids.ts";
import { dropCopy } from "#shared/blocks/flatIds.ts";
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
  /** The edit names its place itself: it isn't one of the graph shown. */
  readonly isWhole?: boolean;
}

/** Carries out an edit; where it can't be, says why and leaves everything as it was. */
export function editDocument(edit: DocumentEdit, options: EditOptions = {}): boolean {
  const { mergeKey, say, isWhole = false } = options;
  const label = options.label ?? (edit.kind === "batch" ? edit.label : undefined);
  const result = documentStore.getState().edit(edit, {
    // Labels stand after "Undo".
    ...(label === undefined ? {} : { label: label.charAt(0).toLowerCase() + label.slice(1) }),
    ...(mergeKey === undefined ? {} : { mergeKey }),
    isWhole,
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

/** The same for a node anywhere in the model, by its path: shows the inside of the block in which it lies. */
export function revealPath(path: NodeId, param?: string): void {
  const steps = path.split("/").map((step) => nodeId(dropCopy(step)));
  const node = steps.at(-1);
  if (node === undefined) return;
  documentStore.getState().showScope(steps.slice(0, -1));
  revealNode(node, param);
}
