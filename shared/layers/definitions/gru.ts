import { parameterIssue } from "../axes.ts";
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
  ...recurrentTail,
  resetAfter: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Reset after",
    help: "Whether the reset gate works after the product with the recurrent kernel (on is Keras's default and has a second bias) or before it, as in the paper. TensorFlow.js knows off only; the Keras code then says so.",
  },
} as const;

/**
 * The one option whose default is not Keras's: tfjs's GRU throws for `resetAfter: true` (tfjs-layers
 * layers/recurrent.ts, GRUCell), so off is the default and Python code always says `reset_after=False`.
 */
export const gru = defineLayer({
  type: "gru",
  title: "GRU",
  category: "recurrent",
  summary: "Recurrent layer with two gates: lighter than LSTM and often as good.",
  about:
    "An update gate decides how much of the state is replaced, a reset gate how much of it is used for the replacement. Fewer weights than LSTM and quicker to train. Weights: 3 × units × (features + units + 1).",
  sources: [
    { title: "Keras: GRU layer", url: "https://keras.io/api/layers/recurrent_layers/gru/" },
    {
      title: "Cho et al. 2014: Learning phrase representations using RNN encoder–decoder",
      url: "https://arxiv.org/abs/1406.1078",
    },
  ],
  keywords: ["recurrent", "rnn", "gated recurrent unit", "sequence", "time series", "gate"],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  params: specs,
  caption: captionRecurrent,
  masking: ({ returnSequences }) => (returnSequences ? "passes" : "ends"),
  inferShape(params, inputs) {
    if (params.resetAfter) {
      return parameterIssue(
        "resetAfter",
        "'s reset after must be off: TensorFlow.js has no GRU that resets after the product",
        [
          {
            kind: "setParam",
            param: "resetAfter",
            value: false,
            title: "Switch off reset after",
          },
        ],
      );
    }
    return inferRecurrent(params, inputs);
  },
  weights: (params, inputs) => recurrentWeights(params, inputs, 3),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 3),
  lower: (params) =>
    lowerParams({
      className: "GRU",
      tfjsFactory: "gru",
      specs,
      params,
      omit: ["resetAfter"],
      extra: [
        {
          tfjsName: "resetAfter",
          pythonName: "reset_after",
          value: params.resetAfter,
          tfjsDefault: false,
          pythonDefault: true,
        },
      ],
    }),
  examples: [
    { params: { units: 4 }, inputs: [[5, 3]], output: [4], weightCount: 96 },
    {
      params: { units: 3, returnSequences: true, recurrentActivation: "tanh" },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 54,
    },
    {
      params: { units: 2, goBackwards: true, useBias: false, activation: "relu" },
      inputs: [[4, 2]],
      output: [2],
      weightCount: 24,
    },
    {
      params: { units: 2, returnSequences: true, dropout: 0.25, recurrentDropout: 0.1 },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 36,
    },
  ],
});
