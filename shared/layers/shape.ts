/**
 * Shapes with named axes. The batch axis comes first in every tensor and is implied: `axes` never lists it.
 * A size of `null` is known only when data arrives (a sequence of any length, an image of any size).
 */
export type DType = "float32" | "int32" | "bool";

export interface Axis {
  /** Keras's words: features, height, width, depth, channels, time … */
  readonly name: string;
  readonly size: number | null;
}

export interface Shape {
  readonly dtype: DType;
  readonly axes: readonly Axis[];
  /** Steps of padding are marked (Embedding's mask zero) and skipped by recurrent layers further on. */
  readonly isMasked?: true;
  /** Samples per batch, where the Input fixes them (stateful layers need that); `defineLayer` passes it on. */
  readonly batch?: number;
}

export function axis(name: string, size: number | null): Axis {
  return { name, size };
}

export function shapeOf(axes: readonly Axis[], dtype: DType = "float32"): Shape {
  return { dtype, axes };
}

/** Names the axes of plain sizes by the usual layout: features · time, features · height, width, channels · depth, … */
export function shapeFromSizes(sizes: readonly (number | null)[], dtype: DType = "float32"): Shape {
  const names = defaultAxisNames(sizes.length);
  return shapeOf(
    sizes.map((size, index) => axis(names[index] ?? `axis ${index + 1}`, size)),
    dtype,
  );
}

function defaultAxisNames(rank: number): readonly string[] {
  switch (rank) {
    case 0:
      return [];
    case 1:
      return ["features"];
    case 2:
      return ["time", "features"];
    case 3:
      return ["height", "width", "channels"];
    case 4:
      return ["depth", "height", "width", "channels"];
    default:
      return [...Array.from({ length: rank - 1 }, (_, index) => `axis ${index + 1}`), "channels"];
  }
}

/** Sizes without the batch axis. */
export function sizesOf(shape: Shape): readonly (number | null)[] {
  return shape.axes.map((entry) => entry.size);
}

/** `[null, 28, 28, 1]`: as Keras prints it, batch axis included (null unless it is fixed). */
export function kerasShape(shape: Shape): readonly (number | null)[] {
  return [shape.batch ?? null, ...sizesOf(shape)];
}

/** Number of values per sample, or null while a size is unknown. */
export function countValues(shape: Shape): number | null {
  let count = 1;
  for (const { size } of shape.axes) {
    if (size === null) return null;
    count *= size;
  }
  return count;
}

/** `28 × 28 × 1`; unknown sizes print as `?`; a scalar per sample prints as `scalar`. */
export function formatSizes(shape: Shape): string {
  return shape.axes.length === 0 ? "scalar" : shape.axes.map(({ size }) => size ?? "?").join(" × ");
}

/** `height 28 × width 28 × channels 1`. */
export function formatShape(shape: Shape): string {
  return shape.axes.length === 0
    ? "scalar"
    : shape.axes.map(({ name, size }) => `${name} ${size ?? "?"}`).join(" × ");
}

export function areSameShapes(left: Shape, right: Shape): boolean {
  return (
    left.dtype === right.dtype &&
    left.isMasked === right.isMasked &&
    left.batch === right.batch &&
    left.axes.length === right.axes.length &&
    left.axes.every((entry, index) => entry.size === right.axes[index]?.size)
  );
}
