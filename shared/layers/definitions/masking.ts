import { err, ok } from "../../base/result.ts";
import { checkFloat, onlyInput } from "../axes.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";

const specs = {
  maskValue: {
    kind: "float",
    default: 0,
    label: "Mask value",
    help: "A step whose features all equal it is padding.",
  },
} as const;

/** tfjs's Masking has no gradient, so it is ours. */
export const masking = defineLayer({
  type: "masking",
  title: "Masking",
  category: "core",
  summary: "Marks the steps of a sequence that are padding, so that recurrent layers skip them.",
  about:
    "A step counts as padding when every one of its features equals the mask value. Use it where sequences of numbers have been filled up to one length; for word numbers the Embedding's mask zero does the same. The padded steps become zeros.",
  formula: "output(t) = x(t) where any feature ≠ mask value, else 0",
  sources: [
    { title: "Keras: Masking layer", url: "https://keras.io/api/layers/core_layers/masking/" },
  ],
  keywords: ["mask", "padding", "sequence", "variable length", "skip steps"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: ({ maskValue }) => (maskValue === 0 ? [] : [`masks ${maskValue}`]),
  masking: () => "passes",
  inferShape(_params, inputs) {
    const input = checkFloat(onlyInput(inputs));
    if (!input.ok) return input;
    if (input.value.axes.length < 2)
      return err({
        code: "rank",
        needs: "a sequence: time first, then the features of each step (two axes)",
        input: 0,
        hints: input.value.axes.flatMap(({ size }) =>
          size === null
            ? []
            : [{ kind: "insert", type: "reshape", params: { targetShape: [size, 1] }, input: 0 }],
        ),
      });
    return ok({ ...input.value, isMasked: true });
  },
  weights: () => [],
  lower: (params) => ({
    ...lowerParams({ className: "Masking", tfjsFactory: "masking", specs, params }),
    tfjsSource: "own",
  }),
  examples: [
    { params: {}, inputs: [[5, 3]], output: [5, 3], weightCount: 0 },
    { params: { maskValue: -1 }, inputs: [[null, 2]], output: [null, 2], weightCount: 0 },
    { params: { maskValue: 0.5 }, inputs: [[3, 2, 2]], output: [3, 2, 2], weightCount: 0 },
  ],
});
