/** Objectives without a model: random truths and predictions of given outputs, and what is measured of them. */
import * as tf from "@tensorflow/tfjs";
import { nodeId } from "../base/ids.ts";
import { createRandom, type Random } from "../base/random.ts";
import type { ModelPlan, PlanOutput } from "../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../datasets/dataset.ts";
import { shapeFromSizes } from "../layers/shape.ts";
import type { TrainingConfig } from "../training/config.ts";
import { readsTruthAs, type LossName, type LossOptions } from "../training/losses.ts";
import type { MetricName, MetricOptions } from "../training/metrics.ts";
import { createObjective, type Objective } from "./objective.ts";

export interface OutputCase {
  readonly loss: LossName;
  readonly options?: Partial<LossOptions>;
  readonly metrics?: readonly MetricName[];
  readonly metricOptions?: Partial<MetricOptions>;
  /** Without the batch. */
  readonly sizes: readonly number[];
  readonly lossWeight?: number;
  readonly classWeights?: readonly number[];
  readonly isWeighted?: boolean;
  readonly scale?: { readonly scale: number; readonly offset: number };
  readonly hasClasses?: boolean;
}

/** The case as an output of a plan. */
export function planCase(each: OutputCase, name: string): PlanOutput {
  return {
    id: nodeId(name),
    name,
    source: { layer: name, port: 0 },
    shape: shapeFromSizes(each.sizes),
    target: "",
    loss: each.loss,
    lossOptions: each.options ?? {},
    lossWeight: each.lossWeight ?? 1,
    metrics: each.metrics ?? [],
    metricOptions: each.metricOptions ?? {},
  };
}

export function openObjective(cases: readonly OutputCase[]): Objective {
  const outputs = cases.map((each, index) =>
    planCase({ metrics: ["meanAbsoluteError"], ...each }, `out${index}`),
  );
  const plan: ModelPlan = { name: "test", inputs: [], layers: [], outputs };
  const targets = cases.map((each, index): FieldSpec => {
    const units = each.sizes.at(-1) ?? 1;
    const classes = Array.from({ length: Math.max(2, units) }, (_unused, at) => `c${at}`);
    return {
      name: `out${index}`,
      role: "target",
      shape: shapeFromSizes(each.sizes),
      classes: (each.hasClasses ?? isForClasses(each.loss)) ? classes : null,
    };
  });
  const dataset: Pick<Dataset, "targetScale"> = {
    targetScale: (name) =>
      cases[Number(name.slice(3))]?.scale ?? {
        scale: 1,
        offset: 0,
      },
  };
  const classWeights: TrainingConfig["classWeights"] = cases[0]?.classWeights ?? "none";
  // The objective asks a data set for nothing else.
  return createObjective(plan, dataset as Dataset, { targets, classWeights });
}

export function isForClasses(loss: LossName): boolean {
  return /^(categorical|sparse)/i.test(loss) && loss !== "categoricalHinge";
}

export interface Draw {
  /** Of the prediction, batch included. */
  readonly shape: readonly number[];
  readonly truthShape: readonly number[];
  readonly truth: Float32Array;
  readonly predicted: Float32Array;
  readonly weights: Float32Array;
}

/** Truths and predictions such as the loss takes: one-hot, yes or no, or numbers above 0. */
export function drawPair(each: OutputCase, batch: number, seed: string): Draw {
  const random = createRandom(7).fork(seed);
  const shape = [batch, ...each.sizes];
  const units = each.sizes.at(-1) ?? 1;
  const count = shape.reduce((product, size) => product * size, 1);
  const isLogits = each.options?.fromLogits === true;
  const truth = new Float32Array(count);
  const predicted = Float32Array.from({ length: count }, () =>
    isLogits ? 6 * random.next() - 3 : 0.02 + 0.96 * random.next(),
  );
  const isClass = isForClasses(each.loss) || each.loss === "categoricalHinge";
  for (let row = 0; row < count / units; row++) {
    fillTruth(truth, { row, units, isClass, loss: each.loss, random });
    if (isClass && units > 1 && !isLogits) normaliseRow(predicted, row * units, units);
  }
  const weights = Float32Array.from({ length: batch }, () => 0.2 + 2 * random.next());
  const other = drawOther(each, { batch, units, random });
  if (other !== null) return { shape, predicted: other.predicted ?? predicted, ...other, weights };
  return { shape, truthShape: shape, truth, predicted, weights };
}

/** How many labels a drawn sequence has at most. */
const mostLabels = 3;

/** Label sequences for CTC, filled up with blanks; class numbers and vectors of length 1 for Circle. */
function drawOther(
  { loss }: OutputCase,
  by: { readonly batch: number; readonly units: number; readonly random: Random },
): (Pick<Draw, "truth" | "truthShape"> & { readonly predicted?: Float32Array }) | null {
  const { batch, units, random } = by;
  switch (readsTruthAs(loss)) {
    case "rows":
      return null;
    case "sequence": {
      const truthShape = [batch, mostLabels, units];
      const truth = new Float32Array(batch * mostLabels * units);
      for (let sample = 0; sample < batch; sample++) {
        // Every length, none included, and the same label twice running.
        const length = sample % (mostLabels + 1);
        const first = 1 + Math.floor(random.next() * (units - 1));
        for (let place = 0; place < mostLabels; place++) {
          const isRepeat = place === 1 && sample % 3 === 0;
          const label = isRepeat ? first : 1 + ((first + place) % (units - 1));
          const said = place === 0 ? first : label;
          truth[(sample * mostLabels + place) * units + (place < length ? said : 0)] = 1;
        }
      }
      return { truthShape, truth };
    }
    case "label": {
      const predicted = Float32Array.from({ length: batch * units }, () => 2 * random.next() - 1);
      for (let sample = 0; sample < batch; sample++) {
        const row = predicted.subarray(sample * units, (sample + 1) * units);
        const length = Math.hypot(...row);
        row.forEach((value, index) => (row[index] = value / length));
      }
      const truth = Float32Array.from({ length: batch }, (_unused, sample) => sample % 3);
      return { truthShape: [batch, 1], truth, predicted };
    }
  }
}

function fillTruth(
  truth: Float32Array,
  about: {
    readonly row: number;
    readonly units: number;
    readonly isClass: boolean;
    readonly loss: LossName;
    readonly random: Random;
  },
): void {
  const { row, units, isClass, loss, random } = about;
  if (isClass && units > 1) {
    truth[row * units + Math.floor(random.next() * units)] = 1;
    return;
  }
  const isYesNo = isClass || /^(binary|hinge|squaredHinge|dice|tversky)/.test(loss);
  for (let unit = 0; unit < units; unit++) {
    truth[row * units + unit] = isYesNo ? Math.round(random.next()) : 0.1 + random.next();
  }
}

function normaliseRow(values: Float32Array, start: number, units: number): void {
  const row = values.subarray(start, start + units);
  const sum = row.reduce((total, value) => total + value, 0);
  row.forEach((value, index) => (row[index] = value / sum));
}

export interface Measured {
  readonly total: number;
  readonly sums: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

/** Everything that a training step takes from the objective, on the backend that is set. */
export async function measureDraws(
  objective: Objective,
  cases: readonly OutputCase[],
  draws: readonly Draw[],
): Promise<Measured> {
  const truths = draws.map(({ truth, truthShape }) => tf.tensor(truth, [...truthShape]));
  const predictions = draws.map(({ predicted, shape }) => tf.tensor(predicted, [...shape]));
  if (cases.some(({ isWeighted }) => isWeighted)) {
    truths.push(tf.tensor1d(draws[0]?.weights ?? new Float32Array(0)));
  }
  const kept: tf.Tensor[] = [];
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const { total, sums } = objective.measure(truths, given, [], { isTraining: true });
    kept.push(tf.keep(sums));
    return total;
  })(predictions);
  const read = async (tensor: tf.Tensor) => [...(await tensor.data())];
  const [sums] = kept;
  if (sums === undefined) throw new Error("nothing measured");
  const answer = {
    total: (await read(value))[0] ?? Number.NaN,
    sums: await read(sums),
    gradients: await Promise.all(grads.map(read)),
  };
  tf.dispose([...truths, ...predictions, ...kept, value, ...grads]);
  return answer;
}
