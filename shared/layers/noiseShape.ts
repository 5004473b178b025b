/** The noise shape of a dropout: which values share one decision. */
import { ok, type Result } from "../base/result.ts";
import { parameterIssue } from "./axes.ts";
import type { ShapeIssue } from "./defineLayer.ts";
import type { IntListParam } from "./params.ts";
import type { Shape } from "./shape.ts";

export const noiseShapeParam = {
  kind: "intList",
  default: [],
  min: 1,
  maxLength: 6,
  allowsNull: true,
  group: "advanced",
  label: "Noise shape",
  help: "Axes with 1 share one decision: for time × features, (empty, 1, empty) drops a feature at all steps at once. The first entry is the batch. No entries decide for every value alone.",
} as const satisfies IntListParam;

/** One entry an axis, the batch first: empty or the axis's size decides each value alone, 1 all together. */
export function fitsNoiseShape(
  noiseShape: readonly (number | null)[],
  shape: Shape,
): Result<null, ShapeIssue> {
  const rank = shape.axes.length + 1;
  if (noiseShape.length > 0 && noiseShape.length !== rank)
    return parameterIssue("noiseShape", `'s noise shape must have ${rank} entries, or none`);
  const wrong = noiseShape.findIndex(
    (size, index) =>
      size !== null && size !== 1 && (index === 0 || size !== shape.axes[index - 1]?.size),
  );
  if (wrong >= 0)
    return parameterIssue(
      "noiseShape",
      `'s noise shape must be 1 or empty in entry ${wrong + 1}, or the size of that axis`,
    );
  return ok(null);
}
