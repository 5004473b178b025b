import { defineLayer } from "../defineLayer.ts";
import { lowerLoop } from "./lowerLoop.ts";
import {
  captionRecurrent,
  cellTail,
  countRecurrentMultiplyAdds,
  gatedCellParams,
  inferRecurrent,
  inferStates,
  loopParams,
  maskLoop,
  nameInputPorts,
  nameStatePorts,
  recurrentWeights,
  unitForgetBiasParam,
} from "./recurrent.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  ...gatedCellParams,
  unitForgetBias: unitForgetBiasParam,
  ...cellTail,
  ...loopParams,
} as const;
const states = ["h", "c"];

export const lstm = defineLayer({
  type: "lstm",
  title: "LSTM",
  category: "recurrent",
  summary: "Recurrent layer with a memory cell that gates write, keep and read.",
  about:
    "Input, forget and output gates decide at every step what enters the cell, what stays and what comes out, so it learns over hundreds of steps. The usual choice for sequences and time series. To stack several, switch on return sequences in all but the last. An encoder gives its states on with return state; wire them to initial h and initial c of the decoder. Weights: 4 × units × (features + units + 1).",
  formula:
    "i, f, o = gate(x · W + h · U + b); c = f · c + i · activation(x · W + h · U + b); h = o · activation(c), each with its own part of W, U and b",
  sources: [
    { title: "Keras: LSTM layer", url: "https://keras.io/api/layers/recurrent_layers/lstm/" },
    {
      title: "Hochreiter and Schmidhuber 1997: Long short-term memory",
      url: "https://www.bioinf.jku.at/publications/older/2604.pdf",
    },
  ],
  keywords: [
    "recurrent",
    "rnn",
    "long short-term memory",
    "sequence",
    "time series",
    "gate",
    "encoder",
    "decoder",
  ],
  inputs: { min: 1, max: 3 },
  inputPorts: () => nameInputPorts(states),
  outputs: 1,
  outputPorts: ({ returnState }) => ["output", ...(returnState ? nameStatePorts(states) : [])],
  params: specs,
  caption: captionRecurrent,
  masking: maskLoop,
  inferShape: (params, inputs) => inferRecurrent(params, inputs, states),
  inferMoreShapes: (params) => inferStates(params, states),
  weights: (params, inputs) => recurrentWeights(params, inputs, 4),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 4),
  lower: (params, inputs) =>
    lowerLoop({
      className: "LSTM",
      tfjsFactory: "lstm",
      cellFactory: "lstmCell",
      isOwnCell: false,
      specs,
      params,
      inputs,
    }),
  examples: [
    { params: { units: 4 }, inputs: [[5, 3]], output: [4], weightCount: 128 },
    {
      params: { units: 3, returnSequences: true, unitForgetBias: false },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 72,
    },
    {
      params: { units: 2, goBackwards: true, returnSequences: true, useBias: false },
      inputs: [[4, 2]],
      output: [4, 2],
      weightCount: 32,
    },
    {
      params: { units: 1, activation: "relu", recurrentActivation: "tanh" },
      inputs: [[3, 1]],
      output: [1],
      weightCount: 12,
    },
    {
      params: { units: 2, recurrentActivation: "hardSigmoid", activation: "softsign" },
      inputs: [[4, 3]],
      output: [2],
      weightCount: 48,
    },
    {
      params: { units: 3, returnState: true },
      inputs: [[4, 2]],
      output: [3],
      moreOutputs: [[3], [3]],
      weightCount: 72,
    },
    {
      params: { units: 2, returnSequences: true, returnState: true },
      inputs: [[4, 3], [2], [2]],
      output: [4, 2],
      moreOutputs: [[2], [2]],
      weightCount: 48,
    },
    {
      params: { units: 2, goBackwards: true, dropout: 0.2, unitForgetBias: false },
      inputs: [[3, 2], [2], [2]],
      output: [2],
      weightCount: 40,
    },
    {
      params: { units: 2, stateful: true },
      inputs: [[3, 2]],
      batch: 2,
      output: [2],
      weightCount: 40,
    },
    {
      params: {
        units: 2,
        returnSequences: true,
        dropout: 0.25,
        recurrentDropout: 0.1,
        seed: 7,
        kernelRegularizer: { name: "l2", l2: 0.001 },
        activityRegularizer: { name: "l2", l2: 0.01 },
        recurrentConstraint: { name: "maxNorm", maxValue: 3, axis: 0 },
        trainable: false,
      },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 48,
    },
    {
      params: {
        units: 4,
        ...setWeightOptions("kernel", "recurrent", "bias"),
        seed: 3,
        unroll: true,
        trainable: false,
      },
      inputs: [[5, 3]],
      output: [4],
      weightCount: 128,
    },
  ],
});
