import { err, ok } from "../../base/result.ts";
import {
  attentionDropoutParam,
  attentionSeedParam,
  checkKey,
  checkSequences,
  fits,
  giveOnCall,
  lowerMasks,
  maskByQuery,
  nameInputs,
  returnAttentionScoresParam,
  scoreAxes,
  useCausalMaskParam,
} from "../attentionRules.ts";
import { knownSize, multiplySizes, parameterIssue, weight } from "../axes.ts";
import {
  biasInitializerParam,
  kernelInitializerParam,
  kernelOptions,
  trainableParam,
  useBiasParam,
} from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  numHeads: {
    kind: "int",
    default: 4,
    min: 1,
    max: 1024,
    isRequired: true,
    label: "Number of heads",
    help: "How many times to attend side by side, each with projections of its own. 2 to 16 is usual.",
  },
  keyDim: {
    kind: "int",
    default: 16,
    min: 1,
    max: 65536,
    isRequired: true,
    label: "Key size",
    help: "Size of query and key in each head. Usually the features divided by the number of heads.",
  },
  valueDim: {
    kind: "int",
    default: null,
    nullable: true,
    min: 1,
    max: 65536,
    group: "advanced",
    label: "Value size",
    help: "Size of the value in each head. Empty: the key size. Keras on JAX takes another one only with dropout or returned scores.",
  },
  dropout: attentionDropoutParam,
  useBias: { ...useBiasParam, help: "Adds a learned constant in each of the four projections." },
  outputShape: {
    kind: "intList",
    default: [],
    min: 1,
    maxLength: 1,
    group: "advanced",
    label: "Output features",
    help: "Features of the output. Empty: as many as the query has, so that the two can be added.",
  },
  attentionAxes: {
    kind: "intList",
    default: [],
    min: 1,
    max: 3,
    maxLength: 3,
    group: "advanced",
    label: "Attention axes",
    help: "Axes of the query over which to attend, counted from 1 behind the batch. Empty: all but the features.",
  },
  useCausalMask: useCausalMaskParam,
  slidingWindow: {
    kind: "int",
    default: null,
    nullable: true,
    min: 1,
    group: "advanced",
    label: "Sliding window",
    help: "Each step attends only to steps less than this many away. Empty: to all.",
  },
  useGate: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Use gate",
    help: "Multiplies what the heads found by a sigmoid of one more projection of the query.",
  },
  returnAttentionScores: returnAttentionScoresParam,
  kernelInitializer: kernelInitializerParam({ tfjsInitial: "glorotUniform" }),
  biasInitializer: biasInitializerParam,
  ...kernelOptions,
  seed: attentionSeedParam,
  trainable: trainableParam,
} as const;

const ports = ["query", "value", "key", "attention mask"] as const;

/** Indices of the axes attended to. */
function attendedAxes(chosen: readonly number[], shape: Shape): readonly number[] {
  if (chosen.length === 0) return shape.axes.slice(0, -1).map((_axis, index) => index);
  return chosen.map((entry) => entry - 1);
}

export const multiHeadAttention = defineLayer({
  type: "multiHeadAttention",
  title: "MultiHeadAttention",
  category: "attention",
  summary: "Attends several times side by side, each time to other learned features.",
  about:
    "The heart of transformers. Query, key and value are projected for each head, every step of the query takes the mean of the values weighted by how well query and key fit, and a last projection mixes the heads. Wire the same tensor to query and value for self-attention; for translation the decoder is the query and the encoder the value. It does not see the order of steps: add positions in front. Masks of padded steps are heeded, an attention mask (1: may attend, 0: may not) is a fourth input.",
  formula: "head = softmax(Q · Kᵀ / √keyDim) · V, output = concat(heads) · W",
  sources: [
    {
      title: "Keras: MultiHeadAttention layer",
      url: "https://keras.io/api/layers/attention_layers/multi_head_attention/",
    },
    {
      title: "Vaswani et al. 2017, Attention is all you need",
      url: "https://arxiv.org/abs/1706.03762",
    },
  ],
  keywords: ["transformer", "self-attention", "mha", "causal", "cross-attention", "heads"],
  inputs: { min: 2, max: 4 },
  outputs: 1,
  inputPorts: () => ports,
  outputPorts: ({ returnAttentionScores }) =>
    returnAttentionScores ? ["output", "scores"] : ["output"],
  params: specs,
  caption: ({ numHeads, keyDim, useCausalMask }) => [
    `${numHeads} × ${keyDim}`,
    ...(useCausalMask ? ["causal"] : []),
  ],
  masking: maskByQuery,
  inferShape(params, inputs) {
    const checked = checkSequences(inputs, { min: 2, max: 4 });
    if (!checked.ok) return checked;
    const { query, value, key, mask } = nameInputs(inputs);
    const keys = checkKey({ value, key });
    if (!keys.ok) return keys;
    const steps = query.axes.length - 1;
    const { attentionAxes } = params;
    if (
      new Set(attentionAxes).size < attentionAxes.length ||
      attentionAxes.some((entry) => entry > steps)
    )
      return parameterIssue(
        "attentionAxes",
        `'s attention axes must each be 1 to ${steps}, none twice`,
        [
          {
            kind: "setParam",
            param: "attentionAxes",
            value: [],
            title: "Attend over all axes",
          },
        ],
      );
    const attended = attendedAxes(attentionAxes, query);
    const apart = query.axes
      .slice(0, -1)
      .findIndex(
        ({ size }, index) =>
          !attended.includes(index) && !fits(size, value.axes[index]?.size ?? null),
      );
    if (apart >= 0)
      return err({
        code: "merge",
        needs: `the same ${query.axes[apart]?.name ?? "size"} in query and value, because it is no attention axis`,
        input: 1,
      });
    if (steps > 1)
      for (const param of ["useCausalMask", "slidingWindow"] as const)
        if (params[param] === true || typeof params[param] === "number")
          return parameterIssue(
            param,
            "'s mask of steps must be off where there are two axes of them",
            [
              {
                kind: "setParam",
                param,
                value: specs[param].default,
                title: "Switch it off",
              },
            ],
          );
    if (mask !== undefined) {
      const wanted = [query.axes[0]?.size ?? null, value.axes[0]?.size ?? null];
      const isRight =
        steps === 1 &&
        mask.axes.length === 2 &&
        mask.axes.every(({ size }, index) => fits(size, wanted[index] ?? null));
      if (!isRight)
        return err({
          code: "merge",
          needs: `an attention mask of ${wanted.map((size) => size ?? "?").join(" × ")}, steps of the query × steps of the value`,
          input: 3,
        });
    }
    const [features = query.axes.at(-1)?.size ?? null] = params.outputShape;
    return ok(shapeOf([...query.axes.slice(0, -1), axis("features", features)]));
  },
  inferMoreShapes({ returnAttentionScores, attentionAxes, numHeads }, inputs) {
    if (!returnAttentionScores) return [];
    const { query, key } = nameInputs(inputs);
    const attended = attendedAxes(attentionAxes, query);
    const others = query.axes.slice(0, -1).filter((_axis, index) => !attended.includes(index));
    const pick = (shape: Shape) => attended.flatMap((index) => shape.axes[index] ?? []);
    return [shapeOf([...others, axis("heads", numHeads), ...scoreAxes(pick(query), pick(key))])];
  },
  weights(params, inputs) {
    const { numHeads, keyDim, useGate, useBias, trainable } = params;
    const valueDim = params.valueDim ?? keyDim;
    const [query = 1, value = 1, key = value] = inputs.map((shape) =>
      knownSize(shape.axes.at(-1)?.size),
    );
    const [features = query] = params.outputShape;
    const part = (name: string, from: readonly number[], to: readonly number[]) => [
      weight(`${name}/kernel`, [...from, ...to], trainable),
      ...(useBias ? [weight(`${name}/bias`, to, trainable)] : []),
    ];
    return [
      ...part("query", [query], [numHeads, keyDim]),
      // The fourth input is a mask.
      ...part("key", [inputs.length > 2 ? key : value], [numHeads, keyDim]),
      ...(useGate ? part("gate", [query], [numHeads, valueDim]) : []),
      ...part("value", [value], [numHeads, valueDim]),
      ...part("attention_output", [numHeads, valueDim], [features]),
    ];
  },
  multiplyAdds(params, inputs, output) {
    const { numHeads, keyDim, useGate, attentionAxes } = params;
    const valueDim = params.valueDim ?? keyDim;
    const { query, value, key } = nameInputs(inputs);
    const count = (shape: Shape) => multiplySizes(shape.axes.slice(0, -1).map(({ size }) => size));
    const size = (shape: Shape) => shape.axes.at(-1)?.size ?? null;
    const attended = attendedAxes(attentionAxes, query);
    const seen = multiplySizes(attended.map((index) => value.axes[index]?.size ?? null));
    const parts = [
      multiplySizes([count(query), size(query), numHeads * (keyDim + (useGate ? valueDim : 0))]),
      multiplySizes([count(key), size(key), numHeads * keyDim]),
      multiplySizes([count(value), size(value), numHeads * valueDim]),
      multiplySizes([count(query), seen, numHeads * (keyDim + valueDim)]),
      multiplySizes([count(query), numHeads * valueDim, size(output)]),
    ];
    return parts.reduce<number | null>(
      (sum, part) => (sum === null || part === null ? null : sum + part),
      0,
    );
  },
  lower(params, inputs) {
    const omit = (["outputShape", "attentionAxes"] as const).filter(
      (name) => params[name].length === 0,
    );
    const call = lowerParams({
      className: "MultiHeadAttention",
      tfjsFactory: "multiHeadAttention",
      specs,
      params,
      omit,
    });
    const pythonArguments = [null, "value", "key", "attention_mask"].slice(0, inputs.length);
    return {
      ...lowerMasks(giveOnCall(call), inputs, [0, 1, 2]),
      pythonArguments,
      // Keras makes the projections when it builds the layer, and doesn't tell them.
      ...(params.trainable ? {} : { pythonFreezes: true }),
    };
  },
  examples: [
    {
      params: { numHeads: 2, keyDim: 3 },
      inputs: [
        [4, 5],
        [4, 5],
      ],
      output: [4, 5],
      weightCount: 143,
    },
    {
      params: {
        numHeads: 3,
        keyDim: 2,
        valueDim: 4,
        useBias: false,
        dropout: 0.2,
        useCausalMask: true,
      },
      inputs: [
        [4, 5],
        [6, 3],
        [6, 2],
      ],
      output: [4, 5],
      weightCount: 138,
    },
    {
      params: { numHeads: 2, keyDim: 2, outputShape: [7], returnAttentionScores: true },
      inputs: [
        [5, 3],
        [5, 3],
        [5, 3],
        [5, 5],
      ],
      output: [5, 7],
      moreOutputs: [[2, 5, 5]],
      weightCount: 83,
    },
    {
      params: { numHeads: 2, keyDim: 2, useGate: true, slidingWindow: 2 },
      inputs: [
        [6, 4],
        [6, 4],
      ],
      output: [6, 4],
      weightCount: 100,
    },
    {
      params: { numHeads: 2, keyDim: 2, attentionAxes: [2], kernelRegularizer: { name: "l2" } },
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      output: [2, 3, 4],
      weightCount: 80,
    },
    {
      params: {
        numHeads: 1,
        keyDim: 3,
        useBias: false,
        dropout: 0.1,
        kernelInitializer: { name: "heNormal" },
      },
      inputs: [
        [2, 3, 4],
        [3, 2, 4],
      ],
      output: [2, 3, 4],
      weightCount: 48,
    },
    {
      params: {
        numHeads: 2,
        keyDim: 3,
        ...setWeightOptions("kernel", "bias"),
        activityRegularizer: { name: "l2", l2: 0.01 },
        dropout: 0.1,
        seed: 4,
        trainable: false,
      },
      inputs: [
        [4, 5],
        [4, 5],
      ],
      output: [4, 5],
      weightCount: 143,
    },
  ],
});
