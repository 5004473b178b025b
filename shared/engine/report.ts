import type { FieldSpec } from "../datasets/dataset.ts";
import type { RunReport, SamplePrediction } from "../training/events.ts";
import { measureBaselines } from "./baselines.ts";
import { readsTruthAs } from "../training/losses.ts";
import { readSequences } from "./labelSequences.ts";
import { predictSamples, type Pass } from "./measure.ts";
import { readChances } from "./metrics.ts";
import type { Session } from "./session.ts";

const maxResiduals = 500;
const maxSamples = 24;
/** With more classes nobody could read the table, and a thousand classes have a million counts. */
const maxConfusion = 100;

/** How the model does on the pass's samples, by its first output; null when broken off. */
export async function buildReport(
  session: Session,
  pass: Omit<Pass, "model" | "reader">,
): Promise<RunReport | null> {
  const predicted = await predictSamples(
    { ...pass, model: session.model, reader: session.reader },
    0,
    readChances(session.plan.outputs[0], session.fields.targets[0]),
  );
  if (!predicted) return null;
  const field = session.fields.targets[0];
  const baselines = await measureBaselines(session, pass.samples);
  if (!field) return { confusion: null, residuals: null, samples: [], baselines };
  const { loss } = session.plan.outputs[0] ?? {};
  if (loss !== undefined && readsTruthAs(loss) !== "rows") {
    const spelled = readSequences(session, { ...pass, predicted: predicted.values });
    return { confusion: null, residuals: null, samples: spelled, baselines };
  }
  const perSample = predicted.values.length / Math.max(1, pass.samples.length);
  const truth = session.dataset.gather(field.name, pass.samples);
  const context = { field, truth, predicted: predicted.values, perSample, samples: pass.samples };
  const isOnePerSample = truth.length === pass.samples.length;
  if (field.classes !== null) {
    return {
      confusion:
        isOnePerSample && field.classes.length <= maxConfusion
          ? countConfusion(context, field.classes)
          : null,
      residuals: null,
      samples: isOnePerSample ? pickClassSamples(context, field.classes) : [],
      baselines,
    };
  }
  const unscale = (values: Float32Array) => session.dataset.unscaleTarget(field.name, values);
  const raw = { truth: unscale(Float32Array.from(truth)), predicted: unscale(predicted.values) };
  return {
    confusion: null,
    residuals: pickResiduals(raw),
    samples: pickNumberSamples(context, raw),
    baselines,
  };
}

interface Predictions {
  readonly field: FieldSpec;
  /** Class numbers or scaled numbers. */
  readonly truth: ArrayLike<number>;
  readonly predicted: Float32Array;
  readonly perSample: number;
  readonly samples: Uint32Array;
}

/** Whether scores can be read as shares: a perceptron's, or logits, go beyond 0 and 1. */
export function areProbabilities(scores: Float32Array): boolean {
  return scores.every((score) => score >= 0 && score <= 1.0001);
}

/** The class a row of scores stands for; a single score is the probability of the second class. */
export function readClass(scores: ArrayLike<number>): {
  readonly index: number;
  readonly confidence: number;
} {
  if (scores.length === 1) {
    const score = scores[0] ?? 0;
    return score > 0.5 ? { index: 1, confidence: score } : { index: 0, confidence: 1 - score };
  }
  let best = 0;
  for (let index = 1; index < scores.length; index++) {
    if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index;
  }
  return { index: best, confidence: scores[best] ?? 0 };
}

function rowOf({ predicted, perSample }: Predictions, row: number): Float32Array {
  return predicted.subarray(row * perSample, (row + 1) * perSample);
}

function countConfusion(
  context: Predictions,
  classes: readonly string[],
): { classes: readonly string[]; counts: readonly (readonly number[])[] } {
  const counts = classes.map(() => classes.map(() => 0));
  for (let row = 0; row < context.samples.length; row++) {
    const line = counts[context.truth[row] ?? 0];
    const column = readClass(rowOf(context, row)).index;
    // More units than classes: a prediction outside the classes has no column.
    if (line && column < line.length) line[column] = (line[column] ?? 0) + 1;
  }
  return { classes, counts };
}

/** Half of them where the model is wrong, surest first: that is where one learns something. */
function pickClassSamples(
  context: Predictions,
  classes: readonly string[],
): readonly SamplePrediction[] {
  const all = Array.from(context.samples, (sample, row): SamplePrediction => {
    const { index, confidence } = readClass(rowOf(context, row));
    const truth = context.truth[row] ?? 0;
    return {
      sample,
      truth: classes[truth] ?? String(truth),
      predicted: classes[index] ?? String(index),
      isRight: truth === index,
      confidence,
    };
  });
  const told = areProbabilities(context.predicted)
    ? (entry: SamplePrediction) => entry
    : (entry: SamplePrediction) => ({ ...entry, confidence: null });
  const wrong = all
    .filter((entry) => entry.isRight === false)
    .toSorted((left, right) => (right.confidence ?? 0) - (left.confidence ?? 0));
  const right = all.filter((entry) => entry.isRight === true);
  const wrongCount = Math.min(wrong.length, Math.max(maxSamples / 2, maxSamples - right.length));
  return [...wrong.slice(0, wrongCount), ...right.slice(0, maxSamples - wrongCount)].map(told);
}

interface RawPairs {
  readonly truth: Float32Array;
  readonly predicted: Float32Array;
}

function pickResiduals({ truth, predicted }: RawPairs): NonNullable<RunReport["residuals"]> {
  const count = Math.min(truth.length, predicted.length);
  const stride = Math.max(1, Math.ceil(count / maxResiduals));
  const pairs = [];
  for (let index = 0; index < count; index += stride) {
    pairs.push({ truth: truth[index] ?? 0, predicted: predicted[index] ?? 0 });
  }
  return pairs;
}

function pickNumberSamples(
  context: Predictions,
  { truth, predicted }: RawPairs,
): readonly SamplePrediction[] {
  const { perSample, samples } = context;
  const truthPerSample = truth.length / Math.max(1, samples.length);
  return Array.from(samples.subarray(0, maxSamples), (sample, row) => ({
    sample,
    truth: formatNumbers(truth.subarray(row * truthPerSample, (row + 1) * truthPerSample)),
    predicted: formatNumbers(predicted.subarray(row * perSample, (row + 1) * perSample)),
    isRight: null,
    confidence: null,
  }));
}

function formatNumbers(values: ArrayLike<number>): string {
  const shown = Array.from(values).slice(0, 4).map(formatNumber).join(", ");
  return values.length > 4 ? `${shown}, …` : shown;
}

function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 0.001 || size >= 1e7)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(5)));
}
