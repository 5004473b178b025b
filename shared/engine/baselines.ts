import * as tf from "@tensorflow/tfjs";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import type { Metrics, RunReport } from "../training/events.ts";
import { readsTruthAs } from "../training/losses.ts";
import { splitSamples } from "./measure.ts";
import type { Session } from "./session.ts";

type Baseline = RunReport["baselines"][number];

/**
 * What forecasters without a model reach on the samples, measured as the model is: the same loss, metrics and units.
 * Only for plans with one output, where the numbers can be compared.
 */
export async function measureBaselines(
  session: Session,
  samples: Uint32Array,
): Promise<readonly Baseline[]> {
  const field = session.fields.targets[0];
  if (!field || session.plan.outputs.length !== 1 || samples.length === 0) return [];
  // Nobody forecasts alignments or distances by a mean.
  if (session.plan.outputs.some(({ loss }) => readsTruthAs(loss) !== "rows")) return [];
  const train = session.dataset.train.length > 0 ? session.dataset.train : samples;
  const mean = meanTruth(session, train);
  const baselines: Baseline[] = [
    {
      name: field.classes === null ? "mean" : "majority-class",
      metrics: await measureForecast(session, samples, (count) => repeat(mean, count)),
    },
  ];
  const horizon = findHorizon(session.dataset, field);
  if (horizon !== null) {
    const earlier = samples.filter((sample) => sample >= horizon);
    if (earlier.length > 0) {
      baselines.push({
        name: "last-value",
        metrics: await measureForecast(
          session,
          earlier,
          (_, part) =>
            session.reader.readTruth(
              0,
              part.map((sample) => sample - horizon),
            ).values,
        ),
      });
    }
  }
  return baselines;
}

/** Mean of each value of the truth; for classes these are their shares. */
function meanTruth(session: Session, samples: Uint32Array): Float32Array {
  let sums = new Float64Array(0);
  for (const part of splitSamples(samples, 1024)) {
    const { values, shape } = session.reader.readTruth(0, part);
    const size = values.length / Math.max(1, shape[0] ?? 1);
    if (sums.length === 0) sums = new Float64Array(size);
    for (let index = 0; index < values.length; index++) {
      sums[index % size] = (sums[index % size] ?? 0) + (values[index] ?? 0);
    }
  }
  return Float32Array.from(sums, (sum) => sum / samples.length);
}

function repeat(row: Float32Array, count: number): Float32Array {
  const values = new Float32Array(row.length * count);
  for (let index = 0; index < count; index++) values.set(row, index * row.length);
  return values;
}

async function measureForecast(
  session: Session,
  samples: Uint32Array,
  forecast: (count: number, part: Uint32Array) => Float32Array,
): Promise<Metrics> {
  const tally = session.objective.createTally();
  for (const part of splitSamples(samples, 1024)) {
    const { values, shape } = session.reader.readTruth(0, part);
    const sums = tf.tidy(() => {
      const truth = tf.tensor(values, [...shape]);
      const predicted = tf.tensor(forecast(part.length, part), [...shape]);
      return session.objective.measure([truth], [predicted], []).sums;
    });
    tally.add(await sums.data(), {
      samples: part.length,
      rows: [values.length / (shape.at(-1) ?? 1)],
    });
    sums.dispose();
  }
  return tally.means();
}

/**
 * How many steps ahead of a window its target lies, where samples are windows moving by one step over a series of the
 * target itself: then a window's last value is the target of the sample that many places before. null otherwise.
 */
function findHorizon(dataset: Dataset, target: FieldSpec): number | null {
  if (dataset.summary.kind !== "sequence" || target.classes !== null) return null;
  const [window] = dataset.summary.fields.filter((field) => field.role === "feature");
  if (!window) return null;
  const steps = window.shape.axes[0]?.size ?? null;
  if (steps === null || target.shape.axes.some((axis) => axis.size !== 1)) return null;
  const count = Math.min(dataset.summary.sampleCount, 4 * steps + 64);
  const samples = Uint32Array.from({ length: count }, (_, index) => index);
  const windows = dataset.gather(window.name, samples);
  const targets = dataset.gather(target.name, samples);
  const width = windows.length / count / steps;
  for (let feature = 0; feature < width; feature++) {
    const lastOf = (sample: number) => windows[(sample * steps + steps - 1) * width + feature] ?? 0;
    for (let horizon = 1; horizon < Math.min(count - 8, 64); horizon++) {
      let isSame = true;
      for (let sample = horizon; sample < count && isSame; sample++) {
        isSame = Math.abs(lastOf(sample) - (targets[sample - horizon] ?? 0)) < 1e-5;
      }
      if (isSame) return horizon;
    }
  }
  return null;
}
