import { useReactFlow, useStoreApi } from "@xyflow/react";
import type { Viewport } from "@xyflow/react";
import { useEffect } from "react";
import type { RefObject } from "react";
import type { ModelGraph } from "#shared/document/model.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { canvasStore } from "../canvasStore.ts";
import type { CanvasHandle } from "../canvasStore.ts";
import { documentStore } from "../../state/documentStore.ts";
import { fitViewport, openingViewport } from "./fitViewport.ts";
import { nodeHeight, nodeWidth } from "./geometry.ts";

const moveMs = 120;

/** Gives commands and panels a handle on the mounted canvas, and obeys requests for the focus. */
export function useCanvasHandle(place: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow();
  const store = useStoreApi();

  useEffect(() => {
    const duration = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : moveMs);
    const handle: CanvasHandle = {
      fit(ids) {
        // React Flow learns of new positions with the next render.
        requestAnimationFrame(() => {
          const { nodes, width, height } = store.getState();
          const wanted = ids === undefined ? nodes : nodes.filter((node) => ids.includes(node.id));
          const viewport = fitViewport(wanted, { width, height });
          if (viewport === null) return;
          void flow.setViewport(viewport, { duration: duration() });
        });
      },
      zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: duration() }),
      zoomTo: (zoom) => void flow.zoomTo(zoom, { duration: duration() }),
      reveal(id, options = {}) {
        requestAnimationFrame(() => {
          const { transform, width, height, nodeLookup } = store.getState();
          const node = nodeLookup.get(id);
          if (node === undefined) return;
          const [x, y, zoom] = transform;
          const left = node.position.x * zoom + x;
          const top = node.position.y * zoom + y;
          const isInView =
            left > 8 &&
            top > 8 &&
            left + nodeWidth * zoom < width - 8 &&
            top + nodeHeight * zoom < height - 8;
          if (!isInView) {
            void flow.setCenter(node.position.x + nodeWidth / 2, node.position.y + nodeHeight / 2, {
              zoom: Math.max(zoom, 0.7),
              duration: duration(),
            });
          }
          if (options.focus !== false) focusNode(place.current, id, isInView ? 0 : duration() + 60);
        });
      },
      viewCentre() {
        const { transform, width, height } = store.getState();
        const [x, y, zoom] = transform;
        return { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom };
      },
      toCanvas: (screen) => flow.screenToFlowPosition(screen, { snapToGrid: false }),
      toScreen: (canvas) => flow.flowToScreenPosition(canvas),
      focus() {
        const [selected] = sessionStore.getState().selection.nodes;
        if (selected !== undefined) handle.reveal(selected, { focus: true });
        else place.current?.querySelector<HTMLElement>(".react-flow")?.focus();
      },
    };
    canvasStore.setState({ handle });
    return () => {
      canvasStore.setState(({ handle: current }) => (current === handle ? { handle: null } : {}));
    };
  }, [flow, store, place]);

  useEffect(() => {
    // Another project or block is shown whole, as soon as the canvas is on screen; a place left comes back as it was.
    const views = new Map<string, Viewport>();
    let shown: string | null = null;
    const showWhole = () => {
      const { document, graph, scope } = documentStore.getState();
      const { width, height, nodes } = store.getState();
      const wanted = [document.id, ...scope].join("/");
      if (shown === wanted || width === 0) return;
      // React Flow learns of the new graph with the next render.
      if (!nodes.every((node) => isShown(graph, node.id))) return;
      if (nodes.length === 0 && Object.keys(graph.nodes).length > 0) return;
      if (shown !== null) views.set(shown, flow.getViewport());
      shown = wanted;
      const viewport = views.get(wanted) ?? openingViewport(nodes, { width, height });
      if (viewport !== null) void flow.setViewport(viewport);
    };
    showWhole();
    const stops = [documentStore.subscribe(showWhole), store.subscribe(showWhole)];
    return () => stops.forEach((stop) => stop());
  }, [flow, store]);

  useEffect(() => {
    const obey = () => {
      const { focusRequest, clearFocusRequest } = sessionStore.getState();
      const { handle } = canvasStore.getState();
      if (focusRequest === null || handle === null) return;
      if (focusRequest.kind === "canvas") {
        clearFocusRequest();
        handle.focus();
      } else if (focusRequest.kind === "node") {
        // With a parameter, the inspector takes the focus and clears the request.
        handle.reveal(focusRequest.node, { focus: focusRequest.param === undefined });
        if (focusRequest.param === undefined) clearFocusRequest();
      }
    };
    obey();
    return sessionStore.subscribe((state, previous) => {
      if (state.focusRequest !== previous.focusRequest) obey();
    });
  }, []);
}

function isShown(graph: ModelGraph, flowId: string): boolean {
  const key = flowId.slice(flowId.indexOf(":") + 1);
  return (
    Object.hasOwn(graph.nodes, flowId) ||
    Object.hasOwn(graph.notes, key) ||
    Object.hasOwn(graph.frames, key)
  );
}

/** Nodes outside the view aren't in the page; after moving there they are. Whoever took the focus meanwhile keeps it. */
function focusNode(place: HTMLElement | null, id: string, delayMs: number): void {
  const before = document.activeElement;
  const focus = () => {
    const node = place?.querySelector<HTMLElement>(
      `.react-flow__node[data-id="${CSS.escape(id)}"]`,
    );
    node?.focus({ preventScroll: true });
  };
  if (delayMs === 0) {
    focus();
    return;
  }
  setTimeout(() => {
    const now = document.activeElement;
    // A focused node that leaves the view leaves the page: then the body has the focus.
    if (now === before || now === document.body) focus();
  }, delayMs);
}
