/**
 * Runs a functional model layer by layer. tfjs-layers' own executor (engine/executor.ts) shares one object of arguments
 * among all layers, so that a mask or a first state reaches every later recurrent layer, and runs a layer with several
 * outputs once for each of them: an LSTM's steps twice or three times, a stateful one's state twice as far.
 */
import * as tf from "@tensorflow/tfjs";
import { runFused } from "./fused/fusedLayers.ts";

/** One use of a layer. */
interface Step {
  readonly layer: tf.layers.Layer;
  readonly inputs: readonly tf.SymbolicTensor[];
  readonly outputs: readonly tf.SymbolicTensor[];
}

interface Schedule {
  readonly steps: readonly Step[];
  /** How many steps read each tensor. */
  readonly readers: ReadonlyMap<tf.SymbolicTensor, number>;
}

const schedules = new WeakMap<tf.LayersModel, Schedule>();

/** The outputs of one batch. Without training, what nobody reads any more is disposed of on the way. */
export function executeModel(
  model: tf.LayersModel,
  inputs: readonly tf.Tensor[],
  options: {
    readonly training: boolean;
    /** Told of what each use of a layer gives, in the order of execution. */
    readonly onLayer?: (name: string, outputs: readonly tf.Tensor[]) => void;
    /** Runs what a use of a layer computes: to time it. */
    readonly around?: (name: string, run: () => tf.Tensor[]) => tf.Tensor[];
    /** Without training, too, nothing is disposed of on the way: a gradient needs it. */
    readonly keepsAll?: boolean;
  },
): tf.Tensor[] {
  const { steps, readers } = findSchedule(model);
  const values = new Map<tf.SymbolicTensor, tf.Tensor>();
  const masks = new Map<tf.SymbolicTensor, tf.Tensor>();
  for (const [index, symbolic] of model.inputs.entries()) {
    const input = inputs[index];
    if (input === undefined) throw new Error(`The model needs ${model.inputs.length} inputs.`);
    const { dtype } = symbolic;
    values.set(symbolic, input.dtype === dtype ? input : tf.cast(input, dtype));
  }
  const kept = new Set<tf.SymbolicTensor>([...model.inputs, ...model.outputs]);
  const left = new Map(readers);
  for (const { layer, inputs: sources, outputs } of steps) {
    const given = sources.map((source) => need(values, source));
    const givenMasks = sources.map((source) => masks.get(source) ?? null);
    const mask = givenMasks.some((entry) => entry !== null) ? { mask: givenMasks[0] ?? null } : {};
    const { training } = options;
    const run = () => {
      const fused = runFused({ layer, inputs: given, training, masks: givenMasks });
      return list(fused ?? layer.apply(given, { training, ...mask }));
    };
    const applied = options.around ? options.around(layer.name, run) : run();
    const result = options.training ? applied : partOutputs(applied);
    options.onLayer?.(layer.name, result);
    const resultMasks = listMasks(layer, given, givenMasks, outputs.length);
    for (const [port, symbolic] of outputs.entries()) {
      const value = result[port];
      if (value === undefined) throw new Error(`${layer.name} gave no output ${port + 1}.`);
      values.set(symbolic, value);
      const own = resultMasks[port];
      if (own) masks.set(symbolic, own);
    }
    if (options.training || options.keepsAll === true) continue;
    for (const source of new Set(sources)) {
      const count = (left.get(source) ?? 0) - 1;
      left.set(source, count);
      // A stateful layer's output may be its state.
      if (count === 0 && !kept.has(source) && !source.sourceLayer.stateful)
        tf.dispose(need(values, source));
    }
  }
  return model.outputs.map((output) => need(values, output));
}

/** A recurrent layer's last output is also its state: each gets a tensor of its own, to be disposed of on its own. */
function partOutputs(outputs: readonly tf.Tensor[]): readonly tf.Tensor[] {
  return outputs.map((output, port) =>
    outputs.indexOf(output) < port ? tf.clone(output) : output,
  );
}

/** A layer's masks, one per output: only the sequence has one, the states beside it don't. */
function listMasks(
  layer: tf.layers.Layer,
  inputs: tf.Tensor[],
  masks: readonly (tf.Tensor | null)[],
  count: number,
): readonly (tf.Tensor | null)[] {
  if (!layer.supportsMasking) return [];
  // tfjs's types know no missing mask, its layers do.
  const mask: unknown = layer.computeMask(inputs, [...masks] as tf.Tensor[]);
  if (Array.isArray(mask)) return mask.map((entry) => (entry instanceof tf.Tensor ? entry : null));
  return mask instanceof tf.Tensor ? Array.from({ length: count }, () => mask) : [];
}

function findSchedule(model: tf.LayersModel): Schedule {
  const known = schedules.get(model);
  if (known !== undefined) return known;
  const steps = listSteps(model);
  const readers = new Map<tf.SymbolicTensor, number>();
  for (const { inputs } of steps)
    for (const input of new Set(inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
  const schedule = { steps, readers };
  schedules.set(model, schedule);
  return schedule;
}

/** What the outputs need, each step behind those that it reads. Without recursion: models can be deep. */
function listSteps(model: tf.LayersModel): readonly Step[] {
  const steps: Step[] = [];
  const begun = new Set<object>();
  const isInput = new Set<tf.SymbolicTensor>(model.inputs);
  const open: { readonly tensor: tf.SymbolicTensor; readonly isReady: boolean }[] = model.outputs
    .toReversed()
    .map((tensor) => ({ tensor, isReady: false }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { tensor, isReady } = next;
    if (isInput.has(tensor)) continue;
    const node = tensor.sourceLayer.inboundNodes[tensor.nodeIndex];
    if (node === undefined) throw new Error(`${tensor.sourceLayer.name} was not applied.`);
    if (isReady) {
      steps.push({
        layer: tensor.sourceLayer,
        inputs: node.inputTensors,
        outputs: node.outputTensors,
      });
    } else if (!begun.has(node)) {
      begun.add(node);
      open.push({ tensor, isReady: true });
      for (const input of node.inputTensors.toReversed())
        open.push({ tensor: input, isReady: false });
    }
  }
  return steps;
}

function need(
  values: ReadonlyMap<tf.SymbolicTensor, tf.Tensor>,
  tensor: tf.SymbolicTensor,
): tf.Tensor {
  const value = values.get(tensor);
  if (value === undefined) throw new Error(`"${tensor.name}" is read before it is computed.`);
  return value;
}

function list(output: unknown): tf.Tensor[] {
  const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
  return outputs.map((tensor) => {
    if (tensor instanceof tf.Tensor) return tensor;
    throw new Error("A layer gave a symbolic output for real inputs.");
  });
}
