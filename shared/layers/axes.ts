/** Small helpers over shapes that many definitions share. */
import { err, ok, type Result } from "../base/result.ts";
import type { FixHint, ShapeIssue, WeightSpec } from "./defineLayer.ts";
import { type Axis, axis, type Shape, shapeOf } from "./shape.ts";

/** The input of a layer that takes one. Analysis has counted the wires, so a missing one is a bug. */
export function onlyInput(inputs: readonly Shape[]): Shape {
  const [input] = inputs;
  if (input === undefined) throw new Error("A layer was asked for its shape without an input.");
  return input;
}

export function lastAxis(shape: Shape): Axis {
  return shape.axes.at(-1) ?? axis("features", 1);
}

/** The size of the last axis, or why it is needed. */
export function needLastSize(shape: Shape, why: string): Result<number, ShapeIssue> {
  const { name, size } = lastAxis(shape);
  if (size !== null) return ok(size);
  return err({
    code: "unknown-size",
    needs: `a known size along ${name}, because ${why}`,
    input: 0,
  });
}

export function replaceLastAxis(shape: Shape, replacement: Axis): Shape {
  return shapeOf([...shape.axes.slice(0, -1), replacement]);
}

/** A size that the caller has already seen to be known; `weights` is called only when shapes fit. */
export function knownSize(size: number | null | undefined): number {
  if (size === null || size === undefined) throw new Error("A size was needed that isn't known.");
  return size;
}

export function weight(name: string, shape: readonly number[], isTrainable = true): WeightSpec {
  return { name, shape, isTrainable };
}

export function rankIssue(
  needs: string,
  hints: readonly FixHint[] = [],
): Result<never, ShapeIssue> {
  return err({ code: "rank", needs, input: 0, hints });
}

/** `'s axis must be …`: an option that doesn't suit the input. */
export function parameterIssue(
  param: string,
  needs: string,
  hints: readonly FixHint[] = [],
): Result<never, ShapeIssue> {
  return err({ code: "parameter", param, needs, hints });
}

/** Product of sizes; null when one is unknown. */
export function multiplySizes(sizes: readonly (number | null)[]): number | null {
  let product = 1;
  for (const size of sizes) {
    if (size === null) return null;
    product *= size;
  }
  return product;
}

/** `3×3` for captions. */
export function formatTuple(values: readonly number[]): string {
  return values.join("×");
}

/** Layers that compute with fractions; numbers of words or classes must go through an Embedding. */
export function checkFloat(input: Shape): Result<Shape, ShapeIssue> {
  if (input.dtype === "float32") return ok(input);
  return err({
    code: "dtype",
    needs: "decimal numbers (float32)",
    input: 0,
    hints: input.axes.length === 1 ? [{ kind: "insert", type: "embedding" }] : [],
  });
}

/** Index into `axes` of an axis as Keras counts it (0 is the batch, −1 the last); null where there is none. */
export function resolveAxis(kerasAxis: number, rank: number): number | null {
  const index = kerasAxis < 0 ? rank + kerasAxis : kerasAxis - 1;
  return index >= 0 && index < rank ? index : null;
}
