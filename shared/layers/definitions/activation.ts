import { ok } from "../../base/result.ts";
import { isOwnActivation } from "../activations.ts";
import { checkFloat, onlyInput, rankIssue } from "../axes.ts";
import { activationParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";

const specs = { activation: { ...activationParam("relu"), isRequired: true } } as const;

export const activation = defineLayer({
  type: "activation",
  title: "Activation",
  category: "activation",
  summary: "Applies an activation function to every value.",
  about:
    "Use it where the function must stand apart from the layer before it: after a batch normalization, or after the sum of a skip connection. Softmax and log softmax work along the last axis, all others on each value alone.",
  formula: "output = activation(input)",
  sources: [
    {
      title: "Keras: Activation layer",
      url: "https://keras.io/api/layers/core_layers/activation/",
    },
    { title: "Keras: activation functions", url: "https://keras.io/api/layers/activations/" },
  ],
  keywords: ["nonlinearity", "sigmoid", "tanh", "gelu", "swish", "selu", "mish", "softplus"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: (params) => [params.activation],
  masking: () => "passes",
  inferShape(params, inputs) {
    const shape = onlyInput(inputs);
    if (shape.axes.length === 0 && /softmax/i.test(params.activation))
      return rankIssue("an axis to take the softmax over");
    const checked = checkFloat(shape);
    return checked.ok ? ok(shape) : checked;
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({ className: "Activation", tfjsFactory: "activation", specs, params }),
    ...(isOwnActivation(params.activation) ? { tfjsSource: "own" } : {}),
  }),
  examples: [
    { params: { activation: "sigmoid" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "softmax" }, inputs: [[3, 4]], output: [3, 4], weightCount: 0 },
    { params: { activation: "logSoftmax" }, inputs: [[6]], output: [6], weightCount: 0 },
    { params: { activation: "gelu" }, inputs: [[2, 3, 2]], output: [2, 3, 2], weightCount: 0 },
    { params: { activation: "selu" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "elu" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "relu6" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "swish" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "mish" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "softplus" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "softsign" }, inputs: [[5]], output: [5], weightCount: 0 },
    { params: { activation: "tanh" }, inputs: [[null, 5]], output: [null, 5], weightCount: 0 },
    { params: { activation: "leakyRelu" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "hardSigmoid" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "hardSilu" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "hardTanh" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "exponential" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "celu" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "logSigmoid" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "squareplus" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "softShrink" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "hardShrink" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "tanhShrink" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "sparsePlus" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "sparseSigmoid" }, inputs: [[9]], output: [9], weightCount: 0 },
    { params: { activation: "linear" }, inputs: [[5]], output: [5], weightCount: 0 },
  ],
});
