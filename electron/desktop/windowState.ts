import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { atomicWrite } from "../services/atomicWrite.ts";

const boundsSchema = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
  isMaximized: z.boolean(),
});

/** Place and size in device-independent pixels. Without `x` and `y`: centred. */
export interface WindowBounds {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const defaultBounds: WindowBounds = { width: 1440, height: 900, isMaximized: false };

/**
 * Where the window opens: as it was left, if enough of it would still lie on a display to grab it; otherwise centred,
 * and never larger than the display.
 */
export function fitBounds(saved: WindowBounds | null, displays: readonly Area[]): WindowBounds {
  const { x, y, width, height, isMaximized } = saved ?? defaultBounds;
  const home = displays.find(
    (display) => x !== undefined && y !== undefined && isReachable({ x, y, width }, display),
  );
  const display = home ?? displays[0];
  const size =
    display === undefined
      ? { width, height }
      : { width: Math.min(width, display.width), height: Math.min(height, display.height) };
  return home === undefined || x === undefined || y === undefined
    ? { ...size, isMaximized }
    : { x, y, ...size, isMaximized };
}

/** Whether a good part of the title bar lies on the display. */
function isReachable(bounds: Pick<Area, "x" | "y" | "width">, display: Area): boolean {
  const left = Math.max(bounds.x, display.x);
  const right = Math.min(bounds.x + bounds.width, display.x + display.width);
  const isBelowTop = bounds.y >= display.y && bounds.y <= display.y + display.height - 40;
  return right - left >= 100 && isBelowTop;
}

export async function readWindowBounds(file: string): Promise<WindowBounds | null> {
  try {
    const { x, y, ...rest } = boundsSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return x === undefined || y === undefined ? rest : { x, y, ...rest };
  } catch {
    return null;
  }
}

/** A lost window place is no reason to bother anyone: errors are swallowed. */
export async function writeWindowBounds(file: string, bounds: WindowBounds): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await atomicWrite(file, `${JSON.stringify(bounds)}\n`);
  } catch {
    // See above.
  }
}
