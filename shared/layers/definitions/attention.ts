/** Attention (Luong) and AdditiveAttention (Bahdanau): no projections of their own. */
import { err, ok, type Result } from "../../base/result.ts";
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
import { knownSize, multiplySizes, weight } from "../axes.ts";
import { trainableParam } from "../commonParams.ts";
import { defineLayer, type ShapeIssue } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { axis, type Shape, shapeOf } from "../shape.ts";

const ports = ["query", "value", "key"] as const;

const commonSpecs = {
  dropout: attentionDropoutParam,
  seed: attentionSeedParam,
  useCausalMask: useCausalMaskParam,
  returnAttentionScores: returnAttentionScoresParam,
  trainable: trainableParam,
} as const;

interface CommonParams {
  readonly useCausalMask: boolean;
  readonly returnAttentionScores: boolean;
}

function inferOutput(inputs: readonly Shape[]): Result<Shape, ShapeIssue> {
  const checked = checkSequences(inputs, { min: 2, max: 2 });
  if (!checked.ok) return checked;
  const { query, value, key } = nameInputs(inputs);
  const keys = checkKey({ value, key });
  if (!keys.ok) return keys;
  const wanted = query.axes.at(-1)?.size ?? null;
  if (!fits(wanted, key.axes.at(-1)?.size ?? null)) {
    const input = inputs.length > 2 ? 2 : 1;
    return err({
      code: "merge",
      needs: `as many features in the ${ports[input]} as in the query (${wanted})`,
      input,
      hints: [{ kind: "insert", type: "dense", params: { units: wanted }, input }],
    });
  }
  const features = axis("features", value.axes.at(-1)?.size ?? null);
  return ok(shapeOf([...query.axes.slice(0, -1), features]));
}

function inferScores(params: CommonParams, inputs: readonly Shape[]): readonly Shape[] {
  if (!params.returnAttentionScores) return [];
  const { query, value } = nameInputs(inputs);
  return [shapeOf(scoreAxes(query.axes.slice(0, -1), value.axes.slice(0, -1)))];
}

/** Scores over the features, and the mixture of the values. */
function countProducts(inputs: readonly Shape[], perScore: number): number | null {
  const { query, value } = nameInputs(inputs);
  const [steps = null, features = null] = query.axes.map(({ size }) => size);
  const [attended = null, width = null] = value.axes.map(({ size }) => size);
  const scores = multiplySizes([steps, attended, features]);
  const mixture = multiplySizes([steps, attended, width]);
  return scores === null || mixture === null ? null : scores * perScore + mixture;
}

const captionCommon = ({ useCausalMask }: CommonParams) => (useCausalMask ? ["causal"] : []);
const namePorts = ({ returnAttentionScores }: CommonParams) =>
  returnAttentionScores ? ["output", "scores"] : ["output"];

const attentionSpecs = {
  useScale: {
    kind: "bool",
    default: false,
    label: "Use scale",
    help: "Multiplies the scores by one learned number.",
  },
  scoreMode: {
    kind: "enum",
    options: ["dot", "concat"],
    default: "dot",
    label: "Score mode",
    help: "Dot takes the scalar product of query and key, concat the sum of the hyperbolic tangent of both added.",
  },
  ...commonSpecs,
} as const;

export const attention = defineLayer({
  type: "attention",
  title: "Attention",
  category: "attention",
  summary: "Gives each step of the query the values whose keys are most like it.",
  about:
    "Scores tell how much each step of the query has to do with each step of the key; the output is the values' mean, weighted by the softmax of the scores. In an encoder–decoder the decoder's states are the query and the encoder's the value. Learns nothing itself, unless scaled: MultiHeadAttention has projections of its own. The same wire may be query and value: self-attention.",
  formula: "output = softmax(query · keyᵀ) · value",
  sources: [
    {
      title: "Keras: Attention layer",
      url: "https://keras.io/api/layers/attention_layers/attention/",
    },
    {
      title:
        "Luong et al. 2015, Effective approaches to attention-based neural machine translation",
      url: "https://arxiv.org/abs/1508.04025",
    },
  ],
  keywords: ["luong", "dot product", "seq2seq", "self-attention", "encoder decoder"],
  inputs: { min: 2, max: 3 },
  outputs: 1,
  inputPorts: () => ports,
  outputPorts: namePorts,
  params: attentionSpecs,
  caption: (params) => [
    ...(params.scoreMode === "dot" ? [] : [params.scoreMode]),
    ...(params.useScale ? ["scaled"] : []),
    ...captionCommon(params),
  ],
  masking: maskByQuery,
  inferShape: (_params, inputs) => inferOutput(inputs),
  inferMoreShapes: inferScores,
  weights: ({ useScale, scoreMode, trainable }) => [
    ...(useScale ? [weight("scale", [], trainable)] : []),
    ...(scoreMode === "concat" ? [weight("concat_score_weight", [], trainable)] : []),
  ],
  multiplyAdds: ({ scoreMode }, inputs) => countProducts(inputs, scoreMode === "dot" ? 1 : 0),
  lower(params, inputs) {
    const call = lowerParams({
      className: "Attention",
      tfjsFactory: "attention",
      specs: attentionSpecs,
      params,
    });
    // Keras does not look at the key's mask.
    return lowerMasks(giveOnCall(call), inputs, [0, 1]);
  },
  examples: [
    {
      params: {},
      inputs: [
        [4, 3],
        [5, 3],
      ],
      output: [4, 3],
      weightCount: 0,
    },
    {
      params: { useScale: true, dropout: 0.2, seed: 3, trainable: false },
      inputs: [
        [4, 3],
        [5, 3],
      ],
      output: [4, 3],
      weightCount: 1,
    },
    {
      params: { useScale: true, useCausalMask: true },
      inputs: [
        [4, 3],
        [4, 2],
        [4, 3],
      ],
      output: [4, 2],
      weightCount: 1,
    },
    {
      params: { scoreMode: "concat", useScale: true, dropout: 0.2 },
      inputs: [
        [3, 2],
        [null, 2],
      ],
      output: [3, 2],
      weightCount: 2,
    },
    {
      params: { returnAttentionScores: true },
      inputs: [
        [4, 3],
        [5, 3],
      ],
      output: [4, 3],
      moreOutputs: [[4, 5]],
      weightCount: 0,
    },
  ],
});

const additiveSpecs = {
  useScale: {
    kind: "bool",
    default: true,
    label: "Use scale",
    help: "Weights the features in the sum by learned numbers.",
  },
  ...commonSpecs,
} as const;

export const additiveAttention = defineLayer({
  type: "additiveAttention",
  title: "AdditiveAttention",
  category: "attention",
  summary: "Attention whose scores come from the sum of query and key.",
  about:
    "The attention of the first translating encoder–decoders, usually with a Dense in front of query and key. Compared with Attention it costs more memory (all pairs of steps times features) and weights each feature of the sum by a learned number.",
  formula: "scores = Σ scale · tanh(query + key), output = softmax(scores) · value",
  sources: [
    {
      title: "Keras: AdditiveAttention layer",
      url: "https://keras.io/api/layers/attention_layers/additive_attention/",
    },
    {
      title:
        "Bahdanau et al. 2015, Neural machine translation by jointly learning to align and translate",
      url: "https://arxiv.org/abs/1409.0473",
    },
  ],
  keywords: ["bahdanau", "seq2seq", "alignment", "encoder decoder"],
  inputs: { min: 2, max: 3 },
  outputs: 1,
  inputPorts: () => ports,
  outputPorts: namePorts,
  params: additiveSpecs,
  caption: captionCommon,
  masking: maskByQuery,
  inferShape: (_params, inputs) => inferOutput(inputs),
  inferMoreShapes: inferScores,
  weights({ useScale, trainable }, inputs) {
    const size = knownSize(nameInputs(inputs).query.axes.at(-1)?.size);
    return useScale ? [weight("scale", [size], trainable)] : [];
  },
  multiplyAdds: ({ useScale }, inputs) => countProducts(inputs, useScale ? 1 : 0),
  lower(params, inputs) {
    const call = lowerParams({
      className: "AdditiveAttention",
      tfjsFactory: "attention",
      specs: additiveSpecs,
      params,
      extra: [{ tfjsName: "scoreMode", pythonName: null, value: "additive" }],
    });
    const options = call.options.map((option) =>
      // Our class serves both layers and has the other one's default.
      option.tfjsName === "useScale" ? { ...option, tfjsDefault: false } : option,
    );
    return lowerMasks(giveOnCall({ ...call, options }), inputs, [0, 1]);
  },
  examples: [
    {
      params: {},
      inputs: [
        [4, 3],
        [5, 3],
      ],
      output: [4, 3],
      weightCount: 3,
    },
    {
      params: { dropout: 0.2, seed: 3, trainable: false },
      inputs: [
        [4, 3],
        [5, 3],
      ],
      output: [4, 3],
      weightCount: 3,
    },
    {
      params: { useScale: false, useCausalMask: true },
      inputs: [
        [4, 3],
        [4, 2],
        [4, 3],
      ],
      output: [4, 2],
      weightCount: 0,
    },
    {
      params: { returnAttentionScores: true, dropout: 0.1 },
      inputs: [
        [null, 2],
        [5, 2],
      ],
      output: [null, 2],
      moreOutputs: [[null, 5]],
      weightCount: 2,
    },
  ],
});
