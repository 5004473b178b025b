/** Graphs in which masks and states go from layer to layer. */
import { graphOf, type GraphInput, type TestGraph } from "./graph.testkit.ts";

const words: GraphInput = { name: "words", sizes: [6], dtype: "int32" };
const series: GraphInput = { name: "series", sizes: [5, 3] };
const embedding = { inputDim: 4, outputDim: 3, maskZero: true };

export const recurrentGraphs: readonly TestGraph[] = [
  graphOf(
    "a mask through Dropout, Dense and both directions",
    [words],
    [
      ["embedded", "embedding", embedding, ["words"]],
      ["dropped", "dropout", { rate: 0.2 }, ["embedded"]],
      ["mixed", "dense", { units: 3, activation: "tanh" }, ["dropped"]],
      [
        "both",
        "bidirectional",
        { layer: { type: "lstm", params: { units: 2, returnSequences: true } } },
        ["mixed"],
      ],
      ["last", "gru", { units: 3 }, ["both"]],
    ],
    ["last"],
  ),
  graphOf(
    "a mask over stacked cells, read backwards",
    [words],
    [
      ["embedded", "embedding", embedding, ["words"]],
      [
        "stack",
        "rnn",
        {
          cells: [
            { type: "lstmCell", params: { units: 3 } },
            { type: "gruCell", params: { units: 2 } },
          ],
          returnSequences: true,
          goBackwards: true,
        },
        ["embedded"],
      ],
      ["last", "simpleRnn", { units: 2 }, ["stack"]],
    ],
    ["last", "stack"],
  ),
  graphOf(
    "zeros for masked steps",
    [words],
    [
      ["embedded", "embedding", embedding, ["words"]],
      [
        "zeroed",
        "rnn",
        {
          cells: [{ type: "gruCell", params: { units: 2 } }],
          returnSequences: true,
          returnState: true,
          zeroOutputForMask: true,
        },
        ["embedded"],
      ],
      ["sum", "globalAveragePooling1d", {}, ["zeroed"]],
    ],
    ["sum", "zeroed", "zeroed:1"],
  ),
  graphOf(
    "Masking behind a trained layer, through TimeDistributed",
    [series],
    [
      ["gate", "dense", { units: 3, activation: "relu" }, ["series"]],
      ["masked", "masking", {}, ["gate"]],
      [
        "step",
        "timeDistributed",
        { layer: { type: "dense", params: { units: 2, activation: "tanh" } } },
        ["masked"],
      ],
      ["last", "gru", { units: 2, resetAfter: false }, ["step"]],
    ],
    ["last"],
  ),
  graphOf(
    "a mask that must not reach an unmasked branch",
    [words, { ...series, sizes: [6, 3] }],
    [
      ["embedded", "embedding", embedding, ["words"]],
      ["read", "lstm", { units: 2 }, ["embedded"]],
      ["plain", "lstm", { units: 2 }, ["series"]],
      ["joined", "concatenate", {}, ["read", "plain"]],
    ],
    ["joined"],
  ),
  graphOf(
    "encoder and decoder of two layers",
    [
      { name: "source", sizes: [5, 3] },
      { name: "target", sizes: [4, 2] },
    ],
    [
      ["low", "lstm", { units: 3, returnSequences: true, returnState: true }, ["source"]],
      ["high", "lstm", { units: 2, returnState: true }, ["low"]],
      ["decode", "lstm", { units: 3, returnSequences: true }, ["target", "low:1", "low:2"]],
      [
        "decode2",
        "lstm",
        { units: 2, returnSequences: true, returnState: true },
        ["decode", "high:1", "high:2"],
      ],
      // It has no first state of its own, and must not get the decoder's.
      ["after", "lstm", { units: 2, returnSequences: true }, ["decode2"]],
      ["answer", "timeDistributed", { layer: { type: "dense", params: { units: 2 } } }, ["after"]],
    ],
    ["answer", "decode2:2"],
  ),
  graphOf(
    "both directions' states start a decoder, words masked",
    [words, { name: "said", sizes: [3], dtype: "int32" }],
    [
      ["embedded", "embedding", embedding, ["words"]],
      [
        "encoder",
        "bidirectional",
        {
          layer: { type: "gru", params: { units: 2, returnSequences: true, returnState: true } },
          mergeMode: null,
        },
        ["embedded"],
      ],
      ["state", "concatenate", {}, ["encoder:2", "encoder:3"]],
      ["spoken", "embedding", { inputDim: 4, outputDim: 2 }, ["said"]],
      ["decoder", "gru", { units: 4, returnSequences: true }, ["spoken", "state"]],
      ["answer", "dense", { units: 3, activation: "softmax" }, ["decoder"]],
    ],
    ["answer"],
  ),
  graphOf(
    "images step by step, then an LSTM",
    [{ name: "film", sizes: [3, 6, 6, 1] }],
    [
      [
        "maps",
        "timeDistributed",
        { layer: { type: "conv2d", params: { filters: 2, activation: "tanh" } } },
        ["film"],
      ],
      ["rows", "timeDistributed", { layer: { type: "flatten", params: {} } }, ["maps"]],
      ["last", "lstm", { units: 3 }, ["rows"]],
    ],
    ["last"],
  ),
  graphOf(
    "ConvLSTM2D encoder and forecaster",
    [
      { name: "film", sizes: [2, 4, 4, 1] },
      { name: "next", sizes: [2, 4, 4, 1] },
    ],
    [
      ["encoder", "convLstm2d", { filters: 2, padding: "same", returnState: true }, ["film"]],
      [
        "forecast",
        "convLstm2d",
        { filters: 2, padding: "same", returnSequences: true },
        ["next", "encoder:1", "encoder:2"],
      ],
    ],
    ["forecast"],
  ),
];
