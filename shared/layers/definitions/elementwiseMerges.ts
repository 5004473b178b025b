/** Add, Subtract, Multiply, Average, Maximum, Minimum: one rule of shapes for all. */
import { err, ok, type Result } from "../../base/result.ts";
import {
  defineLayer,
  type AnyLayerDefinition,
  type LayerCall,
  type LayerExample,
  type ShapeIssue,
} from "../defineLayer.ts";
import { multiplySizes } from "../axes.ts";
import { isAnyMasked, lowerMasked } from "../mergeMasks.ts";
import { axis, type Axis, type Shape, shapeOf, sizesOf } from "../shape.ts";

/**
 * Broadcasting as Keras and tfjs do it: axes are matched from the last one backwards, size 1 stretches, and a
 * shorter shape gets axes of size 1 behind the batch. An unknown size makes the result unknown.
 */
function broadcastShapes(inputs: readonly Shape[]): Result<Shape, ShapeIssue> {
  const [first, ...others] = inputs;
  if (first === undefined) throw new Error("A merge was asked for its shape without inputs.");
  const ranks = new Set(inputs.map((shape) => shape.axes.length));
  if (ranks.size > 1 && isAnyMasked(inputs))
    return err({
      code: "merge",
      input: Math.max(1, others.findIndex((shape) => shape.axes.length !== first.axes.length) + 1),
      needs: "inputs with as many axes each, where steps are masked",
    });
  let axes = first.axes;
  for (const [index, other] of others.entries()) {
    const merged = broadcastAxes(axes, other.axes);
    if (merged === null)
      return err({
        code: "merge",
        input: index + 1,
        needs: "inputs of one shape (an axis of size 1 fits any)",
      });
    axes = merged;
  }
  const dtype = inputs.some((shape) => shape.dtype === "float32") ? "float32" : first.dtype;
  return ok(shapeOf(axes, dtype));
}

function broadcastAxes(left: readonly Axis[], right: readonly Axis[]): readonly Axis[] | null {
  const [longer, shorter] = left.length >= right.length ? [left, right] : [right, left];
  const offset = longer.length - shorter.length;
  const merged: Axis[] = [];
  for (const [index, outer] of longer.entries()) {
    const inner = shorter[index - offset];
    if (index < offset || inner === undefined) merged.push(outer);
    else if (outer.size === null || inner.size === null) merged.push(axis(outer.name, null));
    else if (outer.size === 1 || inner.size === 1 || outer.size === inner.size)
      merged.push(axis(outer.name, Math.max(outer.size, inner.size)));
    else return null;
  }
  return merged;
}

interface MergeKind {
  readonly type: string;
  readonly title: string;
  readonly summary: string;
  readonly about: string;
  readonly keywords: readonly string[];
  readonly inputs: { readonly min: number; readonly max: number | null };
  readonly page: string;
  readonly formula: string;
  readonly call: LayerCall;
  readonly examples?: readonly LayerExample[];
}

const commonExamples: readonly LayerExample[] = [
  { params: {}, inputs: [[4], [4]], output: [4], weightCount: 0 },
  {
    params: {},
    inputs: [
      [3, 4, 2],
      [1, 1, 2],
    ],
    output: [3, 4, 2],
    weightCount: 0,
  },
  { params: {}, inputs: [[3], [2, 3]], output: [2, 3], weightCount: 0 },
];
const threeInputs: LayerExample = {
  params: {},
  inputs: [
    [2, 3],
    [2, 3],
    [1, 3],
  ],
  output: [2, 3],
  weightCount: 0,
};

function defineMerge(kind: MergeKind): AnyLayerDefinition {
  return defineLayer({
    type: kind.type,
    title: kind.title,
    category: "merge",
    summary: kind.summary,
    about: kind.about,
    sources: [
      {
        title: `Keras: ${kind.title} layer`,
        url: `https://keras.io/api/layers/merging_layers/${kind.page}/`,
      },
    ],
    keywords: kind.keywords,
    inputs: kind.inputs,
    outputs: 1,
    params: {},
    caption: () => [],
    formula: kind.formula,
    // As Keras: one input without a mask leaves the result without one.
    masking: (_params, inputs) => (inputs.every(({ isMasked }) => isMasked) ? "passes" : "ends"),
    inferShape: (_params, inputs) => broadcastShapes(inputs),
    weights: () => [],
    ...(kind.type === "multiply"
      ? {
          multiplyAdds: (_params: object, inputs: readonly Shape[], output: Shape) => {
            const values = multiplySizes(sizesOf(output));
            return values === null ? null : values * (inputs.length - 1);
          },
        }
      : {}),
    lower: (_params, inputs) =>
      isAnyMasked(inputs) ? lowerMasked(kind.call.className, kind.type, inputs) : kind.call,
    examples: kind.inputs.max === 2 ? commonExamples : [...commonExamples, threeInputs],
  });
}

const call = (className: string): LayerCall => ({
  className,
  tfjsFactory: className.toLowerCase(),
  options: [],
});
const many = { min: 2, max: null } as const;

export const add = defineMerge({
  type: "add",
  title: "Add",
  summary: "Adds its inputs value by value.",
  about:
    "The sum of a skip connection: the input of a block is added to its output, so that gradients find a short way back. All inputs must have one shape; axes of size 1 stretch.",
  keywords: ["sum", "skip", "residual", "plus", "shortcut"],
  inputs: many,
  page: "add",
  formula: "output = Σ inputs",
  call: call("Add"),
});

export const subtract = defineMerge({
  type: "subtract",
  title: "Subtract",
  summary: "Subtracts the second input from the first, value by value.",
  about:
    "output = first − second; the order of the wires counts. Useful for differences of two encodings.",
  keywords: ["difference", "minus"],
  inputs: { min: 2, max: 2 },
  page: "subtract",
  formula: "output = first − second",
  call: {
    className: "Subtract",
    tfjsClassName: "Add",
    tfjsFactory: "add",
    options: [],
    // tfjs has no Subtract.
    tfjsInputCalls: [
      null,
      {
        className: "Rescaling",
        tfjsFactory: "rescaling",
        options: [{ tfjsName: "scale", pythonName: "scale", value: -1 }],
      },
    ],
  },
});

export const multiply = defineMerge({
  type: "multiply",
  title: "Multiply",
  summary: "Multiplies its inputs value by value.",
  about:
    "For gates and attention: one input holds values, the other weights between 0 and 1. A gate per channel has height and width 1 and stretches over the image.",
  keywords: ["product", "gate", "attention", "squeeze excitation"],
  inputs: many,
  page: "multiply",
  formula: "output = Π inputs",
  call: call("Multiply"),
});

export const average = defineMerge({
  type: "average",
  title: "Average",
  summary: "Takes the mean of its inputs, value by value.",
  about:
    "Averages the predictions of several branches, which are usually steadier than each alone.",
  keywords: ["mean", "ensemble"],
  inputs: many,
  page: "average",
  formula: "output = Σ inputs / their number",
  call: call("Average"),
});

export const maximum = defineMerge({
  type: "maximum",
  title: "Maximum",
  summary: "Takes the largest of its inputs, value by value.",
  about:
    "Keeps the strongest answer of several branches; of two linear branches it makes a maxout unit.",
  keywords: ["max", "maxout"],
  inputs: many,
  page: "maximum",
  formula: "output = max(inputs)",
  call: call("Maximum"),
});

export const minimum = defineMerge({
  type: "minimum",
  title: "Minimum",
  summary: "Takes the smallest of its inputs, value by value.",
  about: "Lets a value through only where all branches agree on at least that much.",
  keywords: ["min"],
  inputs: many,
  page: "minimum",
  formula: "output = min(inputs)",
  call: call("Minimum"),
});
