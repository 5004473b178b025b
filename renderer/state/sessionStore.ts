import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { EdgeId, FrameId, NodeId, NoteId } from "#shared/base/ids.ts";
import { loadPreferences, savePreferences } from "./preferences.ts";

/** What belongs to this window and never to the document: the view, selection, panels, theme. */
export interface SessionState {
  readonly view: View;
  readonly selection: Selection;
  readonly panels: Panels;
  readonly theme: ThemeChoice;
  readonly dockTab: DockTab;
  /** Where the focus should go next; whoever owns the place obeys and calls `clearFocusRequest`. */
  readonly focusRequest: FocusRequest | null;
  readonly isPaletteOpen: boolean;

  readonly showView: (view: View) => void;
  readonly select: (selection: Partial<Selection>) => void;
  readonly setPanel: (panel: PanelName, change: Partial<Panel>) => void;
  readonly setTheme: (theme: ThemeChoice) => void;
  /** Opens the dock, too. */
  readonly showDockTab: (tab: DockTab) => void;
  readonly requestFocus: (request: FocusRequest) => void;
  readonly clearFocusRequest: () => void;
  readonly setPaletteOpen: (isOpen: boolean) => void;
}

export type View = "start" | "design" | "data" | "runs" | "code";
export type DockTab = "problems" | "summary" | "run" | "samples" | "code";
export type ThemeChoice = "system" | "light" | "dark";
export type PanelName = "left" | "right" | "bottom";

export interface Selection {
  readonly nodes: readonly NodeId[];
  readonly edges: readonly EdgeId[];
  readonly notes: readonly NoteId[];
  readonly frames: readonly FrameId[];
}

export interface Panel {
  readonly isOpen: boolean;
  /** Pixels: width of the side panels, height of the dock. */
  readonly size: number;
}
export type Panels = Readonly<Record<PanelName, Panel>>;

export type FocusRequest =
  | { readonly kind: "paletteSearch" }
  | { readonly kind: "canvas" }
  /** Select and bring into view; with `param`, the field in the inspector. */
  | { readonly kind: "node"; readonly node: NodeId; readonly param?: string }
  | { readonly kind: "inspector" }
  | { readonly kind: "dock" };

export const emptySelection: Selection = { nodes: [], edges: [], notes: [], frames: [] };

export function countSelected({ nodes, edges, notes, frames }: Selection): number {
  return nodes.length + edges.length + notes.length + frames.length;
}

export const panelLimits: Readonly<Record<PanelName, { min: number; max: number }>> = {
  left: { min: 176, max: 420 },
  right: { min: 240, max: 560 },
  bottom: { min: 120, max: 640 },
};

const remembered = loadPreferences();

export const sessionStore = createStore<SessionState>()((set) => ({
  view: "start",
  selection: emptySelection,
  panels: remembered.panels,
  theme: remembered.theme,
  dockTab: remembered.dockTab,
  focusRequest: null,
  isPaletteOpen: false,

  showView: (view) => set({ view }),
  select: (selection) => set({ selection: { ...emptySelection, ...selection } }),
  setPanel: (panel, change) =>
    set(({ panels }) => ({
      panels: { ...panels, [panel]: clampPanel(panel, { ...panels[panel], ...change }) },
    })),
  setTheme: (theme) => set({ theme }),
  showDockTab: (dockTab) =>
    set(({ panels }) => ({
      dockTab,
      panels: { ...panels, bottom: { ...panels.bottom, isOpen: true } },
    })),
  requestFocus: (focusRequest) => set({ focusRequest }),
  clearFocusRequest: () => set({ focusRequest: null }),
  setPaletteOpen: (isPaletteOpen) => set({ isPaletteOpen }),
}));

// What the window looked like is worth keeping between starts.
sessionStore.subscribe((state, previous) => {
  if (
    state.panels !== previous.panels ||
    state.theme !== previous.theme ||
    state.dockTab !== previous.dockTab
  ) {
    savePreferences({ panels: state.panels, theme: state.theme, dockTab: state.dockTab });
  }
});

export function useSession<T>(selector: (state: SessionState) => T): T {
  return useStore(sessionStore, selector);
}

function clampPanel(name: PanelName, panel: Panel): Panel {
  const { min, max } = panelLimits[name];
  return { ...panel, size: Math.round(Math.min(max, Math.max(min, panel.size))) };
}
