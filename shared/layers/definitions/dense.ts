import { ok } from "../../base/result.ts";
import {
  knownSize,
  lastAxis,
  multiplySizes,
  needLastSize,
  onlyInput,
  parameterIssue,
  rankIssue,
  replaceLastAxis,
  weight,
} from "../axes.ts";
import {
  activationParam,
  biasInitializerParam,
  initializerNames,
  kernelInitializerParam,
  kernelOptions,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, sizesOf } from "../shape.ts";

const specs = {
  units: {
    kind: "int",
    default: 32,
    min: 1,
    max: 1_000_000,
    isRequired: true,
    label: "Units",
    help: "Number of outputs. A last layer has one per class, or one per number to predict.",
  },
  activation: activationParam(),
  useBias: useBiasParam,
  kernelInitializer: kernelInitializerParam({ options: initializerNames }),
  biasInitializer: biasInitializerParam,
  ...kernelOptions,
  trainable: trainableParam,
} as const;

export const dense = defineLayer({
  type: "dense",
  title: "Dense",
  category: "core",
  summary: "Fully connected layer: every output is a weighted sum of all inputs.",
  about:
    "output = activation(input · kernel + bias). With more than one axis it works on the last axis and is applied to every step alike. Use it after Flatten or a global pooling, and as the last layer of nearly every network. Its weight count is inputs × units + units, so a wide Dense behind a large feature map is often most of the model.",
  formula: "output = activation(input · kernel + bias)",
  sources: [{ title: "Keras: Dense layer", url: "https://keras.io/api/layers/core_layers/dense/" }],
  keywords: ["fully connected", "linear", "perceptron", "mlp", "affine"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ units, activation }) => [
    String(units),
    ...(activation === "linear" ? [] : [activation]),
  ],

  masking: () => "passes",
  inferShape({ units, kernelInitializer }, inputs) {
    const input = onlyInput(inputs);
    if (input.axes.length === 0)
      return rankIssue("one axis of features", [
        { kind: "insert", type: "reshape", params: { targetShape: [1] } },
      ]);
    // Stricter than Keras, which would apply the same Dense to every pixel: on an image or feature map that is nearly
    // always a forgotten Flatten. A 1 × 1 convolution says it where it is meant.
    if (input.axes.length >= 3)
      return rankIssue("one axis of features (or time and features)", [
        { kind: "insert", type: "flatten" },
        ...(input.axes.length === 3
          ? [{ kind: "insert" as const, type: "globalAveragePooling2d" }]
          : []),
      ]);
    const size = needLastSize(input, "its kernel has one row per feature");
    if (!size.ok) return size;
    if (kernelInitializer.name === "identity" && size.value !== units)
      return parameterIssue(
        "kernelInitializer",
        `'s identity initializer needs as many units as input features (${size.value})`,
        [
          {
            kind: "setParam",
            param: "units",
            value: size.value,
            title: `Set units to ${size.value}`,
          },
        ],
      );
    return ok(replaceLastAxis(input, axis("features", units)));
  },
  weights({ units, useBias, trainable }, inputs) {
    const kernel = weight(
      "kernel",
      [knownSize(lastAxis(onlyInput(inputs)).size), units],
      trainable,
    );
    return useBias ? [kernel, weight("bias", [units], trainable)] : [kernel];
  },
  multiplyAdds: ({ units }, inputs) => multiplySizes([...sizesOf(onlyInput(inputs)), units]),
  lower: (params) => lowerParams({ className: "Dense", tfjsFactory: "dense", specs, params }),
  examples: [
    { params: { units: 3 }, inputs: [[4]], output: [3], weightCount: 15 },
    {
      params: { units: 5, activation: "relu", useBias: false },
      inputs: [[7]],
      output: [5],
      weightCount: 35,
    },
    {
      params: { units: 2, activation: "softmax", kernelInitializer: { name: "heNormal", seed: 3 } },
      inputs: [[6, 3]],
      output: [6, 2],
      weightCount: 8,
    },
    {
      params: {
        units: 3,
        kernelInitializer: { name: "randomUniform", minval: 0, maxval: 1 },
        biasInitializer: { name: "randomNormal", stddev: 0 },
      },
      inputs: [[4]],
      output: [3],
      weightCount: 15,
    },
    {
      params: { units: 2, activation: "tanh" },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 8,
    },
    {
      params: {
        units: 4,
        activation: "gelu",
        kernelInitializer: { name: "identity", gain: 0.5 },
        biasInitializer: { name: "constant", value: 0.1 },
        kernelRegularizer: { name: "l1l2", l1: 0.01, l2: 0.02 },
        biasRegularizer: { name: "l2" },
        activityRegularizer: { name: "l1", l1: 0.01 },
        kernelConstraint: { name: "maxNorm", maxValue: 3 },
        biasConstraint: { name: "nonNeg" },
        trainable: false,
      },
      inputs: [[4]],
      output: [4],
      weightCount: 20,
    },
  ],
});
