import type { OnNodeDrag, OnNodesChange } from "@xyflow/react";
import { useCallback, useRef } from "react";
import { frameId, nodeId, noteId } from "#shared/base/ids.ts";
import type { DocumentEdit } from "#shared/document/edits.ts";
import { incomingEdges, outgoingEdges } from "#shared/document/graphQueries.ts";
import type { Position } from "#shared/document/model.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph, editDocument } from "../editDocument.ts";
import { dropNodeOnWire } from "../layerActions.ts";
import { duplicateSelection } from "../selectionActions.ts";
import type { CanvasNode } from "./deriveNodes.ts";
import { frameIdText, isFrameFlowId, isLayerFlowId, isNoteFlowId, noteIdText } from "./flowIds.ts";
import { listOnFrame } from "../frames.ts";
import { nodeHeight, nodeWidth } from "./geometry.ts";
import { findWireAt } from "./findWireAt.ts";

interface Drag {
  readonly from: ReadonlyMap<string, Position>;
  /** What lies on the dragged frames and moves with them, by flow id; layers dragged themselves aren't in it. */
  readonly carried: ReadonlyMap<string, Position>;
  readonly isCopying: boolean;
}

/**
 * Dragging: positions live in the canvas store while the pointer is down and become one edit when it is released. With
 * Alt the originals stay and copies land; an unwired layer released on a wire is inserted there.
 */
export function useCanvasDrag() {
  const drag = useRef<Drag | null>(null);

  const onNodeDragStart: OnNodeDrag<CanvasNode> = useCallback((event, _node, nodes) => {
    drag.current = {
      from: new Map(nodes.map((node) => [node.id, node.position])),
      carried: findCarried(nodes),
      isCopying: event.altKey,
    };
  }, []);

  const onNodesChange: OnNodesChange<CanvasNode> = useCallback((changes) => {
    const moved = new Map(canvasStore.getState().movingTo ?? []);
    let hasMoved = false;
    const selected = new Map<string, boolean>();
    for (const change of changes) {
      if (change.type === "position" && change.position !== undefined) {
        // The last change of a drag comes when it is over and the document already has the position.
        if (change.dragging !== true || drag.current === null) continue;
        moved.set(change.id, change.position);
        if (isFrameFlowId(change.id)) carryAlong(drag.current, change.id, change.position, moved);
        hasMoved = true;
      } else if (change.type === "select") {
        selected.set(change.id, change.selected);
      }
    }
    if (selected.size > 0) changeSelection(selected);
    if (!hasMoved) return;
    if (drag.current?.isCopying === true) {
      canvasStore.setState({
        ghosts: [...moved].flatMap(([id, position]) =>
          isLayerFlowId(id) ? [{ ...position, width: nodeWidth, height: nodeHeight }] : [],
        ),
      });
    } else {
      canvasStore.setState({ movingTo: moved });
    }
  }, []);

  const onNodeDrag: OnNodeDrag<CanvasNode> = useCallback((event, node, nodes) => {
    const dropTarget =
      nodes.length === 1 && isLayerFlowId(node.id) && isUnwired(node.id) && "clientX" in event
        ? findWireUnder(node, { x: event.clientX, y: event.clientY })
        : null;
    if (dropTarget !== canvasStore.getState().dropTarget) canvasStore.setState({ dropTarget });
  }, []);

  const onNodeDragStop: OnNodeDrag<CanvasNode> = useCallback((_event, node, nodes) => {
    const finished = drag.current;
    drag.current = null;
    const { dropTarget } = canvasStore.getState();
    if (finished !== null && isMoved(finished, nodes)) {
      finishDrag(finished, { node, nodes, dropTarget });
    }
    canvasStore.setState({ movingTo: null, ghosts: [], dropTarget: null });
  }, []);

  return { onNodeDragStart, onNodeDrag, onNodeDragStop, onNodesChange };
}

function finishDrag(
  drag: Drag,
  end: {
    readonly node: CanvasNode;
    readonly nodes: readonly CanvasNode[];
    readonly dropTarget: string | null;
  },
): void {
  const { node, nodes, dropTarget } = end;
  const from = drag.from.get(node.id);
  if (drag.isCopying && from !== undefined) {
    duplicateSelection({ x: node.position.x - from.x, y: node.position.y - from.y });
    return;
  }
  const graph = currentGraph();
  const edge = Object.values(graph.edges).find((entry) => entry.id === dropTarget);
  const layer = graph.nodes[nodeId(node.id)];
  if (edge !== undefined && layer !== undefined && dropNodeOnWire(layer, edge.id)) return;
  const moved = new Map(nodes.map((entry) => [entry.id, entry.position]));
  for (const entry of nodes) {
    if (isFrameFlowId(entry.id)) carryAlong(drag, entry.id, entry.position, moved);
  }
  editDocument(moveParts(moved), { label: "Move" });
}

/** One edit that puts layers, notes and frames (by flow id) to new places. */
function moveParts(moved: ReadonlyMap<string, Position>): DocumentEdit {
  const layers = [...moved].filter(([id]) => isLayerFlowId(id));
  const others = [...moved].flatMap(([id, position]): DocumentEdit[] => {
    const change = { position };
    if (isNoteFlowId(id)) return [{ kind: "setNote", note: noteId(noteIdText(id)), change }];
    if (isFrameFlowId(id)) return [{ kind: "setFrame", frame: frameId(frameIdText(id)), change }];
    return [];
  });
  const nodes: readonly DocumentEdit[] =
    layers.length === 0 ? [] : [{ kind: "moveNodes", positions: Object.fromEntries(layers) }];
  return { kind: "batch", label: "Move", edits: [...nodes, ...others] };
}

/** Layers and notes whose middle lies in one of the dragged frames. */
function findCarried(dragged: readonly CanvasNode[]): ReadonlyMap<string, Position> {
  const graph = currentGraph();
  const frames = dragged.flatMap((node) =>
    isFrameFlowId(node.id) ? (graph.frames[frameId(frameIdText(node.id))] ?? []) : [],
  );
  const self = new Set(dragged.map((node) => node.id));
  return new Map(
    frames.flatMap((frame) => listOnFrame(graph, frame)).filter(([id]) => !self.has(id)),
  );
}

/** Moves what lies on a frame by as much as the frame has moved. */
function carryAlong(drag: Drag, frame: string, to: Position, moved: Map<string, Position>): void {
  const from = drag.from.get(frame);
  if (from === undefined || drag.isCopying) return;
  for (const [id, start] of drag.carried) {
    moved.set(id, { x: start.x + to.x - from.x, y: start.y + to.y - from.y });
  }
}

/** The wire at the pointer, or one that the dragged layer lies on. */
function findWireUnder(node: CanvasNode, pointer: Position): string | null {
  const atPointer = findWireAt(pointer);
  const { handle } = canvasStore.getState();
  if (atPointer !== null || handle === null) return atPointer;
  for (const share of probes) {
    const point = {
      x: node.position.x + nodeWidth * share.x,
      y: node.position.y + nodeHeight * share.y,
    };
    const wire = findWireAt(handle.toScreen(point));
    if (wire !== null) return wire;
  }
  return null;
}

/** Places within a node, from the middle outwards, at most a wire's reach apart. */
const probes: readonly Position[] = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].flatMap((x) =>
  [0.5, 0.1, 0.9].map((y) => ({ x, y })),
);

function isMoved(drag: Drag, nodes: readonly CanvasNode[]): boolean {
  return nodes.some((node) => {
    const from = drag.from.get(node.id);
    return from === undefined || from.x !== node.position.x || from.y !== node.position.y;
  });
}

function isUnwired(id: string): boolean {
  const graph = currentGraph();
  const node = nodeId(id);
  return incomingEdges(graph, node).length === 0 && outgoingEdges(graph, node).length === 0;
}

/** React Flow reports what became selected and what ceased to be; the session keeps the whole. Frames go by clicks. */
function changeSelection(changed: ReadonlyMap<string, boolean>): void {
  const { selection, select } = sessionStore.getState();
  const nodes = new Set<string>(selection.nodes);
  const notes = new Set<string>(selection.notes);
  for (const [flowId, isSelected] of changed) {
    if (isFrameFlowId(flowId)) continue;
    const [set, id] = isNoteFlowId(flowId) ? [notes, noteIdText(flowId)] : [nodes, flowId];
    if (isSelected) set.add(id);
    else set.delete(id);
  }
  const isAnySelected = [...changed.values()].some(Boolean);
  select({
    ...selection,
    nodes: [...nodes].map(nodeId),
    notes: [...notes].map(noteId),
    frames: isAnySelected ? [] : selection.frames,
  });
}
