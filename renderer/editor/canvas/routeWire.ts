import type { Position } from "#shared/document/model.ts";
import { nodeHeight } from "./geometry.ts";
import type { FlowDirection, Rect } from "./geometry.ts";

/** A wire as drawn: an SVG path, where its shape pill rides, and the two ends. */
export interface WireRoute {
  readonly path: string;
  readonly label: Position;
}

const cornerRadius = 16;
/** A shape of four numbers rides on the wire without touching the nodes beside it. */
const detourMargin = 48;
/** How far behind its start the label of a wire round the side rides at most. */
const labelReach = 64;

/**
 * Draws a wire from port to port. Wires run along the flow; where a straight run would pass behind other nodes (a skip
 * connection) or against the flow, the wire goes round the side instead, `detour` giving how far out.
 */
export function routeWire(
  source: Rect,
  target: Rect,
  options: {
    readonly direction: FlowDirection;
    readonly detour: number | null;
    /** From `findBend`: the side of the way on which it changes lanes. */
    readonly bend?: Bend | null;
    /** Where along their sides the ports sit, 0 to 1. Absent: in the middle. */
    readonly sourceShare?: number;
    readonly targetShare?: number;
    /** The wire must reach that very port, and not just the node's flank. */
    readonly isTargetNamed?: boolean;
  },
): WireRoute {
  // Left-to-right is the same drawing with the axes swapped.
  const isDown = options.direction === "down";
  const from = isDown ? source : transpose(source);
  const to = isDown ? target : transpose(target);
  const isBeside = options.detour === null && to.y < from.y + from.height;
  const ends = {
    start: from.x + from.width * (options.sourceShare ?? 0.5),
    end: to.x + to.width * (options.targetShare ?? 0.5),
    isTargetNamed: options.isTargetNamed === true,
  };
  const { points, labelAt } =
    options.detour !== null
      ? detourPoints(from, to, { ...ends, detour: options.detour })
      : isBeside
        ? besidePoints(from, to)
        : directPoints(from, to, { ...ends, bend: options.bend ?? null });
  const placed = isDown ? points : points.map(swap);
  const path = isCurve(ends, options.detour)
    ? curvePath(placed, isDown !== isBeside)
    : roundedPath(placed, cornerRadius);
  return { path, label: isDown ? labelAt : swap(labelAt) };
}

export type Bend = "early" | "late";

/**
 * Where the straight way is blocked, a wire may still find one lane free: its target's, entered at once, or its own,
 * left just before the target. Null: not needed, or neither is free.
 */
export function findBend(
  source: Rect,
  target: Rect,
  options: { readonly direction: FlowDirection; readonly obstacles: ObstacleIndex },
): Bend | null {
  const isDown = options.direction === "down";
  const from = isDown ? source : transpose(source);
  const to = isDown ? target : transpose(target);
  const top = from.y + from.height + 2;
  const bottom = to.y - 2;
  if (bottom - top < nodeHeight) return null;
  const start = from.x + from.width / 2;
  const end = to.x + to.width / 2;
  if (Math.abs(start - end) < 1) return null;
  const isFree = (x: number, across: number, y: number, along: number): boolean =>
    options.obstacles.findBetween({ x, y, width: across, height: along }).length === 0;
  const left = Math.min(start, end) - 6;
  const reach = Math.abs(start - end) + 12;
  if (isFree(left, reach, top, bottom - top)) return null;
  const laneWidth = 2 * laneClearance;
  const isEarly =
    isFree(left, reach, top, tightBend - 4) &&
    isFree(end - laneClearance, laneWidth, top, bottom - top);
  if (isEarly) return "early";
  const isLate =
    isFree(left, reach, bottom - tightBend + 4, tightBend - 4) &&
    isFree(start - laneClearance, laneWidth, top, bottom - top);
  return isLate ? "late" : null;
}

/** To either side of a wire that passes nodes: room for its label. */
const laneClearance = 50;
/** The length of a bend between two neighbouring rows. */
const tightBend = 36;

/** How far to the side (a coordinate across the flow) a wire must go to pass the nodes between its ends; null: no need. */
export function findDetour(
  source: Rect,
  target: Rect,
  options: { readonly direction: FlowDirection; readonly obstacles: ObstacleIndex },
): number | null {
  const isDown = options.direction === "down";
  const from = isDown ? source : transpose(source);
  const to = isDown ? target : transpose(target);
  const right = Math.max(from.x + from.width, to.x + to.width);
  // Against the flow: leave at the bottom, come back at the top, round the right side.
  if (to.y < from.y + from.height) {
    const isBeside = Math.abs(to.x - from.x) > to.width + 8;
    // Far back and in another lane, as from the end of one row to the start of the next: between the two.
    const lane = isBeside && from.y - to.y > wrapDistance ? laneBetween(from, to) : null;
    if (lane !== null) return lane;
    return isBeside ? null : right + detourMargin;
  }
  const top = from.y + from.height + 2;
  const bottom = to.y - 2;
  if (bottom - top < nodeHeight) return null;
  const left = Math.min(from.x + from.width / 2, to.x + to.width / 2) - 6;
  const reach = Math.max(from.x + from.width / 2, to.x + to.width / 2) + 6;
  const blocking = options.obstacles.findBetween({
    x: left,
    y: top,
    width: reach - left,
    height: bottom - top,
  });
  if (blocking.length === 0) return null;
  // Longer ways go further out, so that nested skips don't lie on one another.
  const lane = 9 * Math.min(maxLanes, Math.round((bottom - top) / 90));
  return Math.max(right, ...blocking.map((rect) => rect.x + rect.width)) + detourMargin + lane;
}

/** Beyond this, ever longer skips share a lane: they must not wander out of sight. */
const maxLanes = 16;

/** Along the flow, canvas units. */
const wrapDistance = 300;

function laneBetween(from: Rect, to: Rect): number | null {
  const [first, second] = from.x < to.x ? [from, to] : [to, from];
  const gap = second.x - (first.x + first.width);
  return gap < 24 ? null : first.x + first.width + gap / 2;
}

/** Answers "which nodes lie in this strip?" without looking at every node: rects sorted along the flow. */
export interface ObstacleIndex {
  readonly findBetween: (strip: Rect) => readonly Rect[];
}

export function indexObstacles(rects: readonly Rect[], direction: FlowDirection): ObstacleIndex {
  const sorted = rects
    .map((rect) => (direction === "down" ? rect : transpose(rect)))
    .sort((left, right) => left.y - right.y);
  const tallest = sorted.reduce((height, rect) => Math.max(height, rect.height), 0);
  return {
    findBetween(strip) {
      const found: Rect[] = [];
      for (
        let index = firstAtOrAfter(sorted, strip.y - tallest);
        index < sorted.length;
        index += 1
      ) {
        const rect = sorted[index];
        if (rect === undefined || rect.y >= strip.y + strip.height) break;
        const isAcross = rect.x < strip.x + strip.width && strip.x < rect.x + rect.width;
        if (isAcross && rect.y + rect.height > strip.y) found.push(rect);
      }
      return found;
    },
  };
}

function firstAtOrAfter(sorted: readonly Rect[], y: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.y ?? 0) < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the ports sit across the flow. */
interface Ends {
  readonly start: number;
  readonly end: number;
  /** The wire must reach that very port, and not just the node's flank. */
  readonly isTargetNamed: boolean;
}

function directPoints(from: Rect, to: Rect, ends: Ends & { readonly bend: Bend | null }) {
  const start = { x: ends.start, y: from.y + from.height };
  const end = { x: ends.end, y: to.y };
  if (ends.bend === "early") {
    const lane = { x: end.x, y: start.y + tightBend };
    return { points: [start, lane, end], labelAt: { x: end.x, y: (lane.y + end.y) / 2 } };
  }
  // A long way runs straight in its own lane and bends only before its end.
  if (ends.bend === "late" || (end.y - start.y > longWay && start.x !== end.x)) {
    const lane = { x: start.x, y: end.y - (ends.bend === "late" ? tightBend : bendLength) };
    return { points: [start, lane, end], labelAt: { x: start.x, y: (start.y + lane.y) / 2 } };
  }
  return {
    points: [start, end],
    labelAt: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 },
  };
}

/** Along the flow, canvas units. */
const longWay = 220;
const bendLength = 110;

/** Side by side: from flank to flank. */
function besidePoints(from: Rect, to: Rect) {
  const isRight = to.x > from.x;
  const start = { x: isRight ? from.x + from.width : from.x, y: from.y + from.height / 2 };
  const end = { x: isRight ? to.x : to.x + to.width, y: to.y + to.height / 2 };
  return {
    points: [start, end],
    labelAt: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 },
  };
}

/** Out of the bottom, round the right side, and in at the target's right flank (or its top, against the flow). */
function detourPoints(from: Rect, to: Rect, ends: Ends & { readonly detour: number }) {
  const { detour } = ends;
  const start = { x: ends.start, y: from.y + from.height };
  const first = start.y + 12;
  const isForward = to.y >= from.y + from.height && !ends.isTargetNamed;
  const points = isForward
    ? [
        start,
        { x: start.x, y: first },
        { x: detour, y: first },
        { x: detour, y: to.y + to.height / 2 },
        { x: to.x + to.width, y: to.y + to.height / 2 },
      ]
    : [
        start,
        { x: start.x, y: first + 6 },
        { x: detour, y: first + 6 },
        { x: detour, y: to.y - 18 },
        { x: ends.end, y: to.y - 18 },
        { x: ends.end, y: to.y },
      ];
  // Nested skips start one after another: near their starts, labels don't cover one another.
  const middle = (start.y + to.y + to.height / 2) / 2;
  const y = isForward || ends.isTargetNamed ? Math.min(middle, start.y + labelReach) : middle;
  return { points, labelAt: { x: detour, y } };
}

/** A direct wire is one smooth curve unless it goes straight. */
function isCurve(ends: Ends, detour: number | null): boolean {
  return detour === null && Math.abs(ends.start - ends.end) > 0.5;
}

function curvePath(points: readonly Position[], isAlongY: boolean): string {
  const [first = { x: 0, y: 0 }, ...rest] = points;
  let path = `M${first.x} ${first.y}`;
  let start = first;
  for (const end of rest) {
    // In its lane a wire is straight.
    path += (isAlongY ? start.x === end.x : start.y === end.y)
      ? `L${end.x} ${end.y}`
      : bendPath(start, end, isAlongY);
    start = end;
  }
  return path;
}

function bendPath(start: Position, end: Position, isAlongY: boolean): string {
  const along = isAlongY ? end.y - start.y : end.x - start.x;
  const sign = along < 0 ? -1 : 1;
  // A wire that turns back still leaves and arrives along the flow.
  const pull = sign * Math.max(Math.abs(along) / 2, Math.min(60, 24 + Math.abs(along) / 3));
  const [c1, c2] = isAlongY
    ? [
        { x: start.x, y: start.y + pull },
        { x: end.x, y: end.y - pull },
      ]
    : [
        { x: start.x + pull, y: start.y },
        { x: end.x - pull, y: end.y },
      ];
  return `C${c1.x} ${c1.y} ${c2.x} ${c2.y} ${end.x} ${end.y}`;
}

/** Straight runs with rounded corners. */
function roundedPath(points: readonly Position[], radius: number): string {
  const [start, ...rest] = points;
  if (start === undefined) return "";
  let path = `M${start.x} ${start.y}`;
  let previous = start;
  rest.forEach((corner, index) => {
    const next = rest[index + 1];
    if (next === undefined) {
      path += `L${corner.x} ${corner.y}`;
      return;
    }
    const bend = Math.min(radius, distance(previous, corner) / 2, distance(corner, next) / 2);
    const enter = moveTowards(corner, previous, bend);
    const leave = moveTowards(corner, next, bend);
    path += `L${enter.x} ${enter.y}Q${corner.x} ${corner.y} ${leave.x} ${leave.y}`;
    previous = corner;
  });
  return path;
}

function distance(from: Position, to: Position): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

function moveTowards(from: Position, to: Position, length: number): Position {
  const whole = distance(from, to);
  if (whole === 0) return from;
  return {
    x: from.x + ((to.x - from.x) * length) / whole,
    y: from.y + ((to.y - from.y) * length) / whole,
  };
}

function transpose(rect: Rect): Rect {
  return { x: rect.y, y: rect.x, width: rect.height, height: rect.width };
}

function swap(point: Position): Position {
  return { x: point.y, y: point.x };
}
