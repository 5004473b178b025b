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
  resetAfterParam,
} from "./recurrent.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = {
  ...gatedCellParams,
  ...cellTail,
  ...loopParams,
  resetAfter: resetAfterParam,
} as const;
const states = ["h"];

/** tfjs's GRU throws for `resetAfter: true`, which is Keras's default: that one runs a cell of our own. */
export const gru = defineLayer({
  type: "gru",
  title: "GRU",
  category: "recurrent",
  summary: "Recurrent layer with two gates: lighter than LSTM and often as good.",
  about:
    "An update gate decides how much of the state is kept, a reset gate how much of it is used for what replaces the rest. Fewer weights than LSTM and quicker to train. Weights: 3 × units × (features + units + 2); with reset after off 3 × units × (features + units + 1).",
  formula:
    "z, r = gate(x · W + b + h · U + b'); h = z · h + (1 − z) · activation(x · W + b + r · (h · U + b'))",
  sources: [
    { title: "Keras: GRU layer", url: "https://keras.io/api/layers/recurrent_layers/gru/" },
    {
      title: "Cho et al. 2014: Learning phrase representations using RNN encoder–decoder",
      url: "https://arxiv.org/abs/1406.1078",
    },
  ],
  keywords: ["recurrent", "rnn", "gated recurrent unit", "sequence", "time series", "gate"],
  inputs: { min: 1, max: 2 },
  inputPorts: () => nameInputPorts(states),
  outputs: 1,
  outputPorts: ({ returnState }) => ["output", ...(returnState ? nameStatePorts(states) : [])],
  params: specs,
  caption: captionRecurrent,
  masking: maskLoop,
  inferShape: (params, inputs) => inferRecurrent(params, inputs, states),
  inferMoreShapes: (params) => inferStates(params, states),
  weights: (params, inputs) => recurrentWeights(params, inputs, 3),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 3),
  lower: (params, inputs) =>
    lowerLoop({
      className: "GRU",
      tfjsFactory: "gru",
      cellFactory: params.resetAfter ? "resetAfterGruCell" : "gruCell",
      isOwnCell: params.resetAfter,
      specs,
      params,
      inputs,
    }),
  examples: [
    { params: { units: 4 }, inputs: [[5, 3]], output: [4], weightCount: 108 },
    {
      params: { units: 4, resetAfter: false },
      inputs: [[5, 3]],
      output: [4],
      weightCount: 96,
    },
    {
      params: { units: 3, returnSequences: true, recurrentActivation: "tanh" },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 63,
    },
    {
      params: { units: 2, recurrentActivation: "hardSigmoid" },
      inputs: [[4, 3]],
      output: [2],
      weightCount: 42,
    },
    {
      params: { units: 2, goBackwards: true, useBias: false, activation: "relu" },
      inputs: [[4, 2]],
      output: [2],
      weightCount: 24,
    },
    {
      params: { units: 2, goBackwards: true, returnSequences: true, resetAfter: false },
      inputs: [[4, 2]],
      output: [4, 2],
      weightCount: 30,
    },
    {
      params: { units: 2, returnSequences: true, returnState: true },
      inputs: [[4, 3], [2]],
      output: [4, 2],
      moreOutputs: [[2]],
      weightCount: 42,
    },
    {
      params: { units: 2, resetAfter: false, returnState: true },
      inputs: [[3, 2], [2]],
      output: [2],
      moreOutputs: [[2]],
      weightCount: 30,
    },
    {
      params: { units: 2, stateful: true },
      inputs: [[3, 2]],
      batch: 2,
      output: [2],
      weightCount: 36,
    },
    {
      params: {
        units: 2,
        returnSequences: true,
        dropout: 0.25,
        recurrentDropout: 0.1,
        seed: 7,
        kernelRegularizer: { name: "l2", l2: 0.001 },
        activityRegularizer: { name: "l1", l1: 0.01 },
        biasConstraint: { name: "maxNorm", maxValue: 1, axis: 0 },
        trainable: false,
      },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 42,
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
      weightCount: 108,
    },
  ],
});
