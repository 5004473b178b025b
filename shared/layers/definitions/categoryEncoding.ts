import { err, ok } from "../../base/result.ts";
import { onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerOwn } from "../lowerOwn.ts";
import { axis, shapeOf } from "../shape.ts";

const specs = {
  numTokens: {
    kind: "int",
    default: 10,
    min: 1,
    max: 1_000_000,
    isRequired: true,
    label: "Number of tokens",
    help: "How many categories there are: they are numbered from 0 to one less than this.",
  },
  outputMode: {
    kind: "enum",
    options: ["multiHot", "oneHot", "count"],
    default: "multiHot",
    label: "Output mode",
    help: "Multi-hot marks which categories a sample has, one-hot encodes each number on its own, count tells how often each occurs.",
  },
} as const;

/** tfjs's own waits for the device in every batch; ours is `engine/layers/categoryEncoding.ts`. Keras's `sparse` tensors are not in tfjs. */
export const categoryEncoding = defineLayer({
  type: "categoryEncoding",
  title: "CategoryEncoding",
  category: "preprocessing",
  summary: "Turns numbers of categories into vectors of zeros and ones, or of counts.",
  about:
    "For few categories: a colour, a weekday, the words of a small vocabulary. Count over the words of a text makes a bag of words; the optional second input then weighs each word. For many categories an Embedding learns shorter vectors. It has no weights.",
  formula:
    "oneHot: output[i, k] = 1 where input[i] = k, else 0; multiHot: the largest over i; count: the sum over i",
  sources: [
    {
      title: "Keras: CategoryEncoding layer",
      url: "https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/",
    },
  ],
  keywords: ["one-hot", "multi-hot", "bag of words", "categorical", "dummy", "preprocessing"],
  inputs: { min: 1, max: 2 },
  outputs: 1,
  inputPorts: ({ outputMode }) => (outputMode === "count" ? ["tokens", "weights"] : ["tokens"]),
  params: specs,
  caption: ({ numTokens, outputMode }) => [String(numTokens), outputMode],
  inferShape({ numTokens, outputMode }, inputs) {
    const [input = onlyInput(inputs), weights] = inputs;
    if (input.dtype !== "int32")
      return err({
        code: "dtype",
        needs: "whole numbers (int32), one for each category",
        input: 0,
      });
    if (input.axes.length > 1 || (input.axes.length === 0 && outputMode !== "oneHot"))
      return err({
        code: "rank",
        needs: "one list of numbers for each sample",
        input: 0,
        hints: input.axes.length > 1 ? [{ kind: "insert", type: "flatten", input: 0 }] : [],
      });
    if (weights !== undefined) {
      if (outputMode !== "count")
        return err({
          code: "parameter",
          param: "outputMode",
          needs: "'s output mode must be count where it takes weights",
          hints: [
            {
              kind: "setParam",
              param: "outputMode",
              value: "count",
              title: "Set output mode to count",
            },
          ],
        });
      if (weights.axes.length !== 1 || weights.axes[0]?.size !== input.axes[0]?.size)
        return err({ code: "merge", needs: "as many weights as tokens", input: 1 });
    }
    const tokens = axis("features", numTokens);
    const [steps] = input.axes;
    const isLonger = outputMode === "oneHot" && steps !== undefined && steps.size !== 1;
    return ok(shapeOf(isLonger ? [axis("time", steps.size), tokens] : [tokens]));
  },
  weights: () => [],
  lower: (params, inputs) => ({
    ...lowerOwn({ className: "CategoryEncoding", tfjsFactory: "categoryEncoding", specs, params }),
    ...(inputs.length > 1 ? { pythonArguments: [null, "count_weights"] } : {}),
  }),
  examples: [
    { params: { numTokens: 5 }, inputs: [[4]], inputDType: "int32", output: [5], weightCount: 0 },
    {
      params: { numTokens: 4, outputMode: "oneHot" },
      inputs: [[3]],
      inputDType: "int32",
      output: [3, 4],
      weightCount: 0,
    },
    {
      params: { numTokens: 4, outputMode: "oneHot" },
      inputs: [[1]],
      inputDType: "int32",
      output: [4],
      weightCount: 0,
    },
    {
      params: { numTokens: 6, outputMode: "count" },
      inputs: [[null]],
      inputDType: "int32",
      output: [6],
      weightCount: 0,
    },
    {
      params: { numTokens: 4, outputMode: "count" },
      inputs: [[5], [5]],
      inputDType: "int32",
      output: [4],
      weightCount: 0,
    },
  ],
});
