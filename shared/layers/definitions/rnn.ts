import { err, ok, type Result } from "../../base/result.ts";
import { knownSize, parameterIssue } from "../axes.ts";
import { trainableParam } from "../commonParams.ts";
import { defineLayer, type LayerCall, type LayerExample, type ShapeIssue } from "../defineLayer.ts";
import {
  lowerInnerLayer,
  needInnerLayer,
  type ReadInnerLayer,
  readInnerLayer,
} from "../innerLayer.ts";
import { lowerParams } from "../lowerParams.ts";
import type { InnerLayer } from "../params.ts";
import { axis, type Shape, shapeFromSizes, shapeOf } from "../shape.ts";
import { setWeightOptions } from "../weightOptions.ts";
import { readSpatial } from "../spatial.ts";
import { captionLoop, checkLoop, loopParams, maskLoop } from "./recurrent.ts";
import { listCellStates, recurrentCells } from "./recurrentCells.ts";

const specs = {
  cells: {
    kind: "layerList",
    options: recurrentCells.map(({ type }) => type),
    default: [{ type: "lstmCell", params: {} }],
    minLength: 1,
    maxLength: 16,
    isRequired: true,
    label: "Cells",
    help: "What is computed at every step: one cell, or several of which each reads what the one before it gives.",
  },
  ...loopParams,
  zeroOutputForMask: {
    kind: "bool",
    default: false,
    group: "advanced",
    label: "Zero output for mask",
    help: "Gives 0 for masked steps. Off repeats the output of the step before.",
  },
  trainable: trainableParam,
} as const;

const readCell = (cell: InnerLayer) => needInnerLayer(cell, recurrentCells);
/** Keras freezes an RNN's cells only where they say so themselves. */
const freeze = (cell: ReadInnerLayer): ReadInnerLayer => ({
  ...cell,
  params: { ...cell.params, trainable: false },
});
const unitsOf = ({ params }: ReadInnerLayer) => Number(params["units"]);

/** Every cell with the features of one step that it reads. */
function chainCells(
  cells: readonly InnerLayer[],
  input: Shape,
): readonly { readonly cell: ReadInnerLayer; readonly inputs: readonly Shape[] }[] {
  let features = knownSize(input.axes.at(-1)?.size);
  return cells.map((entry) => {
    const cell = readCell(entry);
    const inputs = [shapeFromSizes([features])];
    features = unitsOf(cell);
    return { cell, inputs };
  });
}

function nameStates(cells: readonly InnerLayer[]): readonly string[] {
  return listCellStates(cells[0]?.type ?? "");
}

function needSequence(inputs: readonly Shape[]): Shape {
  const [sequence] = inputs;
  if (sequence === undefined) throw new Error("RNN was asked without an input.");
  return sequence;
}

/** Every cell's options, as the list's. */
function checkCells(cells: readonly InnerLayer[]): ShapeIssue | null {
  for (const [index, cell] of cells.entries()) {
    const read = readInnerLayer(cell, recurrentCells);
    if (read.ok) continue;
    const place = cells.length === 1 ? "cell" : `cell ${index + 1}`;
    // "'s GRUCell has a wrong option …" becomes "'s cell 2, GRUCell, has …".
    const needs = read.error.needs.replace(/^'s (\S+)/, `'s ${place}, $1,`);
    return { ...read.error, param: "cells", needs };
  }
  return null;
}

/** A cell with every option set; of two units on three features. */
function exampleOfCell(type: string): LayerExample {
  const hasGates = type !== "simpleRnnCell";
  const params = {
    units: 2,
    activation: "relu",
    dropout: 0.1,
    recurrentDropout: 0.2,
    seed: 5,
    ...setWeightOptions("kernel", "recurrent", "bias"),
    ...(hasGates ? { recurrentActivation: "hardSigmoid" } : {}),
    ...(type === "lstmCell" ? { unitForgetBias: false } : {}),
    ...(type === "gruCell" ? { resetAfter: false } : {}),
    trainable: false,
  };
  const gates = { simpleRnnCell: 1, gruCell: 3 }[type] ?? 4;
  return {
    params: {
      cells: [{ type, params }],
      unroll: true,
      zeroOutputForMask: true,
      activityRegularizer: { name: "l1", l1: 0.01 },
    },
    inputs: [[4, 3]],
    output: [2],
    weightCount: gates * 2 * (3 + 2 + 1),
  };
}

export const rnn = defineLayer({
  type: "rnn",
  title: "RNN",
  category: "recurrent",
  summary: "Runs one or several recurrent cells over a sequence, all of them at every step.",
  about:
    "One cell makes it the same as the layer of that name (an LSTMCell: LSTM). Several are stacked within a step: each reads the output of the one before, and the last one's is the output, so a deep recurrent network is one node. First states can be wired, and last states returned, where there is one cell.",
  formula: "for each step t: output(t), states = cells(x(t), states)",
  sources: [
    { title: "Keras: RNN layer", url: "https://keras.io/api/layers/recurrent_layers/rnn/" },
    { title: "Graves, Mohamed and Hinton 2013: Speech recognition with deep recurrent networks" },
  ],
  keywords: ["recurrent", "cell", "stacked", "deep rnn", "lstm", "gru", "sequence"],
  inputs: { min: 1, max: 3 },
  inputPorts: ({ cells }) => [
    "input",
    ...(cells.length === 1 ? nameStates(cells).map((name) => `initial ${name}`) : []),
  ],
  outputs: 1,
  outputPorts: ({ cells, returnState }) => [
    "output",
    ...(returnState ? nameStates(cells).map((name) => `state ${name}`) : []),
  ],
  params: specs,
  caption: (params) => [
    params.cells
      .map(({ type, params: stored }) => {
        const read = readInnerLayer({ type, params: stored }, recurrentCells);
        if (!read.ok) return type;
        return [
          read.value.definition.title,
          ...read.value.definition.caption(read.value.params),
        ].join(" ");
      })
      .join(" → "),
    ...captionLoop(params),
  ],
  masking: maskLoop,
  inferShape(params, inputs): Result<Shape, ShapeIssue> {
    const { cells, returnState, returnSequences } = params;
    const input = readSpatial(needSequence(inputs), { rank: 1, dataFormat: "channelsLast" });
    if (!input.ok) return input;
    const wrong = checkCells(cells);
    if (wrong !== null) return err(wrong);
    if (input.value.channels.size === null)
      return err({
        code: "unknown-size",
        needs: "a known number of features: the kernel has one row per feature",
        input: 0,
      });
    const time = input.value.spatial[0]?.size ?? null;
    const loop = checkLoop(params, needSequence(inputs), time);
    if (loop !== null) return err(loop);
    // Keras nests the states of several cells, which a list of outputs can't tell.
    if (returnState && cells.length > 1)
      return parameterIssue(
        "returnState",
        "'s return state must be off with several cells: stack LSTM or GRU layers to use their states",
        [
          {
            kind: "setParam",
            param: "returnState",
            value: false,
            title: "Switch return state off",
          },
        ],
      );
    const last = cells.at(-1);
    const units = last === undefined ? 1 : unitsOf(readCell(last));
    const states = cells.length === 1 ? nameStates(cells) : [];
    const given = inputs.slice(1);
    if (given.length > 0 && given.length !== states.length)
      return err({
        code: "merge",
        needs:
          states.length === 0
            ? "no first states with several cells: stack LSTM or GRU layers to use theirs"
            : `all its first states (${states.join(" and ")}) or none`,
      });
    const odd = given.findIndex(({ axes }) => axes.length !== 1 || axes[0]?.size !== units);
    if (odd !== -1)
      return err({
        code: "size",
        needs: `a first state of ${units} features, as many as its cell has units`,
        input: odd + 1,
        param: "cells",
      });
    const output = axis("features", units);
    return ok(shapeOf(returnSequences ? [axis("time", time), output] : [output]));
  },
  inferMoreShapes: ({ cells, returnState }) =>
    returnState
      ? nameStates(cells).map(() =>
          shapeOf(cells.slice(0, 1).map((cell) => axis("features", unitsOf(readCell(cell))))),
        )
      : [],
  weights({ cells, trainable }, inputs) {
    const all = chainCells(cells, needSequence(inputs)).map((link, index) =>
      link.cell.definition.weights(link.cell.params, link.inputs).map((entry) => ({
        ...entry,
        isTrainable: entry.isTrainable && trainable,
        name: cells.length === 1 ? entry.name : `cell ${index + 1}/${entry.name}`,
      })),
    );
    const flat = all.flat();
    return [
      ...flat.filter(({ isTrainable }) => isTrainable),
      ...flat.filter(({ isTrainable }) => !isTrainable),
    ];
  },
  multiplyAdds({ cells }, inputs) {
    const sequence = needSequence(inputs);
    const steps = sequence.axes[0]?.size ?? null;
    let perStep = 0;
    for (const link of chainCells(cells, sequence)) {
      const [step = shapeFromSizes([1])] = link.inputs;
      perStep += link.cell.definition.multiplyAdds?.(link.cell.params, link.inputs, step) ?? 0;
    }
    return steps === null ? null : steps * perStep;
  },
  lower(params, inputs): LayerCall {
    const calls = chainCells(params.cells, needSequence(inputs)).map((link) =>
      lowerInnerLayer(params.trainable ? link.cell : freeze(link.cell), link.inputs),
    );
    const call = lowerParams({
      className: "RNN",
      tfjsFactory: "cellRnn",
      specs,
      params,
      omit: ["cells"],
    });
    const [only] = calls;
    const value =
      calls.length === 1 && only !== undefined
        ? ({ kind: "layer", call: only } as const)
        : ({ kind: "layers", calls } as const);
    return {
      ...call,
      tfjsSource: "own",
      ...(inputs.length > 1
        ? { pythonArguments: inputs.map((_input, at) => (at === 0 ? null : "initial_state")) }
        : {}),
      options: [{ tfjsName: "cell", pythonName: "cell", value }, ...call.options],
    };
  },
  examples: [
    ...recurrentCells.map(({ type }) => exampleOfCell(type)),
    {
      params: {
        cells: [
          { type: "lstmCell", params: { units: 2, useBias: false } },
          { type: "gruCell", params: { units: 2, useBias: false } },
        ],
      },
      inputs: [[4, 3]],
      output: [2],
      weightCount: 64,
    },
    {
      params: { cells: [{ type: "lstmCell", params: { units: 3 } }] },
      inputs: [[4, 2]],
      output: [3],
      weightCount: 72,
    },
    {
      params: {
        cells: [
          { type: "lstmCell", params: { units: 3 } },
          { type: "gruCell", params: { units: 2 } },
          { type: "simpleRnnCell", params: { units: 4 } },
        ],
        returnSequences: true,
      },
      inputs: [[5, 2]],
      output: [5, 4],
      weightCount: 142,
    },
    {
      params: {
        cells: [{ type: "gruCell", params: { units: 2, resetAfter: false } }],
        returnState: true,
        goBackwards: true,
      },
      inputs: [[4, 3], [2]],
      output: [2],
      moreOutputs: [[2]],
      weightCount: 36,
    },
    {
      params: {
        cells: [
          {
            type: "lstmCell",
            params: { units: 2, dropout: 0.3, kernelRegularizer: { name: "l2", l2: 0.01 } },
          },
          { type: "lstmCell", params: { units: 3, recurrentDropout: 0.2 } },
        ],
      },
      inputs: [[null, 2]],
      output: [3],
      weightCount: 112,
    },
    {
      params: {
        cells: [{ type: "simpleRnnCell", params: { units: 2, useBias: false } }],
        stateful: true,
        trainable: false,
      },
      inputs: [[3, 2]],
      batch: 2,
      output: [2],
      weightCount: 8,
    },
  ],
});
