import { err, ok } from "../../base/result.ts";
import { activityRegularizerParam } from "../activityRegularizer.ts";
import { onlyInput, weight } from "../axes.ts";
import {
  constraintParam,
  initializerParam,
  regularizerParam,
  trainableParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, shapeOf } from "../shape.ts";

const specs = {
  inputDim: {
    kind: "int",
    default: 1000,
    min: 1,
    max: 10_000_000,
    isRequired: true,
    label: "Input dimension",
    help: "How many different numbers come in (the vocabulary): the largest one + 1.",
  },
  outputDim: {
    kind: "int",
    default: 64,
    min: 1,
    max: 65_536,
    isRequired: true,
    label: "Output dimension",
    help: "Length of the vector that stands for each number.",
  },
  embeddingsInitializer: initializerParam({
    label: "Embeddings initializer",
    initial: "randomUniform",
  }),
  embeddingsRegularizer: regularizerParam("Embeddings regularizer"),
  activityRegularizer: activityRegularizerParam,
  embeddingsConstraint: constraintParam("Embeddings constraint"),
  maskZero: {
    kind: "bool",
    default: false,
    label: "Mask zero",
    help: "Treats 0 as padding: a recurrent layer after this one skips those steps. Then 0 must not stand for a real word.",
  },
  trainable: trainableParam,
} as const;

/**
 * The mask works as in Keras on every backend (its transposition on WebGPU needs `engine/webgpuPatches.ts`), but tfjs
 * throws where it meets a layer that does not carry it; `Shape.isMasked` finds those.
 * Keras 3 has dropped `input_length`; tfjs still takes it and needs it for nothing.
 */
export const embedding = defineLayer({
  type: "embedding",
  title: "Embedding",
  category: "core",
  summary: "Looks up a learned vector for each whole number, such as a word's index.",
  about:
    "A table with input dimension rows of output dimension values; row i stands for number i. It comes first in text models and turns a sequence of word numbers into a sequence of vectors. The Input before it must be of type int32. Weights: input dimension × output dimension.",
  formula: "output[i] = embeddings[x[i]]",
  sources: [
    {
      title: "Keras: Embedding layer",
      url: "https://keras.io/api/layers/core_layers/embedding/",
    },
    { title: "Bengio et al. 2003: A neural probabilistic language model" },
  ],
  keywords: ["word", "token", "text", "lookup", "vocabulary", "categorical"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ inputDim, outputDim, maskZero }) => [
    `${inputDim} → ${outputDim}`,
    ...(maskZero ? ["masks 0"] : []),
  ],

  inferShape({ outputDim, maskZero }, inputs) {
    const input = onlyInput(inputs);
    if (input.dtype !== "int32") {
      return err({
        code: "dtype",
        needs: "whole numbers (int32), straight from an Input",
        input: 0,
      });
    }
    // A plain row of numbers is a sequence from here on.
    const [first] = input.axes;
    const axes =
      input.axes.length === 1 && first !== undefined ? [axis("time", first.size)] : input.axes;
    const output = shapeOf([...axes, axis("features", outputDim)]);
    return ok(maskZero ? { ...output, isMasked: true } : output);
  },
  weights: ({ inputDim, outputDim, trainable }) => [
    weight("embeddings", [inputDim, outputDim], trainable),
  ],
  lower: (params) =>
    lowerParams({ className: "Embedding", tfjsFactory: "embedding", specs, params }),
  examples: [
    {
      params: { inputDim: 10, outputDim: 3 },
      inputs: [[5]],
      inputDType: "int32",
      output: [5, 3],
      weightCount: 30,
    },
    {
      params: { inputDim: 7, outputDim: 4, embeddingsInitializer: { name: "randomNormal" } },
      inputs: [[null]],
      inputDType: "int32",
      output: [null, 4],
      weightCount: 28,
    },
    {
      params: { inputDim: 6, outputDim: 2, maskZero: true, trainable: false },
      inputs: [[4]],
      inputDType: "int32",
      output: [4, 2],
      weightCount: 12,
    },
    {
      params: {
        inputDim: 5,
        outputDim: 2,
        embeddingsRegularizer: { name: "l2", l2: 0.001 },
        activityRegularizer: { name: "l1", l1: 0.01 },
        embeddingsConstraint: { name: "unitNorm", axis: 1 },
      },
      inputs: [[2, 3]],
      inputDType: "int32",
      output: [2, 3, 2],
      weightCount: 10,
    },
  ],
});
