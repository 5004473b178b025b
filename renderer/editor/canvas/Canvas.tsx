import {
  Background,
  BackgroundVariant,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useStore,
  useStoreApi,
} from "@xyflow/react";
import type { ReactFlowState } from "@xyflow/react";
import { useMemo, useRef, useState } from "react";
import type { DragEvent, KeyboardEvent, MouseEvent as ReactMouseEvent, ReactNode } from "react";
import { edgeId, frameId, nodeId } from "#shared/base/ids.ts";
import { runCommand } from "../../commands/defineCommand.ts";
import { useDocument } from "../../state/documentStore.ts";
import { sessionStore, useSession } from "../../state/sessionStore.ts";
import { RightClickMenu } from "../../ui/Menu.tsx";
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
import { Breadcrumb } from "../blocks/Breadcrumb.tsx";
import { enterInstance } from "../blocks/enterInstance.ts";
import { useResolver } from "../formulas.ts";
import { dropLayer } from "../layerActions.ts";
import { frameIdText, isFrameFlowId, isLayerFlowId } from "./flowIds.ts";
import { FrameNode } from "./FrameNode.tsx";
import { useWiring } from "./useWiring.ts";
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
const nodeTypes = { layer: LayerNode, note: NoteNode, frame: FrameNode };
const edgeTypes = { wire: WireEdge };
const snapGrid: [number, number] = [gridStep, gridStep];
const panButtons = [1];
const noEdges: WireFlowEdge[] = [];
const addSelectionKeys = ["Shift", "Control", "Meta"];
const detailSelector = (state: ReactFlowState) => detailOfZoom(state.transform[2]);
const connectingSelector = (state: ReactFlowState) => state.connection.inProgress;

function Graph() {
  const document = useDocument((state) => state.document);
  const graph = useDocument((state) => state.graph);
  const resolve = useResolver();
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
  const selectedFrames = useMemo(() => new Set<string>(selection.frames), [selection.frames]);
  const selectedEdges = useMemo(() => new Set<string>(selection.edges), [selection.edges]);
  const tabStop = selection.nodes[0] ?? Object.values(graph.nodes)[0]?.id ?? null;
  const nodes = deriveNodes({
    document,
    graph,
    analysis,
    resolve,
    selectedNodes,
    selectedNotes,
    selectedFrames,
    movingTo,
    direction,
    tabStop,
  });
  const edges = deriveEdges({
    document,
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
            onNodeClick={clickNode}
            onNodeDoubleClick={openNode}
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
          <Breadcrumb />
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

/** Frames can't be selected by React Flow (see deriveFrames): a click on the title does. */
function clickNode(event: ReactMouseEvent, node: CanvasNode): void {
  if (!isFrameFlowId(node.id)) return;
  const id = frameId(frameIdText(node.id));
  const { selection, select } = sessionStore.getState();
  const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
  select(isAdding ? { ...selection, frames: [...selection.frames, id] } : { frames: [id] });
}

function openNode(_event: ReactMouseEvent, node: CanvasNode): void {
  if (isLayerFlowId(node.id)) enterInstance(nodeId(node.id));
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
