import type {
  Connection,
  EdgeMouseHandler,
  OnConnect,
  OnConnectEnd,
  OnConnectStart,
  OnEdgesChange,
  OnReconnect,
} from "@xyflow/react";
import { useCallback } from "react";
import { edgeId, nodeId } from "#shared/base/ids.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { showToast } from "../../ui/toastStore.ts";
import { canvasStore } from "../canvasStore.ts";
import { currentGraph } from "../editDocument.ts";
import { findConnectFault } from "../graphEdits.ts";
import type { WireEnds } from "../graphEdits.ts";
import { connectNodes, reconnectWire } from "../layerActions.ts";
import type { WireFlowEdge } from "./deriveEdges.ts";
import { readHandle } from "./ports.ts";

/** Wires: pulled, moved, pulled to empty space (then the layers that fit are offered), selected, hovered. */
export function useWiring() {
  const onConnect: OnConnect = useCallback((wire) => {
    connectNodes(readEnds(wire));
  }, []);
  const onConnectStart: OnConnectStart = useCallback(() => {
    canvasStore.setState({ layerSearch: null });
  }, []);
  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    if (state.isValid === true || state.fromNode === null || !("clientX" in event)) return;
    const end = state.fromHandle?.type ?? "source";
    if (state.toNode !== null) {
      const fault = findConnectFault(currentGraph(), readPulled(state));
      if (fault !== null) showToast({ tone: "warning", message: fault });
      return;
    }
    const screen = { x: event.clientX, y: event.clientY };
    const canvas = canvasStore.getState().handle?.toCanvas(screen);
    if (canvas === undefined) return;
    const port = readHandle(state.fromHandle?.id);
    const wire = { node: nodeId(state.fromNode.id), end, port };
    // The click that ends the gesture must not close the list again.
    setTimeout(
      () => canvasStore.setState({ layerSearch: { screen, canvas, wire, onWire: null } }),
      0,
    );
  }, []);
  const onReconnect: OnReconnect<WireFlowEdge> = useCallback((old, wire) => {
    reconnectWire(edgeId(old.id), readEnds(wire));
  }, []);
  const isValidConnection = useCallback((wire: AnyConnection) => {
    return findConnectFault(currentGraph(), readEnds(wire)) === null;
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

type AnyConnection = Pick<Connection, "source" | "target"> & {
  readonly sourceHandle?: string | null | undefined;
  readonly targetHandle?: string | null | undefined;
};

function readEnds(wire: AnyConnection): WireEnds {
  return {
    source: nodeId(wire.source),
    target: nodeId(wire.target),
    port: readHandle(wire.sourceHandle),
    slot: readHandle(wire.targetHandle),
  };
}

interface PulledEnd {
  readonly id: string;
}
/** React Flow's state of a wire that is being pulled: from either end. */
interface Pulled {
  readonly fromNode: PulledEnd | null;
  readonly toNode: PulledEnd | null;
  readonly fromHandle: { readonly type: string; readonly id?: string | null } | null;
  readonly toHandle: { readonly id?: string | null } | null;
}

export function readPulled({ fromNode, toNode, fromHandle, toHandle }: Pulled): WireEnds {
  const from = { node: fromNode?.id ?? "", handle: fromHandle?.id };
  const to = { node: toNode?.id ?? "", handle: toHandle?.id };
  const [source, target] = fromHandle?.type === "target" ? [to, from] : [from, to];
  return readEnds({
    source: source.node,
    target: target.node,
    sourceHandle: source.handle,
    targetHandle: target.handle,
  });
}
