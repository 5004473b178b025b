import type { Position } from "#shared/document/model.ts";

/** Every layer node has this size, so that routing, culling and layout never wait for a measurement. */
export const nodeWidth = 196;
export const nodeHeight = 52;
/** Nodes snap to this step, in canvas units; the dots are drawn every `dotGap`. */
export const gridStep = 10;
export const dotGap = 20;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Which way data flows on the canvas: decides where ports sit and how wires leave them. */
export type FlowDirection = "down" | "right";

export function nodeRect(position: Position): Rect {
  return { x: position.x, y: position.y, width: nodeWidth, height: nodeHeight };
}

export function centreOf(rect: Rect): Position {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

export function doRectsOverlap(left: Rect, right: Rect): boolean {
  return (
    left.x < right.x + right.width &&
    right.x < left.x + left.width &&
    left.y < right.y + right.height &&
    right.y < left.y + left.height
  );
}

export function snapToStep(position: Position): Position {
  return {
    x: Math.round(position.x / gridStep) * gridStep,
    y: Math.round(position.y / gridStep) * gridStep,
  };
}

/** The smallest rectangle around all given ones; null for none. */
export function boundsOf(rects: readonly Rect[]): Rect | null {
  const [first, ...rest] = rects;
  if (first === undefined) return null;
  let left = first.x;
  let top = first.y;
  let right = first.x + first.width;
  let bottom = first.y + first.height;
  for (const rect of rest) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The first place at or beside `wanted` where a node covers no other: steps right, then one row down. */
export function findFreePlace(wanted: Position, taken: readonly Rect[]): Position {
  for (let row = 0; row < 12; row++) {
    for (let column = 0; column < 8; column++) {
      const place = {
        x: wanted.x + column * (nodeWidth + 40),
        y: wanted.y + row * (nodeHeight + 40),
      };
      const rect = nodeRect(place);
      if (!taken.some((other) => doRectsOverlap(rect, other))) return place;
    }
  }
  return wanted;
}
