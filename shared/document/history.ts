import type { ProjectDocument } from "./model.ts";

/** One state of the document and what led to it. */
export interface HistoryEntry {
  /** "Add Dense": the edit that made this document; of the oldest entry never shown. */
  readonly label: string;
  readonly document: ProjectDocument;
  /** Edits that come in succession with the same key are one step: a drag, typing into one field. */
  readonly mergeKey: string | null;
}

/** Whole documents, which share what no edit touched; so a step costs about what the edit changed. */
export interface History {
  /** Oldest first. */
  readonly past: readonly HistoryEntry[];
  readonly present: HistoryEntry;
  /** Next to redo first. */
  readonly future: readonly HistoryEntry[];
}

const maxSteps = 1000;

export function createHistory(document: ProjectDocument, label = "Open"): History {
  return { past: [], present: { label, document, mergeKey: null }, future: [] };
}

/** Nothing is recorded where the document is the same one. */
export function recordEdit(
  history: History,
  document: ProjectDocument,
  options: { readonly label: string; readonly mergeKey?: string },
): History {
  const { past, present } = history;
  if (document === present.document) return history;
  const mergeKey = options.mergeKey ?? null;
  const entry: HistoryEntry = { label: options.label, document, mergeKey };
  if (mergeKey !== null && mergeKey === present.mergeKey) {
    return { past, present: entry, future: [] };
  }
  return { past: [...past, present].slice(-maxSteps), present: entry, future: [] };
}

/** Ends a gesture: the next edit is a step of its own, even with the same merge key. */
export function sealStep(history: History): History {
  if (history.present.mergeKey === null) return history;
  return { ...history, present: { ...history.present, mergeKey: null } };
}

export function undo(history: History): History {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: { ...previous, mergeKey: null },
    future: [history.present, ...history.future],
  };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: { ...next, mergeKey: null }, future };
}

/** What "Undo" would take back, or null. */
export function undoLabel(history: History): string | null {
  return history.past.length === 0 ? null : history.present.label;
}

export function redoLabel(history: History): string | null {
  return history.future[0]?.label ?? null;
}
