import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { DocumentAnalysis } from "#shared/analysis/analyzeDocument.ts";
import type { Diagnostic, GraphAnalysis } from "#shared/analysis/types.ts";
import type { NodeId } from "#shared/base/ids.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { applyEdit } from "#shared/document/applyEdit.ts";
import { createProject } from "#shared/document/createProject.ts";
import type { DocumentEdit, EditIssue } from "#shared/document/edits.ts";
import * as undoStack from "#shared/document/history.ts";
import type { BlockDefinition, ModelGraph, ProjectDocument } from "#shared/document/model.ts";
import { analyse, lookInto } from "./analyse.ts";
import { datasetStore } from "./datasetStore.ts";
import { describeEdit } from "./describeEdit.ts";
import { editInScope, resolveScope } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** The open project. `edit` is the only way to change it; shapes and problems follow in the same call. */
export interface DocumentState {
  readonly document: ProjectDocument;
  /** Instances of blocks that were entered, outermost first; the editor shows the graph of the innermost. */
  readonly scope: Scope;
  /** The graph that the editor shows: the main one, or that of the block entered. */
  readonly graph: ModelGraph;
  /** The block whose graph that is; null for the main graph. */
  readonly block: BlockDefinition | null;
  /** Of everything, by path. */
  readonly documentAnalysis: DocumentAnalysis;
  /** Of `graph`, as it is used at this place of the model. */
  readonly analysis: GraphAnalysis;
  /** Of the main graph, wherever the editor is: what training, export and the status bar ask. */
  readonly modelAnalysis: GraphAnalysis;
  readonly history: undoStack.History;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** To stand after "Undo": "add Dense". */
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Where it is kept; null for a project that has no file yet. */
  readonly location: ProjectLocation | null;
  readonly saveState: SaveState;

  /**
   * Edits of a graph go to the graph that is shown, unless `isWhole` says that they name their place themselves.
   * `mergeKey`: successive edits with the same key become one undo step. Refused edits change nothing.
   */
  readonly edit: (edit: DocumentEdit, options?: EditOptions) => Result<void, EditIssue>;
  /** Shows the inside of an instance in the graph shown; false where that node is no instance. */
  readonly enterBlock: (instance: NodeId) => boolean;
  readonly leaveBlock: (levels?: number) => void;
  /** Goes to a place anywhere in the document, as deep as it exists. */
  readonly showScope: (scope: Scope) => void;
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
  /** The edit is one of the whole document: nothing in it is put into the block entered. */
  readonly isWhole?: boolean;
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

const topScope: Scope = [];
const untitled = createProject("Untitled");

/** Where each state of the document was made, so that undo and redo can show what they change. */
const madeIn = new WeakMap<ProjectDocument, Scope>();

export const documentStore = createStore<DocumentState>()((set, get) => {
  const show = (history: undoStack.History, wanted: Scope): void => {
    const { document } = history.present;
    set((state) => {
      const place = lookAt(document, wanted, state);
      const isSameModel =
        document.graph === state.document.graph &&
        document.blocks === state.document.blocks &&
        document.variables === state.document.variables;
      const isSamePlace = place.scope === state.scope;
      return {
        history,
        document,
        ...place,
        ...(isSameModel && isSamePlace
          ? {}
          : isSameModel
            ? lookInto(state.documentAnalysis, place.scope)
            : analyse(document, place.scope, state)),
        canUndo: history.past.length > 0,
        canRedo: history.future.length > 0,
        undoLabel: undoStack.undoLabel(history),
        redoLabel: undoStack.redoLabel(history),
      };
    });
  };

  return {
    document: untitled,
    scope: topScope,
    graph: untitled.graph,
    block: null,
    ...analyse(untitled, topScope, null),
    history: undoStack.createHistory(untitled),
    canUndo: false,
    canRedo: false,
    undoLabel: null,
    redoLabel: null,
    location: null,
    saveState: { phase: "saved", document: untitled },

    edit(edit, options = {}) {
      const { document, history, scope, block } = get();
      const placed = options.isWhole === true ? edit : editInScope(edit, block?.id ?? null);
      const edited = applyEdit(document, placed);
      if (!edited.ok) return edited;
      const label = options.label ?? describeEdit(document, placed);
      const { mergeKey } = options;
      const changesGraphs =
        edited.value.graph !== document.graph || edited.value.blocks !== document.blocks;
      if (edited.value !== document && changesGraphs) madeIn.set(edited.value, scope);
      show(
        undoStack.recordEdit(history, edited.value, {
          label,
          ...(mergeKey === undefined ? {} : { mergeKey }),
        }),
        scope,
      );
      return ok(undefined);
    },
    enterBlock(instance) {
      const { document, history, scope } = get();
      const wanted = [...scope, instance];
      if (resolveScope(document, wanted).scope.length < wanted.length) return false;
      show(history, wanted);
      return true;
    },
    leaveBlock(levels = 1) {
      const { history, scope } = get();
      if (scope.length > 0) show(history, scope.slice(0, Math.max(0, scope.length - levels)));
    },
    showScope: (scope) => show(get().history, scope),
    sealStep: () => set(({ history }) => ({ history: undoStack.sealStep(history) })),
    undo() {
      const { history, scope } = get();
      // What is taken back is shown where it was made.
      show(undoStack.undo(history), madeIn.get(history.present.document) ?? scope);
    },
    redo() {
      const { scope } = get();
      const history = undoStack.redo(get().history);
      show(history, madeIn.get(history.present.document) ?? scope);
    },
    load(document, location) {
      set({
        location,
        saveState: { phase: "saved", document },
        scope: topScope,
        ...analyse(document, topScope, null),
      });
      show(undoStack.createHistory(document), topScope);
    },
    setLocation: (location) => set({ location }),
    setSaveState: (saveState) => set({ saveState }),
  };
});

// New data is new information for the analysis: shapes of inputs, class counts, targets.
datasetStore.subscribe((state, previous) => {
  if (state.summary === previous.summary) return;
  const known = documentStore.getState();
  documentStore.setState(analyse(known.document, known.scope, known));
});

/** The graph at a scope; a scope that is still the same keeps its object, so that nothing renders anew. */
function lookAt(
  document: ProjectDocument,
  wanted: Scope,
  before: DocumentState,
): Pick<DocumentState, "scope" | "graph" | "block"> {
  const { scope, graph, block } = resolveScope(document, wanted);
  const isSame =
    scope.length === before.scope.length && scope.every((id, index) => id === before.scope[index]);
  return { scope: isSame ? before.scope : scope, graph, block };
}

export function useDocument<T>(selector: (state: DocumentState) => T): T {
  return useStore(documentStore, selector);
}

/** Whether neither file nor draft holds the document as it is. */
export function selectIsDirty({ document, saveState }: DocumentState): boolean {
  return "document" in saveState ? saveState.document !== document : true;
}

const noDiagnostics: readonly Diagnostic[] = [];

/** The problems of the model, by path; none of a project in which nothing is drawn yet. */
export function selectDiagnostics(state: DocumentState): readonly Diagnostic[] {
  return Object.keys(state.document.graph.nodes).length === 0
    ? noDiagnostics
    : state.documentAnalysis.diagnostics;
}

/** Whether there is anything to go back to from the start screen. */
export function selectHasContent({ document, location, canUndo }: DocumentState): boolean {
  return location !== null || canUndo || Object.keys(document.graph.nodes).length > 0;
}
