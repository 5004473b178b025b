import { ok } from "../../base/result.ts";
import { parameterIssue } from "../axes.ts";
import { defineLayer, type LayerCall } from "../defineLayer.ts";
import { axis, type Shape, shapeFromSizes, shapeOf } from "../shape.ts";
import { compileFormula } from "../tensorFormula.ts";

const specs = {
  formula: {
    kind: "text",
    default: "x0",
    maxLength: 2000,
    label: "Formula",
    help: "What to compute from the inputs x0, x1, … in the order of the wires (also a, b, c, d): relu(a) * b + 0.5, mean(x0, 1), a > b ? a : b.",
  },
} as const;

export const expression = defineLayer({
  type: "expression",
  title: "Expression",
  category: "core",
  summary: "Computes a formula of its inputs, without weights.",
  about:
    "For what no layer does: a scaled difference, a gate, a distance, a mean over some axes. The inputs are x0, x1, … in the order of their wires, also a, b, c and d. There are + - * / // % **, comparisons, and, or, not, condition ? a : b; abs square sqrt exp log sin cos tanh relu sigmoid softplus elu sign floor ceil round softmax clip maximum minimum where; and sum mean max min over axes: mean(x0, 1), sum(x0, [1, 2]), max(x0, -1, true) to keep the axis with size 1; without axes over all but the batch. Axes count as in Keras, 0 is the batch. Sizes broadcast as in NumPy, samples never mix. The formula is interpreted, never run as code. Neither Keras nor tfjs has it: exports carry its class with them.",
  formula: "output = formula(x0, x1, …)",
  sources: [
    {
      title: "NumPy: broadcasting",
      url: "https://numpy.org/doc/stable/user/basics.broadcasting.html",
    },
  ],
  keywords: ["formula", "lambda", "arithmetic", "math", "custom", "mean", "sum", "scale", "gate"],
  inputs: { min: 1, max: null },
  outputs: 1,
  params: specs,
  caption: ({ formula }) => [formula.length > 40 ? `${formula.slice(0, 39)}…` : formula],
  inferShape({ formula }, inputs) {
    const compiled = compileFormula(formula, inputs);
    if (!compiled.ok)
      return parameterIssue("formula", `'s formula must ${compiled.error}`, [
        {
          kind: "setParam",
          param: "formula",
          value: inputs.map((_input, index) => `x${index}`).join(" + "),
          title: inputs.length === 1 ? "Pass the input on" : "Add the inputs",
        },
      ]);
    return ok(nameAxes(compiled.value.sizes, inputs));
  },
  weights: () => [],
  lower({ formula }, inputs): LayerCall {
    const compiled = compileFormula(formula, inputs);
    const program = compiled.ok ? compiled.value.program : 0;
    return {
      className: "Expression",
      tfjsFactory: "expression",
      tfjsSource: "own",
      pythonSource: "own",
      options: [
        { tfjsName: "program", pythonName: "program", value: { kind: "json", value: program } },
      ],
    };
  },
  examples: [
    { params: { formula: "2 * x - 1" }, inputs: [[4]], output: [4], weightCount: 0 },
    {
      params: { formula: "sigmoid(a) * b + relu(b) ** 3" },
      inputs: [[3, 2], [2]],
      output: [3, 2],
      weightCount: 0,
    },
    {
      params: { formula: "mean(x0, 1) - max(x0, [-2], false) + sum(square(x0))" },
      inputs: [[5, 3]],
      output: [3],
      weightCount: 0,
    },
    {
      params: { formula: "softmax(x0, 1) + softmax(x0)" },
      inputs: [[4, 3]],
      output: [4, 3],
      weightCount: 0,
    },
    {
      params: { formula: "a > b and not (a > 2) ? exp(a / 4) : abs(b)" },
      inputs: [[4], [1]],
      output: [4],
      weightCount: 0,
    },
    {
      params: { formula: "x0 - mean(x0, -1, true) + maximum(x1, 0.5) * min(x2)" },
      inputs: [[null, 4], [null, 1], [3]],
      output: [null, 4],
      weightCount: 0,
    },
    {
      params: {
        formula: "clip(x0, -1, 1.5) + tanh(x0) * cos(x0) - sin(x0) / sqrt(square(x0) + 1)",
      },
      inputs: [[6]],
      output: [6],
      weightCount: 0,
    },
    {
      params: {
        formula:
          "floor(a) + ceil(a) + round(a) + sign(a) + a // 2 + a % 1.5 + (a <= 1) + (a != 2) + softplus(a) + elu(a) + log(abs(a) + 1)",
      },
      inputs: [[7]],
      inputDType: "float32",
      output: [7],
      weightCount: 0,
    },
    {
      params: { formula: "sum(abs(a - b), -1)" },
      inputs: [
        [4, 3],
        [4, 3],
      ],
      inputDType: "int32",
      output: [4],
      weightCount: 0,
    },
  ],
});

/** Axes named as in the first input of that many. */
function nameAxes(sizes: readonly (number | null)[], inputs: readonly Shape[]): Shape {
  const like = inputs.find(({ axes }) => axes.length === sizes.length);
  if (like === undefined) return shapeFromSizes(sizes);
  return shapeOf(sizes.map((size, index) => axis(like.axes[index]?.name ?? "axis", size)));
}
