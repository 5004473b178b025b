import { err, ok, type Result } from "../../base/result.ts";
import { checkFloat, multiplySizes, onlyInput, parameterIssue, weight } from "../axes.ts";
import {
  activationParam,
  biasInitializerParam,
  kernelInitializerParam,
  kernelOptions,
  trainableParam,
} from "../commonParams.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { type Axis, axis, type Shape, shapeOf } from "../shape.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  equation: {
    kind: "text",
    default: "abc,cd->abd",
    maxLength: 40,
    isRequired: true,
    label: "Equation",
    help: "A letter per axis of input, kernel and output; the first is the batch. Letters that the output lacks are summed over. Dots in front stand for any axes: ...x,xy->...y.",
  },
  outputShape: {
    kind: "intList",
    default: [null, 64],
    min: 1,
    maxLength: 5,
    allowsNull: true,
    isRequired: true,
    label: "Output shape",
    help: "Sizes of the output's axes behind the batch (or the dots). Empty entries are as in the input.",
  },
  activation: activationParam(),
  biasAxes: {
    kind: "text",
    default: "",
    maxLength: 6,
    label: "Bias axes",
    help: "Letters of the output along which a constant is added, such as d. None: no bias.",
  },
  kernelInitializer: kernelInitializerParam({ tfjsInitial: "glorotUniform" }),
  biasInitializer: biasInitializerParam,
  ...kernelOptions,
  trainable: trainableParam,
} as const;

interface Reading {
  /** One letter an axis, the batch first; capitals stand for the ellipsis. */
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
  readonly axes: ReadonlyMap<string, Axis>;
}

interface EinsumParams {
  readonly equation: string;
  readonly outputShape: readonly (number | null)[];
  readonly biasAxes: string;
}

const format = /^(\.\.\.)?([a-z]+),([a-z]+)->(\.\.\.)?([a-z]+)$/;

function readEquation(params: EinsumParams, shape: Shape): Result<Reading, ShapeIssue> {
  const wrong = (needs: string) => parameterIssue("equation", `'s equation must ${needs}`);
  const [, dots, left = "", middle = "", dots2, right = ""] =
    format.exec(params.equation.replaceAll(" ", "")) ?? [];
  if (left === "" || dots !== dots2)
    return wrong("be like abc,cd->abd or ...x,xy->...y, in small letters");
  if ([left, middle, right].some((letters) => new Set(letters).size < letters.length))
    return wrong("name each letter once in input, kernel and output");
  const rank = shape.axes.length + 1;
  const elided = rank - left.length;
  if (dots === undefined ? elided !== 0 : elided < 1)
    return wrong(
      `have ${dots === undefined ? rank : `at most ${rank - 1}`} letters for the input, one per axis, the batch included`,
    );
  const ellipsis = Array.from({ length: elided }, (_unused, at) => String.fromCharCode(65 + at));
  const [input, output] = [
    [...ellipsis, ...left.split("")],
    [...ellipsis, ...right.split("")],
  ];
  const kernel = middle.split("");
  if (input[0] !== output[0] || kernel.includes(input[0] ?? ""))
    return wrong("keep the batch as first letter of input and output, and out of the kernel");
  const strange = output.find((letter) => !input.includes(letter) && !kernel.includes(letter));
  if (strange !== undefined) return wrong(`have ${strange} in the input or the kernel too`);
  const lost = [...input, ...kernel].find(
    (letter) => !output.includes(letter) && !(input.includes(letter) && kernel.includes(letter)),
  );
  if (lost !== undefined) return wrong(`have ${lost} in the output, or in input and kernel`);
  const wanted = dots === undefined ? right.length - 1 : right.length;
  if (params.outputShape.length !== wanted)
    return parameterIssue("outputShape", `'s output shape must have ${wanted} entries`);
  return nameAxes(params, shape, { input, kernel, output });
}

/** What each letter is called and how long it is; refuses sizes that differ or that nobody gives. */
function nameAxes(
  params: EinsumParams,
  shape: Shape,
  letters: Omit<Reading, "axes">,
): Result<Reading, ShapeIssue> {
  const { input, kernel, output } = letters;
  const axes = new Map<string, Axis>();
  shape.axes.forEach((entry, index) => axes.set(input[index + 1] ?? "", entry));
  const given = output.slice(output.length - params.outputShape.length);
  for (const [index, letter] of given.entries()) {
    const size = params.outputShape[index] ?? null;
    const known = axes.get(letter);
    if (known !== undefined && size !== null && known.size !== size)
      return parameterIssue(
        "outputShape",
        `'s output shape must be empty or ${known.size ?? "unknown"} for ${letter}, as in the input`,
      );
    if (known === undefined && size === null)
      return parameterIssue("outputShape", `'s output shape must give a size for ${letter}`);
    if (known === undefined)
      axes.set(letter, axis(index === given.length - 1 ? "features" : letter, size));
  }
  const unknown = kernel.find((letter) => (axes.get(letter)?.size ?? null) === null);
  if (unknown !== undefined)
    return err({
      code: "unknown-size",
      needs: `a known size along ${axes.get(unknown)?.name ?? unknown}, for its kernel`,
      input: 0,
    });
  const biased = params.biasAxes.split("");
  const isBiasRight = biased.every(
    (letter) => output.indexOf(letter) > 0 && (axes.get(letter)?.size ?? null) !== null,
  );
  if (!isBiasRight)
    return parameterIssue("biasAxes", "'s bias axes must be letters of the output of known size");
  return ok({ ...letters, axes });
}

/** Called only when shapes fit. */
function needReading(params: EinsumParams, inputs: readonly Shape[]): Reading {
  const read = readEquation(params, onlyInput(inputs));
  if (!read.ok) throw new Error("An EinsumDense was used without being checked.");
  return read.value;
}

export const einsumDense = defineLayer({
  type: "einsumDense",
  title: "EinsumDense",
  category: "core",
  summary: "Dense layer over any axes, told by an equation of letters.",
  about:
    "Says in one line what a Dense would need Permute and Reshape for: project into heads (abc,cde->abde), mix the steps instead of the features (abc,bd->adc), or treat each channel by weights of its own (abc,cd->abcd …). The attention layers are built of it.",
  formula: "output = activation(einsum(equation, input, kernel) + bias)",
  sources: [
    {
      title: "Keras: EinsumDense layer",
      url: "https://keras.io/api/layers/core_layers/einsum_dense/",
    },
  ],
  keywords: ["einsum", "tensor product", "projection", "fully connected"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ equation, activation }) => [
    equation,
    ...(activation === "linear" ? [] : [activation]),
  ],
  inferShape(params, inputs) {
    const checked = checkFloat(onlyInput(inputs));
    if (!checked.ok) return checked;
    const read = readEquation(params, checked.value);
    if (!read.ok) return read;
    const { output, axes } = read.value;
    return ok(shapeOf(output.slice(1).map((letter) => axes.get(letter) ?? axis(letter, null))));
  },
  weights(params, inputs) {
    const { kernel, output, axes } = needReading(params, inputs);
    const size = (letter: string) => axes.get(letter)?.size ?? 1;
    const first = output.findIndex((letter) => params.biasAxes.includes(letter));
    const bias = output
      .slice(Math.max(0, first))
      .map((letter) => (params.biasAxes.includes(letter) ? size(letter) : 1));
    return [
      weight("kernel", kernel.map(size), params.trainable),
      ...(params.biasAxes === "" ? [] : [weight("bias", bias, params.trainable)]),
    ];
  },
  multiplyAdds(params, inputs) {
    const { input, kernel, axes } = needReading(params, inputs);
    const letters = new Set([...input.slice(1), ...kernel]);
    return multiplySizes([...letters].map((letter) => axes.get(letter)?.size ?? null));
  },
  lower(params, inputs) {
    const { input, kernel, output, axes } = needReading(params, inputs);
    // Without dots: of two axes that these stand for, Keras declares the sizes the wrong way round.
    const free = "zyxwvutsrqponm"
      .split("")
      .filter((letter) => ![...input, ...kernel].includes(letter));
    const capitals = input.filter((letter) => letter !== letter.toLowerCase());
    const spell = (letters: readonly string[]) =>
      letters.map((letter) => free[capitals.indexOf(letter)] ?? letter).join("");
    const call = lowerParams({
      className: "EinsumDense",
      tfjsFactory: "einsumDense",
      specs,
      params: {
        ...params,
        equation: `${spell(input)},${spell(kernel)}->${spell(output)}`,
        // Spelled out, because Keras takes an empty entry for an unknown size.
        outputShape: output.slice(1).map((letter) => axes.get(letter)?.size ?? null),
      },
      omit: params.biasAxes === "" ? ["biasAxes"] : [],
    });
    return { ...call, tfjsSource: "own" };
  },
  examples: [
    {
      params: { outputShape: [null, 5], biasAxes: "d" },
      inputs: [[4, 3]],
      output: [4, 5],
      weightCount: 20,
    },
    {
      params: { equation: "...x,xy->...y", outputShape: [4], activation: "relu" },
      inputs: [[2, 3, 3]],
      output: [2, 3, 4],
      weightCount: 12,
    },
    {
      params: { equation: "abc,cde->abde", outputShape: [null, 2, 3], biasAxes: "de" },
      inputs: [[null, 4]],
      output: [null, 2, 3],
      weightCount: 30,
    },
    {
      params: { equation: "abc,bd->adc", outputShape: [5, null], biasAxes: "d" },
      inputs: [[4, 3]],
      output: [5, 3],
      weightCount: 25,
    },
    {
      params: {
        equation: "abc,bcd->abd",
        outputShape: [null, 2],
        kernelRegularizer: { name: "l2" },
        activityRegularizer: { name: "l1", l1: 0.01 },
      },
      inputs: [[3, 4]],
      output: [3, 2],
      weightCount: 24,
    },
    {
      params: {
        outputShape: [null, 5],
        biasAxes: "d",
        ...setWeightOptions("kernel", "bias"),
        trainable: false,
      },
      inputs: [[4, 3]],
      output: [4, 5],
      weightCount: 20,
    },
  ],
});
