import { activationParam } from "../commonParams.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import {
  captionRecurrent,
  countRecurrentMultiplyAdds,
  inferRecurrent,
  recurrentInitializerParam,
  recurrentParams,
  recurrentTail,
  recurrentWeights,
  unitsParam,
} from "./recurrent.ts";

const { useBias, kernelInitializer, biasInitializer } = recurrentParams;

const specs = {
  units: unitsParam,
  activation: activationParam("tanh"),
  recurrentActivation: {
    ...activationParam("sigmoid"),
    tfjsDefault: "hardSigmoid",
    label: "Recurrent activation",
    help: "Function of the gates, which open and close between 0 and 1: sigmoid, as a rule.",
  },
  useBias,
  kernelInitializer,
  recurrentInitializer: recurrentInitializerParam({ isSquare: false }),
  biasInitializer,
  unitForgetBias: {
    kind: "bool",
    default: true,
    tfjsDefault: false,
    group: "initialisation",
    label: "Unit forget bias",
    help: "Starts the forget gate's bias at 1, so that the layer remembers from the start (Jozefowicz et al. 2015).",
  },
  ...recurrentTail,
} as const;

export const lstm = defineLayer({
  type: "lstm",
  title: "LSTM",
  category: "recurrent",
  summary: "Recurrent layer with a memory cell that gates write, keep and read.",
  about:
    "Input, forget and output gates decide at every step what enters the cell, what stays and what comes out, so it learns over hundreds of steps. The usual choice for sequences and time series. To stack several, switch on return sequences in all but the last. Weights: 4 × units × (features + units + 1).",
  sources: [
    { title: "Keras: LSTM layer", url: "https://keras.io/api/layers/recurrent_layers/lstm/" },
    {
      title: "Hochreiter and Schmidhuber 1997: Long short-term memory",
      url: "https://www.bioinf.jku.at/publications/older/2604.pdf",
    },
  ],
  keywords: ["recurrent", "rnn", "long short-term memory", "sequence", "time series", "gate"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: captionRecurrent,
  masking: ({ returnSequences }) => (returnSequences ? "passes" : "ends"),
  inferShape: inferRecurrent,
  weights: (params, inputs) => recurrentWeights(params, inputs, 4),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 4),
  lower: (params) => lowerParams({ className: "LSTM", tfjsFactory: "lstm", specs, params }),
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
      params: {
        units: 2,
        returnSequences: true,
        dropout: 0.25,
        recurrentDropout: 0.1,
        kernelRegularizer: { name: "l2", l2: 0.001 },
        recurrentConstraint: { name: "maxNorm", maxValue: 3, axis: 0 },
        trainable: false,
      },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 48,
    },
  ],
});
