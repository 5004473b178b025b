import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { PointerEvent } from "react";
import { useTheme } from "../../ui/useTheme.ts";
import type { CanvasNode } from "./deriveNodes.ts";
import { createColourReader, nodeColourToken } from "./nodeColour.ts";
import { boundsOf } from "./geometry.ts";
import type { Rect } from "./geometry.ts";

const size = { width: 152, height: 100 };
const margin = 8;

/** The whole graph in small, drawn on one canvas element so that a thousand layers cost nothing; drag to move the view. */
export function Minimap({ nodes }: { readonly nodes: readonly CanvasNode[] }) {
  const place = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const { setCenter, getZoom } = useReactFlow();
  const theme = useTheme();
  const drawn = useRef<Projection | null>(null);

  useEffect(() => {
    const canvas = place.current;
    const context = canvas?.getContext("2d") ?? null;
    if (canvas === null || context === null) return;
    const colours = createColourReader();
    let frame = 0;
    const draw = () => {
      frame = 0;
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      const projection = projectOnto(nodes, view);
      drawn.current = projection;
      paint(context, { nodes, view, projection, colours });
    };
    const request = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    request();
    let { transform, width, height } = store.getState();
    const stop = store.subscribe((state) => {
      if (state.transform === transform && state.width === width && state.height === height) return;
      ({ transform, width, height } = state);
      request();
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [nodes, store, theme]);

  const moveView = (event: PointerEvent<HTMLCanvasElement>) => {
    const projection = drawn.current;
    if (projection === null || event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left - projection.offsetX) / projection.scale;
    const y = (event.clientY - box.top - projection.offsetY) / projection.scale;
    void setCenter(x, y, { zoom: getZoom() });
  };
  const ratio = Math.ceil(window.devicePixelRatio);
  return (
    <canvas
      ref={place}
      className="ed-minimap"
      aria-hidden="true"
      width={size.width * ratio}
      height={size.height * ratio}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        moveView(event);
      }}
      onPointerMove={moveView}
    />
  );
}

interface Projection {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Fits all nodes and the view into the map. */
function projectOnto(nodes: readonly CanvasNode[], view: Rect): Projection {
  const bounds = boundsOf([...nodes.map(rectOf), view]) ?? view;
  const scale = Math.min(
    (size.width - 2 * margin) / Math.max(1, bounds.width),
    (size.height - 2 * margin) / Math.max(1, bounds.height),
  );
  return {
    scale,
    offsetX: (size.width - bounds.width * scale) / 2 - bounds.x * scale,
    offsetY: (size.height - bounds.height * scale) / 2 - bounds.y * scale,
  };
}

function rectOf(node: CanvasNode): Rect {
  return { ...node.position, width: node.width ?? 0, height: node.height ?? 0 };
}

function paint(
  context: CanvasRenderingContext2D,
  scene: {
    readonly nodes: readonly CanvasNode[];
    readonly view: Rect;
    readonly projection: Projection;
    readonly colours: (token: `--${string}`) => string;
  },
): void {
  const { projection, colours, view } = scene;
  const ratio = Math.ceil(window.devicePixelRatio);
  const { scale, offsetX, offsetY } = projection;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.globalAlpha = 0.8;
  for (const node of scene.nodes) {
    if (node.type === "frame") continue;
    const rect = rectOf(node);
    context.fillStyle = colours(nodeColourToken(node));
    // Never thinner than a hair, or deep graphs would vanish.
    context.fillRect(
      offsetX + rect.x * scale,
      offsetY + rect.y * scale,
      Math.max(2, rect.width * scale),
      Math.max(1.5, rect.height * scale),
    );
  }
  context.globalAlpha = 1;
  context.strokeStyle = colours("--accent");
  context.lineWidth = 1;
  context.strokeRect(
    offsetX + view.x * scale + 0.5,
    offsetY + view.y * scale + 0.5,
    view.width * scale - 1,
    view.height * scale - 1,
  );
}
