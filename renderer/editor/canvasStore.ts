import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { EdgeId, FrameId, NodeId, NoteId } from "#shared/base/ids.ts";
import type { Position } from "#shared/document/model.ts";
import type { FlowDirection, Rect } from "./canvas/geometry.ts";

/** What the canvas is doing just now. Nothing here is saved in the document; `direction` and switches are remembered. */
export interface CanvasState {
  readonly direction: FlowDirection;
  readonly isMinimapShown: boolean;
  readonly isSnapping: boolean;
  /** Positions during a drag or a tidy-up, by React Flow id. */
  readonly movingTo: ReadonlyMap<string, Position> | null;
  /** Where copies will land while Alt is held in a drag. */
  readonly ghosts: readonly Rect[];
  /** The wire that would take the layer being dragged. */
  readonly dropTarget: string | null;
  /** The wire under the pointer, whose pill then names its axes. */
  readonly hoveredWire: string | null;
  readonly layerSearch: LayerSearchRequest | null;
  /** Nodes whose target is being chosen from a list (wiring by keyboard). */
  readonly connectFrom: readonly NodeId[] | null;
  readonly editingNote: NoteId | null;
  /** The frame whose title is being written. */
  readonly editingFrame: FrameId | null;
  readonly inspectorTab: InspectorTab;
  /** Nodes whose message is folded away. */
  readonly foldedMessages: ReadonlySet<string>;
  /** What the mounted canvas can do; null while it is not on screen. */
  readonly handle: CanvasHandle | null;
}

export type InspectorTab = "properties" | "weights" | "training" | "about";

export interface LayerSearchRequest {
  /** Where the list opens, in pixels of the window. */
  readonly screen: Position;
  /** Where the layer goes, in canvas units. */
  readonly canvas: Position;
  /** The wire that was pulled; null for a free layer. */
  readonly wire: {
    readonly node: NodeId;
    readonly end: "source" | "target";
    /** The port pulled, where the node has several: an output's number or an input's slot. */
    readonly port: number | null;
  } | null;
  /** The wire on which the layer is to be put; null for none. */
  readonly onWire: EdgeId | null;
}

export interface CanvasHandle {
  fit(nodes?: readonly string[]): void;
  zoomBy(factor: number): void;
  zoomTo(zoom: number): void;
  /** Brings a node into view where it isn't and gives it the focus. */
  reveal(node: string, options?: { readonly focus?: boolean }): void;
  /** Middle of what is on screen, in canvas units. */
  viewCentre(): Position;
  toCanvas(screen: Position): Position;
  toScreen(canvas: Position): Position;
  focus(): void;
}

const storageKey = "netloom.canvas";

export const canvasStore = createStore<CanvasState>()(() => ({
  direction: "down",
  isMinimapShown: true,
  isSnapping: true,
  ...readSwitches(),
  movingTo: null,
  ghosts: [],
  dropTarget: null,
  hoveredWire: null,
  layerSearch: null,
  connectFrom: null,
  editingNote: null,
  editingFrame: null,
  inspectorTab: "properties",
  foldedMessages: new Set<string>(),
  handle: null,
}));

canvasStore.subscribe((state, previous) => {
  const { direction, isMinimapShown, isSnapping } = state;
  if (
    direction === previous.direction &&
    isMinimapShown === previous.isMinimapShown &&
    isSnapping === previous.isSnapping
  ) {
    return;
  }
  try {
    localStorage.setItem(storageKey, JSON.stringify({ direction, isMinimapShown, isSnapping }));
  } catch {
    // Storage may be full or forbidden; the switches then last as long as the window.
  }
});

export function useCanvas<T>(selector: (state: CanvasState) => T): T {
  return useStore(canvasStore, selector);
}

function readSwitches(): Partial<Pick<CanvasState, "direction" | "isMinimapShown" | "isSnapping">> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    if (typeof stored !== "object" || stored === null) return {};
    const direction = "direction" in stored && stored.direction === "right" ? "right" : "down";
    const isMinimapShown = !("isMinimapShown" in stored && stored.isMinimapShown === false);
    const isSnapping = !("isSnapping" in stored && stored.isSnapping === false);
    return { direction, isMinimapShown, isSnapping };
  } catch {
    return {};
  }
}
