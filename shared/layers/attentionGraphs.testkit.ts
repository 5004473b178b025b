/** What people build with attention, and every way in which masks meet. */
import { type GraphInput, type GraphLink, graphOf, type TestGraph } from "./graph.testkit.ts";
import type { StoredParams } from "./params.ts";

/** `name: [type, params, sources]`; the inputs are `x0`, `x1`. */
type GraphLines = Readonly<
  Record<string, readonly [type: string, params: StoredParams, sources: readonly string[]]>
>;

/** The last line gives the output. */
function readGraph(
  title: string,
  inputs: readonly Omit<GraphInput, "name">[],
  lines: GraphLines,
): TestGraph {
  const links = Object.entries(lines).map(([name, line]): GraphLink => [name, ...line]);
  const named = inputs.map((input, index) => ({ ...input, name: `x${index}` }));
  return graphOf(title, named, links, [links.at(-1)?.[0] ?? ""]);
}

const words = (length: number) => ({ sizes: [length], dtype: "int32" as const });
const embedding = { inputDim: 4, outputDim: 6 };
const masked = { ...embedding, maskZero: true };

const encoder: GraphLines = {
  words: ["embedding", masked, ["x0"]],
  placed: ["positionEmbedding", { sequenceLength: 9 }, ["words"]],
  attended: ["multiHeadAttention", { numHeads: 2, keyDim: 3 }, ["placed", "placed"]],
  skip: ["add", {}, ["placed", "attended"]],
  normal: ["layerNormalization", {}, ["skip"]],
  wide: ["dense", { units: 8, activation: "gelu" }, ["normal"]],
  narrow: ["dense", { units: 6 }, ["wide"]],
  skip2: ["add", {}, ["normal", "narrow"]],
  normal2: ["layerNormalization", {}, ["skip2"]],
};

const recurrent = { units: 6, returnSequences: true };
const seq2seq = (attention: string): GraphLines => ({
  source: ["embedding", masked, ["x0"]],
  encoded: ["lstm", recurrent, ["source"]],
  target: ["embedding", masked, ["x1"]],
  decoded: ["lstm", recurrent, ["target"]],
  context: [attention, {}, ["decoded", "encoded"]],
  both: ["concatenate", {}, ["decoded", "context"]],
  scores: ["dense", { units: 4, activation: "softmax" }, ["both"]],
  last: ["lstm", { units: 2 }, ["scores"]],
});

const merges = (["add", "subtract", "multiply", "average", "maximum", "minimum"] as const).map(
  (merge) =>
    readGraph(`${merge} of two masked sequences`, [words(5), words(5)], {
      left: ["embedding", masked, ["x0"]],
      right: ["embedding", masked, ["x1"]],
      merged: [merge, {}, ["left", "right"]],
      last: ["lstm", { units: 3 }, ["merged"]],
    }),
);

export const attentionGraphs: readonly TestGraph[] = [
  readGraph("a transformer encoder's classifier with padding", [words(7)], {
    ...encoder,
    last: ["lstm", { units: 3 }, ["normal2"]],
  }),
  readGraph("a causal transformer", [words(5)], {
    words: ["embedding", embedding, ["x0"]],
    placed: ["sinusoidalPositions", {}, ["words"]],
    attended: [
      "multiHeadAttention",
      { numHeads: 2, keyDim: 3, useCausalMask: true },
      ["placed", "placed"],
    ],
    skip: ["add", {}, ["placed", "attended"]],
    normal: ["layerNormalization", { center: false }, ["skip"]],
    scores: ["dense", { units: 4, activation: "softmax" }, ["normal"]],
  }),
  readGraph("a transformer's decoder with its encoder", [words(6), words(4)], {
    source: ["embedding", masked, ["x0"]],
    target: ["embedding", masked, ["x1"]],
    own: ["multiHeadAttention", { numHeads: 2, keyDim: 2 }, ["target", "target"]],
    crossed: ["multiHeadAttention", { numHeads: 1, keyDim: 4 }, ["own", "source", "source"]],
    last: ["lstm", { units: 2 }, ["crossed"]],
  }),
  readGraph("seq2seq with Attention", [words(6), words(4)], seq2seq("attention")),
  readGraph("seq2seq with AdditiveAttention", [words(6), words(4)], seq2seq("additiveAttention")),
  readGraph("only the value is masked", [words(6), { sizes: [4, 6] }], {
    source: ["embedding", masked, ["x0"]],
    context: [
      "attention",
      { returnAttentionScores: true, useScale: true },
      ["x1", "source", "source"],
    ],
    pooled: ["flatten", {}, ["context"]],
  }),
  ...merges,
  readGraph("masked features side by side", [words(5), words(5)], {
    left: ["embedding", masked, ["x0"]],
    right: ["embedding", masked, ["x1"]],
    merged: ["concatenate", {}, ["left", "right"]],
    last: ["lstm", { units: 3 }, ["merged"]],
  }),
  readGraph("a masked sequence behind another", [words(5), { sizes: [3, 6] }], {
    left: ["embedding", masked, ["x0"]],
    merged: ["concatenate", { axis: 1 }, ["left", "x1"]],
    last: ["lstm", { units: 3 }, ["merged"]],
  }),
  readGraph("a sum with an unmasked sequence", [words(5), { sizes: [5, 6] }], {
    left: ["embedding", masked, ["x0"]],
    merged: ["add", {}, ["left", "x1"]],
    last: ["lstm", { units: 3 }, ["merged"]],
  }),
  readGraph("the same tensor twice", [{ sizes: [5] }], {
    doubled: ["add", {}, ["x0", "x0"]],
    squared: ["multiply", {}, ["doubled", "doubled"]],
    joined: ["concatenate", {}, ["squared", "squared", "x0"]],
    hidden: ["dense", { units: 4, activation: "hardSilu" }, ["joined"]],
  }),
];
