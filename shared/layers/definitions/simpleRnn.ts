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
  useBias,
  kernelInitializer,
  recurrentInitializer: recurrentInitializerParam({ isSquare: true }),
  biasInitializer,
  ...recurrentTail,
} as const;

export const simpleRnn = defineLayer({
  type: "simpleRnn",
  title: "SimpleRNN",
  category: "recurrent",
  summary: "The plain recurrent layer: each step mixes its input with the last output.",
  about:
    "h(t) = activation(x(t) · kernel + h(t − 1) · recurrent kernel + bias). Good for short sequences and for teaching; over many steps its gradients fade, where LSTM and GRU hold on. Weights: units × (features + units + 1).",
  sources: [
    {
      title: "Keras: SimpleRNN layer",
      url: "https://keras.io/api/layers/recurrent_layers/simple_rnn/",
    },
    { title: "Elman 1990: Finding structure in time" },
  ],
  keywords: ["recurrent", "rnn", "elman", "sequence", "time series"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: captionRecurrent,
  masking: ({ returnSequences }) => (returnSequences ? "passes" : "ends"),
  inferShape: inferRecurrent,
  weights: (params, inputs) => recurrentWeights(params, inputs, 1),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 1),
  lower: (params) =>
    lowerParams({ className: "SimpleRNN", tfjsFactory: "simpleRNN", specs, params }),
  examples: [
    { params: { units: 4 }, inputs: [[5, 3]], output: [4], weightCount: 32 },
    {
      params: { units: 3, activation: "relu", returnSequences: true },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 18,
    },
    {
      params: { units: 3, useBias: false, goBackwards: true, returnSequences: true },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 15,
    },
    {
      params: { units: 2, recurrentInitializer: { name: "identity", gain: 0.9 }, unroll: true },
      inputs: [[3, 1]],
      output: [2],
      weightCount: 8,
    },
    {
      params: { units: 2, returnSequences: true, dropout: 0.2, recurrentDropout: 0.1 },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 12,
    },
  ],
});
