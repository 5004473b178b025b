import { type CallOption, defineLayer, type LayerCall } from "../defineLayer.ts";
import { snakeCase } from "../lowerParams.ts";
import { lowerLoop } from "./lowerLoop.ts";
import {
  captionRecurrent,
  cellTail,
  countRecurrentMultiplyAdds,
  inferRecurrent,
  inferStates,
  loopParams,
  maskLoop,
  nameInputPorts,
  nameStatePorts,
  plainCellParams,
  recurrentWeights,
} from "./recurrent.ts";
import { setWeightOptions } from "../weightOptions.ts";

const specs = { ...plainCellParams, ...cellTail, ...loopParams } as const;
const states = ["h"];

/**
 * Keras's SimpleRNN takes an activity regularizer and forgets it (3.15: it does not hand it on to RNN), so the Python
 * code says what it stands for: RNN around a SimpleRNNCell.
 */
function printLoop(call: LayerCall): LayerCall {
  const loopNames = Object.keys(loopParams).map(snakeCase);
  const isOfLoop = ({ pythonName }: CallOption) =>
    pythonName !== null && loopNames.includes(pythonName);
  const cell: LayerCall = {
    className: "SimpleRNNCell",
    tfjsFactory: "simpleRNNCell",
    options: call.options.filter((option) => !isOfLoop(option)),
  };
  return {
    ...call,
    className: "RNN",
    options: [
      { tfjsName: null, pythonName: "cell", value: { kind: "layer", call: cell } },
      ...call.options.map((option) =>
        isOfLoop(option) ? option : { ...option, pythonName: null },
      ),
    ],
  };
}

export const simpleRnn = defineLayer({
  type: "simpleRnn",
  title: "SimpleRNN",
  category: "recurrent",
  summary: "The plain recurrent layer: each step mixes its input with the last output.",
  about:
    "Good for short sequences and for teaching; over many steps its gradients fade, where LSTM and GRU hold on. Its first state is zero, or what is wired to initial h. Weights: units × (features + units + 1).",
  formula: "h(t) = activation(x(t) · kernel + h(t − 1) · recurrent_kernel + bias)",
  sources: [
    {
      title: "Keras: SimpleRNN layer",
      url: "https://keras.io/api/layers/recurrent_layers/simple_rnn/",
    },
    { title: "Elman 1990: Finding structure in time" },
  ],
  keywords: ["recurrent", "rnn", "elman", "sequence", "time series"],
  inputs: { min: 1, max: 2 },
  inputPorts: () => nameInputPorts(states),
  outputs: 1,
  outputPorts: ({ returnState }) => ["output", ...(returnState ? nameStatePorts(states) : [])],
  params: specs,
  caption: captionRecurrent,
  masking: maskLoop,
  inferShape: (params, inputs) => inferRecurrent(params, inputs, states),
  inferMoreShapes: (params) => inferStates(params, states),
  weights: (params, inputs) => recurrentWeights(params, inputs, 1),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 1),
  lower(params, inputs) {
    const call = lowerLoop({
      className: "SimpleRNN",
      tfjsFactory: "simpleRNN",
      cellFactory: "simpleRNNCell",
      isOwnCell: false,
      specs,
      params,
      inputs,
    });
    return params.activityRegularizer === null ? call : printLoop(call);
  },
  examples: [
    { params: { units: 4 }, inputs: [[5, 3]], output: [4], weightCount: 32 },
    {
      params: { units: 3, activation: "relu", returnSequences: true },
      inputs: [[4, 2]],
      output: [4, 3],
      weightCount: 18,
    },
    {
      params: {
        units: 2,
        useBias: false,
        goBackwards: true,
        recurrentInitializer: { name: "identity" },
      },
      inputs: [[3, 2]],
      output: [2],
      weightCount: 8,
    },
    {
      params: { units: 3, returnState: true, unroll: true },
      inputs: [[4, 2], [3]],
      output: [3],
      moreOutputs: [[3]],
      weightCount: 18,
    },
    {
      params: { units: 2, stateful: true, returnSequences: true },
      inputs: [[3, 2]],
      batch: 2,
      output: [3, 2],
      weightCount: 10,
    },
    {
      params: {
        units: 2,
        returnSequences: true,
        dropout: 0.25,
        recurrentDropout: 0.1,
        recurrentRegularizer: { name: "l1", l1: 0.01 },
        activityRegularizer: { name: "l1", l1: 0.01 },
      },
      inputs: [[null, 3]],
      output: [null, 2],
      weightCount: 12,
    },
    {
      params: {
        units: 4,
        ...setWeightOptions("kernel", "recurrent", "bias"),
        seed: 3,
        trainable: false,
      },
      inputs: [[5, 3]],
      output: [4],
      weightCount: 32,
    },
  ],
});
