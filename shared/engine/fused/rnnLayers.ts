/** SimpleRNN, LSTM and GRU, alone or in both directions, with kernels of our own for the whole sequence. */
import * as tf from "@tensorflow/tfjs";
import type { FusedCall, FusedLayer } from "./fusedLayers.ts";
import { runConvolution } from "./convolutionKernels.ts";
import { matrixSizes } from "./convolutionSizes.ts";
import { readWeight } from "./layerFields.ts";
import { hasRnnActivation } from "./rnnActivations.ts";
import { dropCell } from "./rnnDropout.ts";
import { fitsDevice, readElement, runRnnKernel } from "./rnnKernel.ts";
import { countBuffers, type RnnKind, type RnnOptions, type RnnParts } from "./rnnShape.ts";

/** A recurrent layer as the kernel takes it. */
interface Recurrent {
  readonly cell: tf.layers.Layer;
  readonly options: RnnOptions;
  readonly returnState: boolean;
  readonly weights: {
    readonly kernel: tf.Tensor;
    readonly recurrentKernel: tf.Tensor;
    readonly bias: tf.Tensor | null;
  };
}

interface Sequence {
  readonly input: tf.Tensor;
  readonly states: readonly tf.Tensor[];
  readonly mask: tf.Tensor | null;
  readonly training: boolean;
}

const kinds: ReadonlyMap<string, RnnKind> = new Map([
  ["SimpleRNNCell", "simple"],
  ["LSTMCell", "lstm"],
  ["GRUCell", "gruBefore"],
  ["netloom>ResetAfterGruCell", "gruAfter"],
]);

/** For SimpleRNN, LSTM, GRU, and `CellRnn` around one of their cells. Not where states are kept from batch to batch. */
export const fuseRecurrent: FusedLayer = ({ layer, inputs, training, masks }) => {
  const recurrent = readRecurrent(layer, false);
  const [input, ...states] = inputs;
  if (recurrent === null || input === undefined) return null;
  const sequence = { input, states, mask: masks[0] ?? null, training };
  return canRun(recurrent, sequence) ? runSequence(recurrent, sequence) : null;
};

/** For tfjs's Bidirectional and for `BothDirections`, around one of those. */
export const fuseBothDirections: FusedLayer = (call) => {
  const { layer, inputs, training, masks } = call;
  const [input, ...states] = inputs;
  if (input === undefined) return null;
  const half = states.length / 2;
  const mask = masks[0] ?? null;
  const directions = (["forwardLayer", "backwardLayer"] as const).map((name, at) => {
    const inner: unknown = Reflect.get(layer, name);
    const recurrent =
      inner instanceof tf.layers.Layer ? readRecurrent(inner, name === "backwardLayer") : null;
    const own = at === 0 ? states.slice(0, half) : states.slice(half);
    return { recurrent, sequence: { input, states: own, mask, training } };
  });
  const results: (readonly tf.Tensor[])[] = [];
  for (const { recurrent, sequence } of directions)
    if (recurrent === null || !canRun(recurrent, sequence)) return null;
  for (const { recurrent, sequence } of directions)
    if (recurrent !== null) results.push(runSequence(recurrent, sequence));
  const [[left, ...leftStates] = [], [right, ...rightStates] = []] = results;
  if (left === undefined || right === undefined) return null;
  return [...merge(call, left, right), ...leftStates, ...rightStates];
};

function merge({ layer }: FusedCall, left: tf.Tensor, right: tf.Tensor): readonly tf.Tensor[] {
  switch (Reflect.get(layer, "mergeMode")) {
    case "concat":
      return [tf.concat([left, right], -1)];
    case "sum":
      return [tf.add(left, right)];
    case "mul":
      return [tf.mul(left, right)];
    case "ave":
      return [tf.mul(tf.add(left, right), 0.5)];
    default:
      return [left, right];
  }
}

function readRecurrent(layer: tf.layers.Layer, isSecond: boolean): Recurrent | null {
  const cell = readCell(layer);
  const kind = cell === null ? undefined : kinds.get(cell.getClassName());
  if (cell === null || kind === undefined || layer.stateful) return null;
  // Our own cell has its functions read by tfjs's.
  const reader: unknown = kind === "gruAfter" ? Reflect.get(cell, "reader") : cell;
  const activation = nameActivation(reader, "activation");
  const recurrentActivation =
    kind === "simple" ? "linear" : nameActivation(reader, "recurrentActivation");
  const kernel = readWeight(cell, "kernel");
  const recurrentKernel = readWeight(cell, "recurrentKernel");
  if (activation === null || recurrentActivation === null) return null;
  if (kernel === null || recurrentKernel === null) return null;
  const returnSequences = Reflect.get(layer, "returnSequences") === true;
  return {
    cell,
    returnState: Reflect.get(layer, "returnState") === true,
    weights: { kernel, recurrentKernel, bias: readWeight(cell, "bias") },
    options: {
      kind,
      units: recurrentKernel.shape[0] ?? 1,
      activation,
      recurrentActivation,
      goBackwards: Reflect.get(layer, "goBackwards") === true,
      isTurned: isSecond && returnSequences,
      returnSequences,
      zeroOutputForMask: Reflect.get(layer, "zeroOutputForMask") === true,
    },
  };
}

/** The one cell of a layer; null where it has several. */
function readCell(layer: tf.layers.Layer): tf.layers.Layer | null {
  switch (layer.getClassName()) {
    case "SimpleRNN":
    case "LSTM":
    case "GRU": {
      const cell: unknown = Reflect.get(layer, "cell");
      return cell instanceof tf.layers.Layer ? cell : null;
    }
    case "netloom>CellRnn": {
      const cells: unknown = Reflect.get(layer, "cells");
      const [cell, ...more]: unknown[] = Array.isArray(cells) ? cells : [];
      return cell instanceof tf.layers.Layer && more.length === 0 ? cell : null;
    }
    default:
      return null;
  }
}

/** The name of one of a cell's functions; null where the kernels don't know it. */
function nameActivation(cell: unknown, field: string): string | null {
  const found: unknown = Reflect.get(Object(cell), field);
  if (!(found instanceof tf.serialization.Serializable)) return null;
  const name = found.getClassName();
  return hasRnnActivation(name) ? name : null;
}

function canRun(recurrent: Recurrent, { input, states, mask }: Sequence): boolean {
  const { options, weights } = recurrent;
  const [batch = 0, time = 0] = input.shape;
  const stateCount = options.kind === "lstm" ? 2 : 1;
  return (
    input.rank === 3 &&
    input.dtype === "float32" &&
    batch > 0 &&
    time > 0 &&
    (states.length === 0 || states.length === stateCount) &&
    states.every((state) => readElement(state) === "f32") &&
    (mask === null || mask.size === batch * time) &&
    fitsDevice(options, {
      batch,
      time,
      buffers: countBuffers(options.kind, partsOf(recurrent, { states, mask }, true)),
    }) &&
    weights.kernel.rank === 2
  );
}

function partsOf(
  { options, returnState, weights }: Recurrent,
  { states, mask }: Pick<Sequence, "states" | "mask">,
  isDropped: boolean,
): RnnParts {
  const { kind, returnSequences, zeroOutputForMask } = options;
  const isOutputState = !returnSequences && !(zeroOutputForMask && mask !== null);
  return {
    bias: weights.bias !== null && kind === "gruAfter",
    mask: mask === null ? null : readElement(mask),
    dropout: isDropped,
    initial: states.length > 0,
    finalState: returnState && !isOutputState,
    finalCell: returnState && kind === "lstm",
  };
}

/** The output, then the last states where the layer returns them. */
function runSequence(recurrent: Recurrent, sequence: Sequence): readonly tf.Tensor[] {
  const { cell, options, returnState, weights } = recurrent;
  const { input, states, mask, training } = sequence;
  const [batch = 1, time = 1, features = 1] = input.shape;
  const dropped = dropCell(cell, input, { units: options.units, training });
  // GRU with reset_after has a second bias, which the sequence's kernel adds along with the first.
  const isBiasInside = options.kind === "gruAfter";
  const width = weights.kernel.shape[1] ?? 1;
  const rows = runConvolution(
    {
      x: tf.reshape(dropped.input, [batch * time, features]),
      filter: weights.kernel,
      bias: isBiasInside ? null : weights.bias,
    },
    {
      sizes: matrixSizes(batch * time, features, width),
      shape: [batch * time, width],
      activation: "linear",
    },
  );
  const x = tf.reshape(rows, [batch, time, width]);
  const parts = partsOf(recurrent, sequence, dropped.state !== null);
  const [initialState = null, initialCell = null] = states;
  const { output, finalState, finalCell, kept } = runRnnKernel(options, parts, {
    x,
    kernel: weights.recurrentKernel,
    bias: isBiasInside ? weights.bias : null,
    mask,
    dropout: dropped.state,
    initialState,
    initialCell,
  });
  if (!training) tf.dispose([...kept]);
  if (!returnState) return [output];
  return [output, finalState ?? output, ...(finalCell === null ? [] : [finalCell])];
}
