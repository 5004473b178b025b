import { frameId, nodeId, noteId } from "#shared/base/ids.ts";
import { documentStore } from "../../state/documentStore.ts";
import { countSelected, sessionStore } from "../../state/sessionStore.ts";
import { enterInstance, leaveInstance } from "../blocks/enterInstance.ts";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph, currentSelection, selectNodes } from "../editDocument.ts";
import { nudgeSelection } from "../selectionActions.ts";
import { frameIdText, isFrameFlowId, isLayerFlowId, isNoteFlowId, noteIdText } from "./flowIds.ts";
import { gridStep } from "./geometry.ts";
import { walkGraph } from "./walkGraph.ts";
import type { ArrowKey } from "./walkGraph.ts";

const nudges: Readonly<Record<ArrowKey, { readonly x: number; readonly y: number }>> = {
  ArrowUp: { x: 0, y: -gridStep },
  ArrowDown: { x: 0, y: gridStep },
  ArrowLeft: { x: -gridStep, y: 0 },
  ArrowRight: { x: gridStep, y: 0 },
};

/**
 * Keys of the graph itself: arrows walk along wires (Shift extends the selection, Alt moves the layer), Enter edits,
 * Space selects, Escape leaves. All else belongs to commands.
 */
export function handleCanvasKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || isControl(event.target)) return;
  const flowId = focusedFlowId(event.target);
  if (isArrow(event.key)) {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.altKey) {
      const by = nudges[event.key];
      const factor = event.shiftKey ? 5 : 1;
      nudgeSelection({ x: by.x * factor, y: by.y * factor });
    } else walk(event.key, { flowId, isExtending: event.shiftKey });
    return;
  }
  if (event.key === "Escape") {
    const isInBlock = documentStore.getState().scope.length > 0;
    const isAnySelected = countSelected(currentSelection()) > 0;
    if (!isAnySelected && !isInBlock) return;
    event.preventDefault();
    if (isAnySelected) selectNodes([]);
    else leaveInstance();
    return;
  }
  if (flowId === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const { nodes } = currentSelection();
    if (isFrameFlowId(flowId)) {
      canvasStore.setState({ editingFrame: frameId(frameIdText(flowId)) });
    } else if (isNoteFlowId(flowId))
      canvasStore.setState({ editingNote: noteId(noteIdText(flowId)) });
    else if (!enterInstance(nodeId(flowId))) {
      if (nodes.length === 0) selectNodes([nodeId(flowId)]);
      canvasStore.setState({ inspectorTab: "properties" });
      sessionStore.getState().requestFocus({ kind: "inspector" });
    }
  } else if (event.key === " " && isLayerFlowId(flowId)) {
    event.preventDefault();
    selectNodes([nodeId(flowId)]);
  }
}

/** The layer that the keyboard's focus comes to is the selected one, so that commands act on it. */
export function selectFocused(target: EventTarget | null): void {
  if (!(target instanceof Element) || !target.matches(".react-flow__node:focus-visible")) return;
  const flowId = focusedFlowId(target);
  const { nodes, notes } = currentSelection();
  if (flowId === null || isFrameFlowId(flowId)) return;
  if (isNoteFlowId(flowId)) {
    const id = noteId(noteIdText(flowId));
    if (!notes.includes(id)) selectNodes([], [id]);
  } else if (!nodes.includes(nodeId(flowId))) selectNodes([nodeId(flowId)]);
}

function walk(
  key: ArrowKey,
  from: { readonly flowId: string | null; readonly isExtending: boolean },
): void {
  const graph = currentGraph();
  const selection = currentSelection();
  const { direction, handle } = canvasStore.getState();
  // The selection is ahead of the focus while a layer outside the view is being brought into it.
  const focused =
    from.flowId !== null && isLayerFlowId(from.flowId) ? nodeId(from.flowId) : undefined;
  const start = selection.nodes.at(-1) ?? focused;
  const first = Object.values(graph.nodes)[0]?.id;
  const next = start === undefined ? first : walkGraph(graph, start, { key, direction });
  if (next === undefined || next === null) return;
  selectNodes(from.isExtending ? [...new Set([...selection.nodes, next])] : [next]);
  handle?.reveal(next, { focus: true });
}

function focusedFlowId(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest<HTMLElement>(".react-flow__node")?.dataset["id"] ?? null;
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("button,input,textarea,select,[role=menu],[role=listbox]") !== null
  );
}

function isArrow(key: string): key is ArrowKey {
  return key in nudges;
}
