import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { analyzeGraph } from "#shared/analysis/analyzeGraph.ts";
import type { GraphAnalysis } from "#shared/analysis/types.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { DocumentEdit, EditIssue } from "#shared/document/edits.ts";
import * as undoStack from "#shared/document/history.ts";
import type { ProjectDocument } from "#shared/document/model.ts";
import { datasetStore } from "./datasetStore.ts";
import { describeEdit } from "./describeEdit.ts";

/** The open project. `edit` is the only way to change it; shapes and problems follow in the same call. */
export interface DocumentState {
  readonly document: ProjectDocument;
  readonly analysis: GraphAnalysis;
  readonly history: undoStack.History;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** To stand after "Undo": "add Dense". */
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Where it is kept; null for a project that has no file yet. */
  readonly location: ProjectLocation | null;
  readonly saveState: SaveState;

  /** `mergeKey`: successive edits with the same key become one undo step. Refused edits change nothing. */
  readonly edit: (edit: DocumentEdit, options?: EditOptions) => Result<void, EditIssue>;
  /** Ends a gesture: the next edit is a step of its own even with the same merge key. */
  readonly sealStep: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Another project; the undo stack starts anew. */
  readonly load: (document: ProjectDocument, location: ProjectLocation | null) => void;
  readonly setLocation: (location: ProjectLocation | null) => void;
  readonly setSaveState: (saveState: SaveState) => void;
}

export interface EditOptions {
  readonly label?: string;
  readonly mergeKey?: string;
}

export interface ProjectLocation {
  readonly handle: string;
  /** The file's name. */
  readonly label: string;
  /** Its folder, for people to read. */
  readonly location: string;
  /** Hash of the file as we last read or wrote it. */
  readonly revision: string | null;
  readonly isReadOnly: boolean;
}

export type SaveState =
  /** The file on disk holds this document. */
  | { readonly phase: "saved"; readonly document: ProjectDocument }
  /** Only a draft holds it: there is no file yet, or the file could not be written. */
  | { readonly phase: "draft"; readonly document: ProjectDocument }
  | { readonly phase: "saving" }
  | { readonly phase: "failed"; readonly message: string }
  /** The file was changed by someone else; nothing is written until the user has chosen. */
  | { readonly phase: "conflict" };

const untitled = createProject("Untitled");

export const documentStore = createStore<DocumentState>()((set, get) => {
  const show = (history: undoStack.History): void => {
    const { document } = history.present;
    set((state) => ({
      history,
      document,
      analysis:
        document.graph === state.document.graph
          ? state.analysis
          : analyse(document, state.analysis),
      canUndo: history.past.length > 0,
      canRedo: history.future.length > 0,
      undoLabel: undoStack.undoLabel(history),
      redoLabel: undoStack.redoLabel(history),
    }));
  };

  return {
    document: untitled,
    analysis: analyse(untitled, null),
    history: undoStack.createHistory(untitled),
    canUndo: false,
    canRedo: false,
    undoLabel: null,
    redoLabel: null,
    location: null,
    saveState: { phase: "saved", document: untitled },

    edit(edit, options = {}) {
      const { document, history } = get();
      const edited = applyEdit(document, edit);
      if (!edited.ok) return edited;
      const label = options.label ?? describeEdit(document, edit);
      show(undoStack.recordEdit(history, edited.value, { ...options, label }));
      return ok(undefined);
    },
    sealStep: () => set(({ history }) => ({ history: undoStack.sealStep(history) })),
    undo: () => show(undoStack.undo(get().history)),
    redo: () => show(undoStack.redo(get().history)),
    load(document, location) {
      set({ location, saveState: { phase: "saved", document }, analysis: analyse(document, null) });
      show(undoStack.createHistory(document));
    },
    setLocation: (location) => set({ location }),
    setSaveState: (saveState) => set({ saveState }),
  };
});

// New data is new information for the analysis: shapes of inputs, class counts, targets.
datasetStore.subscribe((state, previous) => {
  if (state.summary === previous.summary) return;
  const { document, analysis } = documentStore.getState();
  documentStore.setState({ analysis: analyse(document, analysis) });
});

export function useDocument<T>(selector: (state: DocumentState) => T): T {
  return useStore(documentStore, selector);
}

/** Whether neither file nor draft holds the document as it is. */
export function selectIsDirty({ document, saveState }: DocumentState): boolean {
  return "document" in saveState ? saveState.document !== document : true;
}

/** Whether there is anything to go back to from the start screen. */
export function selectHasContent({ document, location, canUndo }: DocumentState): boolean {
  return location !== null || canUndo || Object.keys(document.graph.nodes).length > 0;
}

function analyse(document: ProjectDocument, previous: GraphAnalysis | null): GraphAnalysis {
  return analyzeGraph(document.graph, { previous, data: datasetStore.getState().summary });
}
