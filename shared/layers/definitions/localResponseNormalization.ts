import { ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { FloatParam } from "../params.ts";
import { readSpatial } from "../spatial.ts";

function factorParam(label: string, initial: number, help: string) {
  return { kind: "float", default: initial, label, help } as const satisfies FloatParam;
}

/** A negative base has no power that is a number, which WebGPU does not tell: there it is something. */
const positive = { min: 0, isMinExclusive: true } as const;

/** TensorFlow's names and defaults. */
const specs = {
  depthRadius: {
    kind: "int",
    default: 5,
    min: 0,
    max: 1024,
    label: "Depth radius",
    help: "How many neighbouring channels on each side count. AlexNet: 2.",
  },
  bias: { ...factorParam("Bias", 1, "Keeps from dividing by little. AlexNet: 2."), ...positive },
  alpha: {
    ...factorParam("Alpha", 1, "How much the neighbours' squares count. AlexNet: 0.0001."),
    min: 0,
  },
  beta: factorParam("Beta", 0.5, "The power of the divisor. AlexNet: 0.75."),
} as const;

/** Keras and tfjs-layers have no such layer; ours is `engine/layers/localResponseNormalization.ts`. */
export const localResponseNormalization = defineLayer({
  type: "localResponseNormalization",
  title: "LocalResponseNormalization",
  category: "normalization",
  summary:
    "Dampens each value of an image by those of the neighbouring channels at the same place.",
  about:
    "Lets channels compete, as nerve cells inhibit their neighbours. AlexNet, ZFNet and GoogLeNet use it (depth radius 2, bias 2, alpha 0.0001, beta 0.75); newer networks prefer BatchNormalization. It has no weights.",
  formula:
    "output[…, c] = input[…, c] / (bias + alpha · Σ input[…, j]² for j from c − depth radius to c + depth radius)^beta",
  sources: [
    { title: "Krizhevsky et al. 2012: ImageNet classification with deep convolutional networks" },
    {
      title: "TensorFlow: tf.nn.local_response_normalization",
      url: "https://www.tensorflow.org/api_docs/python/tf/nn/local_response_normalization",
    },
  ],
  keywords: ["lrn", "alexnet", "lateral inhibition", "image"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ depthRadius }) => [`radius ${depthRadius}`],
  inferShape(_params, inputs) {
    const input = readSpatial(onlyInput(inputs), { rank: 2, dataFormat: "channelsLast" });
    return input.ok ? ok(onlyInput(inputs)) : input;
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({
      className: "LocalResponseNormalization",
      tfjsFactory: "localResponseNormalization",
      specs,
      params,
    }),
    tfjsSource: "own",
    pythonSource: "own",
  }),
  examples: [
    {
      params: { depthRadius: 2, bias: 2, alpha: 0.0001, beta: 0.75 },
      inputs: [[3, 4, 6]],
      output: [3, 4, 6],
      weightCount: 0,
    },
    { params: {}, inputs: [[2, 3, 3]], output: [2, 3, 3], weightCount: 0 },
    {
      params: { depthRadius: 1, alpha: 0.5, beta: 1.5 },
      inputs: [[null, null, 5]],
      output: [null, null, 5],
      weightCount: 0,
    },
  ],
});
