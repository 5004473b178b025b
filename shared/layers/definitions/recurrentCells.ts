/** The cells that an RNN layer runs: one step each. They stand inside `rnn` only, so the palette doesn't list them. */
import type { AnyLayerDefinition } from "../defineLayer.ts";
import { defineLayer } from "../defineLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import { trainableParam } from "../commonParams.ts";
import {
  captionDropout,
  cellTail,
  countRecurrentMultiplyAdds,
  gatedCellParams,
  inferCell,
  plainCellParams,
  recurrentWeights,
  resetAfterParam,
  unitForgetBiasParam,
} from "./recurrent.ts";

const trainable = { trainable: trainableParam } as const;
const plainSpecs = { ...plainCellParams, ...cellTail, ...trainable } as const;
const lstmSpecs = {
  ...gatedCellParams,
  unitForgetBias: unitForgetBiasParam,
  ...cellTail,
  ...trainable,
} as const;
const gruSpecs = {
  ...gatedCellParams,
  ...cellTail,
  resetAfter: resetAfterParam,
  ...trainable,
} as const;

const captionCell = (params: { readonly units: number; readonly dropout: number }) => [
  String(params.units),
  ...captionDropout(params),
];
const shared = {
  category: "recurrent",
  about: "A cell computes one step from the step's input and the state; the RNN layer repeats it.",
  keywords: [],
  inputs: { min: 1, max: 1 },
  outputs: 1,
  caption: captionCell,
  inferShape: inferCell,
  examples: [],
} as const;
const source = (name: string, page: string) => [
  { title: `Keras: ${name} layer`, url: `https://keras.io/api/layers/recurrent_layers/${page}/` },
];

const simpleRnnCell = defineLayer({
  ...shared,
  type: "simpleRnnCell",
  title: "SimpleRNNCell",
  summary: "One step of a SimpleRNN.",
  sources: source("SimpleRNNCell", "simple_rnn_cell"),
  params: plainSpecs,
  weights: (params, inputs) => recurrentWeights(params, inputs, 1),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 1),
  lower: (params) =>
    lowerParams({
      className: "SimpleRNNCell",
      tfjsFactory: "simpleRNNCell",
      specs: plainSpecs,
      params,
    }),
});

const lstmCell = defineLayer({
  ...shared,
  type: "lstmCell",
  title: "LSTMCell",
  summary: "One step of an LSTM.",
  sources: source("LSTMCell", "lstm_cell"),
  params: lstmSpecs,
  weights: (params, inputs) => recurrentWeights(params, inputs, 4),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 4),
  lower: (params) =>
    lowerParams({ className: "LSTMCell", tfjsFactory: "lstmCell", specs: lstmSpecs, params }),
});

const gruCell = defineLayer({
  ...shared,
  type: "gruCell",
  title: "GRUCell",
  summary: "One step of a GRU.",
  sources: source("GRUCell", "gru_cell"),
  params: gruSpecs,
  weights: (params, inputs) => recurrentWeights(params, inputs, 3),
  multiplyAdds: (params, inputs) => countRecurrentMultiplyAdds(params, inputs, 3),
  lower: (params) => ({
    ...lowerParams({
      className: "GRUCell",
      tfjsFactory: params.resetAfter ? "resetAfterGruCell" : "gruCell",
      specs: gruSpecs,
      params,
    }),
    ...(params.resetAfter ? { tfjsSource: "own" } : {}),
  }),
});

export const recurrentCells: readonly AnyLayerDefinition[] = [lstmCell, gruCell, simpleRnnCell];

/** The names of a cell's states. */
export function listCellStates(type: string): readonly string[] {
  return type === "lstmCell" ? ["h", "c"] : ["h"];
}
