import {
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useStore,
  useStoreApi,
} from "@xyflow/react";
import type {
  EdgeMouseHandler,
  OnConnect,
  OnConnectEnd,
  OnConnectStart,
  OnEdgesChange,
  OnReconnect,
  ReactFlowState,
} from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import type { DragEvent, KeyboardEvent, MouseEvent as ReactMouseEvent, ReactNode } from "react";
import { edgeId, nodeId } from "#shared/base/ids.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { useDocument } from "../../state/documentStore.ts";
import { sessionStore, useSession } from "../../state/sessionStore.ts";
import { RightClickMenu } from "../../ui/Menu.tsx";
import { showToast } from "../../ui/toastStore.ts";
import { canvasStore, useCanvas } from "../canvasStore.ts";
import { CanvasTools } from "./CanvasTools.tsx";
import { findMenuTarget, listMenuEntries, openSearchAt, selectMenuTarget } from "./canvasMenu.ts";
import type { MenuTarget } from "./canvasMenu.ts";
import { ConnectPicker } from "./ConnectPicker.tsx";
import { createEdgeDeriver } from "./deriveEdges.ts";
import type { WireFlowEdge } from "./deriveEdges.ts";
import { createNodeDeriver } from "./deriveNodes.ts";
import type { CanvasNode } from "./deriveNodes.ts";
import { DetailContext, detailOfZoom } from "./detail.ts";
import { EmptyCanvas } from "./EmptyCanvas.tsx";
import { FarPicture } from "./FarPicture.tsx";
import { findWireAt } from "./findWireAt.ts";
import { dotGap, gridStep } from "./geometry.ts";
import { Ghosts } from "./Ghosts.tsx";
import { handleCanvasKey, selectFocused } from "./canvasKeys.ts";
import { LayerNode } from "./LayerNode.tsx";
import { LayerSearch } from "./LayerSearch.tsx";
import { HeatLegend } from "../heatMap/HeatLegend.tsx";
import { Minimap } from "./Minimap.tsx";
import { NoteNode } from "./NoteNode.tsx";
import { PulledWire } from "./PulledWire.tsx";
import { useCanvasDrag } from "./useCanvasDrag.ts";
import { useCanvasHandle } from "./useCanvasHandle.ts";
import { useEditorCommands } from "./useEditorCommands.ts";
import { WireEdge } from "./WireEdge.tsx";
import { currentGraph } from "../editDocument.ts";
import { findConnectFault } from "../graphEdits.ts";
import { connectNodes, dropLayer, reconnectWire } from "../layerActions.ts";
import { layerDragType, readDraggedLayer } from "../palette/dragLayer.ts";
import { formatPlural } from "../formatPlural.ts";
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "./overlays.css";

/** The graph: an adapter from document, analysis and selection to React Flow and back to edits. */
export function Canvas() {
  return (
    <ReactFlowProvider>
      <WithoutMeasuring>
        <Graph />
      </WithoutMeasuring>
    </ReactFlowProvider>
  );
}

/**
 * Sizes and ports of all nodes are known, so React Flow need not measure them. It would, whenever one comes into view:
 * that is what makes panning of big graphs stutter. Its observer takes the function at its first render, hence here.
 */
function WithoutMeasuring({ children }: { readonly children: ReactNode }) {
  const store = useStoreApi();
  useState(() => store.setState({ updateNodeInternals: () => undefined }));
  return children;
}

// React Flow compares these by identity: made once.
const nodeTypes = { layer: LayerNode, note: NoteNode };
const edgeTypes = { wire: WireEdge };
const snapGrid: [number, number] = [gridStep, gridStep];
const panButtons = [1];
const noEdges: WireFlowEdge[] = [];
const addSelectionKeys = ["Shift", "Control", "Meta"];
const detailSelector = (state: ReactFlowState) => detailOfZoom(state.transform[2]);
const connectingSelector = (state: ReactFlowState) => state.connection.inProgress;

function Graph() {
  const graph = useDocument((state) => state.graph);
  const analysis = useDocument((state) => state.analysis);
  const selection = useSession((state) => state.selection);
  const direction = useCanvas((state) => state.direction);
  const movingTo = useCanvas((state) => state.movingTo);
  const dropTarget = useCanvas((state) => state.dropTarget);
  const isSnapping = useCanvas((state) => state.isSnapping);
  const isMinimapShown = useCanvas((state) => state.isMinimapShown);
  const layerSearch = useCanvas((state) => state.layerSearch);
  const connectFrom = useCanvas((state) => state.connectFrom);
  const detail = useStore(detailSelector);
  const isConnecting = useStore(connectingSelector);
  const place = useRef<HTMLDivElement>(null);
  const [menuTarget, setMenuTarget] = useState<MenuTarget | null>(null);
  useCanvasHandle(place);
  useEditorCommands();

  const [deriveNodes] = useState(createNodeDeriver);
  const [deriveEdges] = useState(createEdgeDeriver);
  const selectedNodes = useMemo(() => new Set<string>(selection.nodes), [selection.nodes]);
  const selectedNotes = useMemo(() => new Set<string>(selection.notes), [selection.notes]);
  const selectedEdges = useMemo(() => new Set<string>(selection.edges), [selection.edges]);
  const tabStop = selection.nodes[0] ?? Object.values(graph.nodes)[0]?.id ?? null;
  const nodes = deriveNodes({
    graph,
    analysis,
    selectedNodes,
    selectedNotes,
    movingTo,
    direction,
    tabStop,
  });
  const edges = deriveEdges({
    graph,
    analysis,
    selectedNodes,
    selectedEdges,
    movingTo,
    direction,
    dropTarget,
  });

  const drag = useCanvasDrag();
  const wiring = useWiring();
  const isEmpty = nodes.length === 0;
  const layerCount = Object.keys(graph.nodes).length;

  return (
    <DetailContext.Provider value={detail}>
      <RightClickMenu entries={menuTarget === null ? [] : listMenuEntries(menuTarget)}>
        <div
          ref={place}
          className="ed-canvas"
          data-detail={detail}
          data-connecting={isConnecting ? "" : undefined}
          data-dragging={movingTo === null ? undefined : ""}
          onContextMenuCapture={(event) => {
            const target = findMenuTarget(targetOf(event), { x: event.clientX, y: event.clientY });
            selectMenuTarget(target);
            setMenuTarget(target);
          }}
          onFocusCapture={(event) => selectFocused(event.target)}
          onKeyDown={(event: KeyboardEvent) => handleCanvasKey(event.nativeEvent)}
          onDoubleClick={(event) => {
            const isPane = targetOf(event)?.classList.contains("react-flow__pane") === true;
            if (isPane) openSearchAt({ x: event.clientX, y: event.clientY });
          }}
          onDragOver={showDropTarget}
          onDragLeave={() => canvasStore.setState({ dropTarget: null })}
          onDrop={dropFromPalette}
        >
          {!isEmpty && (
            <button type="button" className="ed-skip" onClick={() => runCommand("view.focusGraph")}>
              Walk the graph ({formatPlural(layerCount, "layer")})
            </button>
          )}
          <ReactFlow<CanvasNode, WireFlowEdge>
            nodes={nodes}
            edges={detail === "far" ? noEdges : edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            aria-label="Network graph"
            tabIndex={-1}
            onlyRenderVisibleElements
            disableKeyboardA11y
            nodesFocusable
            edgesFocusable={false}
            deleteKeyCode={null}
            selectionKeyCode={null}
            multiSelectionKeyCode={addSelectionKeys}
            selectionOnDrag
            selectionMode={SelectionMode.Partial}
            panOnDrag={panButtons}
            panOnScroll
            zoomOnDoubleClick={false}
            minZoom={0.04}
            maxZoom={2.5}
            snapToGrid={isSnapping}
            snapGrid={snapGrid}
            connectionRadius={28}
            connectionLineComponent={PulledWire}
            elevateNodesOnSelect
            attributionPosition="top-right"
            {...drag}
            {...wiring}
          >
            {detail !== "far" && (
              <Background
                variant={BackgroundVariant.Dots}
                gap={dotGap}
                size={2}
                className="ed-dots"
              />
            )}
            {detail === "far" && <FarPicture nodes={nodes} edges={edges} />}
            <Ghosts />
          </ReactFlow>
          {isEmpty && <EmptyCanvas />}
          <CanvasTools />
          <HeatLegend />
          {isMinimapShown && layerCount > 0 && <Minimap nodes={nodes} />}
          {layerSearch !== null && <LayerSearch request={layerSearch} />}
          {connectFrom !== null && <ConnectPicker from={connectFrom} />}
        </div>
      </RightClickMenu>
    </DetailContext.Provider>
  );
}

/** Wires: pulled, moved, pulled to empty space (then the layers that fit are offered), selected, hovered. */
function useWiring() {
  const onConnect: OnConnect = useCallback((wire) => {
    connectNodes({ source: nodeId(wire.source), target: nodeId(wire.target) });
  }, []);
  const onConnectStart: OnConnectStart = useCallback(() => {
    canvasStore.setState({ layerSearch: null });
  }, []);
  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    if (state.isValid === true || state.fromNode === null || !("clientX" in event)) return;
    const end = state.fromHandle?.type ?? "source";
    if (state.toNode !== null) {
      const [source, target] =
        end === "source"
          ? [state.fromNode.id, state.toNode.id]
          : [state.toNode.id, state.fromNode.id];
      const fault = findConnectFault(currentGraph(), {
        source: nodeId(source),
        target: nodeId(target),
      });
      if (fault !== null) showToast({ tone: "warning", message: fault });
      return;
    }
    const screen = { x: event.clientX, y: event.clientY };
    const canvas = canvasStore.getState().handle?.toCanvas(screen);
    if (canvas === undefined) return;
    const wire = { node: nodeId(state.fromNode.id), end };
    // The click that ends the gesture must not close the list again.
    setTimeout(
      () => canvasStore.setState({ layerSearch: { screen, canvas, wire, onWire: null } }),
      0,
    );
  }, []);
  const onReconnect: OnReconnect<WireFlowEdge> = useCallback((old, wire) => {
    reconnectWire(edgeId(old.id), { source: nodeId(wire.source), target: nodeId(wire.target) });
  }, []);
  const isValidConnection = useCallback((wire: { source: string; target: string }) => {
    const ends = { source: nodeId(wire.source), target: nodeId(wire.target) };
    return findConnectFault(currentGraph(), ends) === null;
  }, []);
  const onEdgesChange: OnEdgesChange<WireFlowEdge> = useCallback((changes) => {
    const { selection, select } = sessionStore.getState();
    const selected = new Set<string>(selection.edges);
    let hasChanged = false;
    for (const change of changes) {
      if (change.type !== "select") continue;
      hasChanged = true;
      if (change.selected) selected.add(change.id);
      else selected.delete(change.id);
    }
    if (hasChanged) select({ ...selection, edges: [...selected].map(edgeId) });
  }, []);
  const onEdgeMouseEnter: EdgeMouseHandler<WireFlowEdge> = useCallback((_event, edge) => {
    canvasStore.setState({ hoveredWire: edge.id });
  }, []);
  const onEdgeMouseLeave: EdgeMouseHandler<WireFlowEdge> = useCallback(() => {
    canvasStore.setState({ hoveredWire: null });
  }, []);
  return {
    onConnect,
    onConnectStart,
    onConnectEnd,
    onReconnect,
    isValidConnection,
    onEdgesChange,
    onEdgeMouseEnter,
    onEdgeMouseLeave,
  };
}

function showDropTarget(event: DragEvent): void {
  if (!event.dataTransfer.types.includes(layerDragType)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  const dropTarget = findWireAt({ x: event.clientX, y: event.clientY });
  if (dropTarget !== canvasStore.getState().dropTarget) canvasStore.setState({ dropTarget });
}

function dropFromPalette(event: DragEvent): void {
  const type = readDraggedLayer(event.dataTransfer);
  const { handle } = canvasStore.getState();
  canvasStore.setState({ dropTarget: null });
  if (type === null || handle === null) return;
  event.preventDefault();
  const screen = { x: event.clientX, y: event.clientY };
  const wire = findWireAt(screen);
  dropLayer({ type }, { at: handle.toCanvas(screen), wire: wire === null ? null : edgeId(wire) });
  handle.focus();
}

function targetOf(event: ReactMouseEvent): Element | null {
  return event.target instanceof Element ? event.target : null;
}
