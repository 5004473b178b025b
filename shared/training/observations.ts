/**
 * What is seen inside a network while it trains: one event of kind "observed" every few seconds, rounded so that it stays
 * small in the run's folder. Folded by `addObservation` into the latest one and a thinned-out history.
 */

/** Bins of every histogram; the outer ones take what lies beyond. */
export const binCount = 32;

export interface Histogram {
  readonly low: number;
  readonly high: number;
  /** Share of each bin in thousandths of all values. */
  readonly shares: readonly number[];
}

/** Of all finite values of a tensor. */
export interface TensorStatistics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  /** Euclidean norm. */
  readonly norm: number;
  readonly low: number;
  readonly high: number;
  readonly zeroShare: number;
  /** Values that are infinite or not a number. */
  readonly notFinite: number;
  readonly histogram: Histogram;
}

export interface LayerObservation {
  /** Its name in the plan. */
  readonly layer: string;
  /** Its id in the flat graph. */
  readonly node: string;
  /** The function behind its output, as far as it matters here; "other" for all others. */
  readonly function: ObservedFunction;
  /** Whether it is one of the model's outputs. */
  readonly isOutput: boolean;
  readonly activation: TensorStatistics;
  /** Share of units that gave nothing but zeros in this and the observations before; null where units can't die. */
  readonly deadShare: number | null;
  /** Share of values in the flat ends of a sigmoid or tanh; null elsewhere. */
  readonly saturatedShare: number | null;
  readonly weights: readonly WeightObservation[];
}

export type ObservedFunction = "relu" | "sigmoid" | "tanh" | "softmax" | "other";

export interface WeightObservation {
  /** "kernel", "bias", … */
  readonly name: string;
  readonly values: TensorStatistics;
  /** Of the loss, by this weight. */
  readonly gradient: TensorStatistics;
  /** Length of a step's change by the weight's own length; null where it was not measured. */
  readonly updateRatio: number | null;
}

export interface InputObservation {
  readonly name: string;
  /** Whether it reaches layers with weights as it is: no embedding, rescaling or normalization reads it first. */
  readonly isRaw: boolean;
  readonly values: TensorStatistics;
}

export interface OutputObservation {
  readonly name: string;
  readonly loss: string;
  readonly kind: "classes" | "numbers";
  /** Of the batch, by class; empty for numbers. */
  readonly predictedCounts: readonly number[];
  readonly truthCounts: readonly number[];
  /** Rows whose class number the output has no unit for. */
  readonly outsideCount: number;
  /** Standard deviations over the batch; for classes of the truth's probabilities, of little use. */
  readonly predictedDeviation: number;
  readonly truthDeviation: number;
  /** For classes: rows, rows taken for another class, and the same of the half with the highest confidence. */
  readonly rows: number;
  readonly wrong: number;
  readonly sureRows: number;
  readonly sureWrong: number;
  /** The samples with the highest loss of the batch, worst first. */
  readonly hardest: readonly { readonly sample: number; readonly loss: number }[];
}

export interface Observation {
  /** Both 1-based. */
  readonly epoch: number;
  readonly step: number;
  /** Of the batch observed, penalties left out; null where it is no finite number. */
  readonly loss: number | null;
  readonly layers: readonly LayerObservation[];
  readonly inputs: readonly InputObservation[];
  readonly outputs: readonly OutputObservation[];
  /** How long each layer takes for a forward pass over a batch; measured once a run, absent in other observations. */
  readonly times?: readonly LayerTime[];
  /** What each layer holds of a batch until gradients are computed; measured once a run, absent in other observations. */
  readonly memory?: readonly LayerMemory[];
  /** What the observation cost, its reads included. */
  readonly costMs: number;
  /** Why there is nothing to see, for people; the run is then not looked into any more. */
  readonly problem?: string;
}

export interface LayerTime {
  /** Its id in the flat graph. */
  readonly node: string;
  readonly elapsedMs: number;
}

export interface LayerMemory {
  /** Its id in the flat graph. */
  readonly node: string;
  readonly bytes: number;
}

export interface ObservationHistory {
  readonly latest: Observation | null;
  /** Oldest first, the latest included. */
  readonly kept: readonly Observation[];
}

export const noObservations: ObservationHistory = { latest: null, kept: [] };

/** Columns of a strip that is drawn of them; beyond, every other one of the older half goes. */
export const maxObservations = 64;

export function addObservation(
  { kept }: ObservationHistory,
  observation: Observation,
): ObservationHistory {
  const half = maxObservations / 2;
  const older =
    kept.length < maxObservations
      ? kept
      : kept.filter(
          ({ times, memory }, index) =>
            index >= kept.length - half ||
            index % 2 === 0 ||
            times !== undefined ||
            memory !== undefined,
        );
  return { latest: observation, kept: [...older, observation] };
}
