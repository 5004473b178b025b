import type { OutputObservation } from "../../training/observations.ts";
import { round } from "./statistics.ts";

export interface OutputRows {
  readonly name: string;
  readonly loss: string;
  /** Whether the truth is a class. */
  readonly hasClasses: boolean;
  readonly units: number;
  /** Both `[rows, units]`, row-major; classes one-hot, or 0 and 1 where there is a single unit. */
  readonly predictions: ArrayLike<number>;
  readonly truths: ArrayLike<number>;
  /** Sample number of each row. */
  readonly samples: ArrayLike<number>;
}

/** Samples told of as the hardest of a batch. */
const hardestCount = 6;

/** What an output made of a batch: which classes it gave, how sure and how wrong, and where it was worst. */
export function observeOutput(output: OutputRows): OutputObservation {
  const rows = Math.floor(output.predictions.length / output.units);
  const judged = output.hasClasses
    ? Array.from({ length: rows }, (_, row) => judgeClass(output, row))
    : Array.from({ length: rows }, (_, row) => judgeNumbers(output, row));
  const inside = judged.filter(({ truth }) => truth !== null);
  const classes = output.hasClasses ? Math.max(2, output.units) : 0;
  const sure = inside
    .toSorted((left, right) => right.confidence - left.confidence)
    .slice(0, Math.ceil(inside.length / 2));
  return {
    name: output.name,
    loss: output.loss,
    kind: output.hasClasses ? "classes" : "numbers",
    predictedCounts: countClasses(
      classes,
      judged.map(({ predicted }) => predicted),
    ),
    truthCounts: countClasses(
      classes,
      inside.map(({ truth }) => truth ?? 0),
    ),
    outsideCount: output.hasClasses ? rows - inside.length : 0,
    predictedDeviation: round(findDeviation(output.predictions)),
    truthDeviation: round(findDeviation(output.truths)),
    rows: inside.length,
    wrong: output.hasClasses ? inside.filter(isWrong).length : 0,
    sureRows: output.hasClasses ? sure.length : 0,
    sureWrong: output.hasClasses ? sure.filter(isWrong).length : 0,
    hardest: findHardest(
      output.samples,
      judged.map(({ loss }) => loss),
    ),
  };
}

interface JudgedRow {
  /** null: the class is none that the output knows. */
  readonly truth: number | null;
  readonly predicted: number;
  readonly confidence: number;
  readonly loss: number;
}

const isWrong = ({ truth, predicted }: JudgedRow): boolean => truth !== predicted;
const smallest = 1e-7;

function judgeClass({ units, predictions, truths }: OutputRows, row: number): JudgedRow {
  const given = Array.from({ length: units }, (_, unit) => predictions[row * units + unit] ?? 0);
  if (units === 1) {
    const value = given[0] ?? 0;
    const label = truths[row] ?? 0;
    // Scores that are no probabilities are the logarithms of odds.
    const share = value >= 0 && value <= 1 ? value : 1 / (1 + Math.exp(-value));
    const truth = label === 0 || label === 1 ? label : null;
    return {
      truth,
      predicted: share > 0.5 ? 1 : 0,
      confidence: Math.max(share, 1 - share),
      loss: -Math.log(Math.max(smallest, label === 1 ? share : 1 - share)),
    };
  }
  const sum = given.reduce((total, value) => total + value, 0);
  const areShares = Math.abs(sum - 1) < 0.02 && given.every((value) => value >= 0);
  const shares = areShares ? given : softmax(given);
  const predicted = shares.indexOf(Math.max(...shares));
  let truth: number | null = null;
  for (let unit = 0; unit < units; unit++) {
    if ((truths[row * units + unit] ?? 0) > 0.5) truth = unit;
  }
  return {
    truth,
    predicted,
    confidence: shares[predicted] ?? 0,
    loss: truth === null ? 0 : -Math.log(Math.max(smallest, shares[truth] ?? 0)),
  };
}

function judgeNumbers({ units, predictions, truths }: OutputRows, row: number): JudgedRow {
  let loss = 0;
  for (let unit = 0; unit < units; unit++) {
    const place = row * units + unit;
    loss += ((predictions[place] ?? 0) - (truths[place] ?? 0)) ** 2;
  }
  return { truth: 0, predicted: 0, confidence: 0, loss: loss / Math.max(1, units) };
}

function softmax(values: readonly number[]): number[] {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function countClasses(classes: number, rows: readonly number[]): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const entry of rows) if (entry < classes) counts[entry] = (counts[entry] ?? 0) + 1;
  return counts;
}

function findDeviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  const mean = sum / Math.max(1, values.length);
  for (let index = 0; index < values.length; index++) squares += ((values[index] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length));
}

function findHardest(
  samples: ArrayLike<number>,
  losses: readonly number[],
): OutputObservation["hardest"] {
  return losses
    .map((loss, row) => ({ sample: samples[row] ?? 0, loss: round(loss) }))
    .toSorted((left, right) => right.loss - left.loss)
    .slice(0, hardestCount);
}
