/** Turns what was read from the device into an observation. */
import type * as tf from "@tensorflow/tfjs";
import type { PlanLayer } from "../../compiler/plan.ts";
import type {
  LayerObservation,
  Observation,
  ObservedFunction,
  OutputObservation,
  WeightObservation,
} from "../../training/observations.ts";
import { readsTruthAs } from "../../training/losses.ts";
import type { Session } from "../session.ts";
import type { TensorAnswer } from "./collectStatistics.ts";
import { observeOutput } from "./observeOutput.ts";
import { round, type MeasuredTensor } from "./statistics.ts";

/** Passes over which a unit must be silent to be called dead. */
const silentPasses = 4;

/** A trainable weight, of which layer, and its name there. */
export interface ObservedVariable {
  readonly layer: string;
  readonly name: string;
  readonly variable: tf.Variable;
}

/** What a layer's output went through last. Cells' gates are inside and don't show. */
export function findFunction({ call }: PlanLayer): ObservedFunction {
  if (call.className === "ReLU") return "relu";
  if (call.className === "Softmax") return "softmax";
  const option = call.options.find(({ tfjsName }) => tfjsName === "activation");
  switch (option?.value) {
    case "relu":
    case "relu6":
      return "relu";
    case "sigmoid":
    case "tanh":
    case "softmax":
      return option.value;
    default:
      return "other";
  }
}

export function describeLayer(
  layer: PlanLayer,
  given: {
    readonly answer: TensorAnswer;
    readonly weights: readonly WeightObservation[];
    readonly silence: Map<string, Float32Array[]>;
    readonly isOutput: boolean;
  },
): LayerObservation {
  const { statistics, unitMaxima } = given.answer;
  return {
    layer: layer.name,
    node: layer.id,
    function: findFunction(layer),
    isOutput: given.isOutput,
    activation: dropSaturation(statistics),
    deadShare: unitMaxima === null ? null : countDead(given.silence, layer.name, unitMaxima),
    saturatedShare: statistics.saturatedShare,
    weights: given.weights,
  };
}

const scalers: ReadonlySet<string> = new Set([
  "Embedding",
  "Rescaling",
  "Normalization",
  "BatchNormalization",
  "LayerNormalization",
  "UnitNormalization",
  "CategoryEncoding",
]);

export function isReadRaw(layers: readonly PlanLayer[], input: string): boolean {
  const readers = layers.filter(({ inputs }) => inputs.some(({ layer }) => layer === input));
  return readers.some(({ call }) => !scalers.has(call.className));
}

/** Share of units that have been silent in every pass remembered. */
function countDead(
  silence: Map<string, Float32Array[]>,
  layer: string,
  maxima: Float32Array,
): number {
  const passes = [...(silence.get(layer) ?? []), maxima].slice(-silentPasses);
  silence.set(layer, passes);
  let dead = 0;
  for (let unit = 0; unit < maxima.length; unit++) {
    if (passes.every((pass) => (pass[unit] ?? 0) <= 0)) dead++;
  }
  return round(dead / Math.max(1, maxima.length));
}

/** Weights of a layer's first use; other uses share them. */
export function describeWeights(
  variables: readonly ObservedVariable[],
  answers: readonly TensorAnswer[],
  layer: PlanLayer,
): readonly WeightObservation[] {
  if (layer.sharedWith !== null) return [];
  return variables.flatMap((variable, index) =>
    variable.layer === layer.name
      ? [
          {
            name: variable.name,
            values: dropSaturation(take(answers, 2 * index).statistics),
            gradient: dropSaturation(take(answers, 2 * index + 1).statistics),
            updateRatio: null,
          },
        ]
      : [],
  );
}

export function describeOutputs(
  { plan, reader, fields }: Session,
  samples: Uint32Array,
  predictions: readonly ArrayLike<number>[],
): readonly OutputObservation[] {
  return plan.outputs.flatMap((output, index) => {
    // Judging goes row by row.
    if (readsTruthAs(output.loss) !== "rows") return [];
    const truth = reader.readTruth(index, samples);
    const units = truth.shape.at(-1) ?? 1;
    const given = predictions[index] ?? [];
    const rowsPerSample = truth.values.length / units / Math.max(1, samples.length);
    const rows = Math.floor(given.length / units);
    return observeOutput({
      name: output.name,
      loss: String(output.loss),
      hasClasses: (fields.targets[index]?.classes ?? null) !== null,
      units,
      predictions: given,
      truths: truth.values.subarray(0, given.length),
      samples: Uint32Array.from(
        { length: rows },
        (_, row) => samples[Math.floor(row / Math.max(1, rowsPerSample))] ?? 0,
      ),
    });
  });
}

export function addRatios(
  observation: Observation,
  changes: ReadonlyMap<string, number>,
): Observation {
  return {
    ...observation,
    layers: observation.layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map((weight) => {
        const change = changes.get(`${layer.layer}/${weight.name}`) ?? 0;
        const { norm } = weight.values;
        // Where nothing was (a bias before its first step), no ratio says anything.
        const updateRatio = norm === 0 ? null : round(change / norm);
        return { ...weight, updateRatio };
      }),
    })),
  };
}

export function dropSaturation({ saturatedShare: _share, ...statistics }: MeasuredTensor) {
  return statistics;
}

export function take<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`Entry ${index + 1} of an observation is missing.`);
  return item;
}
