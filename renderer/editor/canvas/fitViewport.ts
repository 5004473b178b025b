import type { Node, Viewport } from "@xyflow/react";
import { boundsOf } from "./geometry.ts";
import type { Rect } from "./geometry.ts";

const margin = { left: 48, top: 28, right: 48, bottom: 64 };
/** Where the picture stays clear of the tools and the minimap in the lower corners, it may reach further down. */
const bottomBesideTools = 28;
const toolsWidth = 280;
/** With the distance around it. */
const minimapHeight = 118;
/** What an open message takes beside its node. */
const messageSize = { width: 280, height: 190 };

/** Smaller than this, captions can't be read. */
const readableZoom = 0.56;

/** How a project opens: whole where that can be read, else its beginning, large enough to read. */
export function openingViewport(
  nodes: readonly Node[],
  screen: { readonly width: number; readonly height: number },
): Viewport | null {
  const whole = fitViewport(nodes, screen);
  if (whole === null || whole.zoom >= readableZoom || nodes.length > openWholeLimit) return whole;
  const bounds = boundsOf(nodes.map(rectWithMessage));
  if (bounds === null) return whole;
  const zoom = 0.8;
  const width = bounds.width * zoom;
  return {
    zoom,
    x:
      width > screen.width - margin.left - margin.right
        ? margin.left - bounds.x * zoom
        : (screen.width - width) / 2 - bounds.x * zoom,
    y: margin.top - bounds.y * zoom,
  };
}

/** A graph of this size is a landscape: better seen from afar first. */
const openWholeLimit = 60;

/** The view that shows all given nodes with their messages, never larger than life; null for none or an unseen canvas. */
export function fitViewport(
  nodes: readonly Node[],
  screen: { readonly width: number; readonly height: number },
): Viewport | null {
  const bounds = boundsOf(nodes.map(rectWithMessage));
  if (bounds === null || screen.width < 50 || screen.height < 50) return null;
  const width = Math.max(80, screen.width - margin.left - margin.right);
  // A message in the lower corner must not hide under the minimap.
  const bottom = nodes.some(hasMessage) ? minimapHeight : margin.bottom;
  const place = (below: number): Viewport => {
    const height = Math.max(80, screen.height - margin.top - below);
    const zoom = Math.max(
      0.04,
      Math.min(1, width / Math.max(1, bounds.width), height / Math.max(1, bounds.height)),
    );
    return {
      zoom,
      x: margin.left + (width - bounds.width * zoom) / 2 - bounds.x * zoom,
      y: margin.top + (height - bounds.height * zoom) / 2 - bounds.y * zoom,
    };
  };
  const taller = place(bottomBesideTools);
  const isBesideTools = bounds.width * taller.zoom < screen.width - 2 * toolsWidth;
  if (isBesideTools && bottom === margin.bottom) return taller;
  // Above the minimap where that costs little.
  const [above, across] = [place(minimapHeight), place(bottom)];
  return above.zoom > across.zoom * 0.88 ? above : across;
}

function hasMessage(node: Node): boolean {
  return (
    node.type === "layer" && node.data["bubble"] !== null && node.data["isBubbleOpen"] === true
  );
}

function rectWithMessage(node: Node): Rect {
  const rect = { ...node.position, width: node.width ?? 0, height: node.height ?? 0 };
  return hasMessage(node)
    ? {
        ...rect,
        width: rect.width + messageSize.width,
        height: Math.max(rect.height, messageSize.height),
      }
    : rect;
}
