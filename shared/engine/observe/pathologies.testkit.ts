/** Small trainings that go wrong in a known way, and some that don't: what diagnoses are measured by. Seconds each, on the processor. */
import { createRandom } from "../../base/random.ts";
import type { ModelPlan, PlanLayer, PlanOutput } from "../../compiler/plan.ts";
import type { Dataset, FieldSpec } from "../../datasets/dataset.ts";
import { shapeFromSizes, shapeOf } from "../../layers/shape.ts";
import { defaultOptimizers, type TrainingConfig } from "../../training/config.ts";
import { diagnoseRun, type DiagnosisCode } from "../../training/diagnose.ts";
import { initialRunState, runReducer, type RunState } from "../../training/runReducer.ts";
import { createTrainingControl } from "../control.ts";
import { configOf, layer, planOf, testRun } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { unprepared } from "../step/blankDataset.ts";
import { trainModel } from "../train.ts";

export interface Trial {
  readonly title: string;
  readonly plan: ModelPlan;
  readonly makeDataset: (seed: number) => Dataset;
  readonly config: Partial<TrainingConfig>;
}

export interface Pathology extends Trial {
  readonly code: DiagnosisCode;
}

/** Trains with one seed, observing about twenty times, and tells what is diagnosed at the end. */
export async function diagnoseTrial(
  trial: Trial,
  seed: number,
): Promise<{ readonly codes: readonly DiagnosisCode[]; readonly state: RunState }> {
  const dataset = trial.makeDataset(seed);
  const config = configOf({ epochs: 12, batchSize: 32, ...trial.config, seed });
  const steps = Math.ceil(dataset.train.length / config.batchSize) * config.epochs;
  let state = initialRunState;
  await trainModel({
    runId: testRun,
    plan: trial.plan,
    dataset,
    config,
    backend: await selectBackend("cpu"),
    control: createTrainingControl(),
    onEvent: (event) => {
      state = runReducer(state, event);
    },
    observe: { everySteps: Math.max(2, Math.floor(steps / 20)) },
  });
  return { codes: diagnoseRun(state, config).map(({ code }) => code), state };
}

interface BlobOptions {
  readonly count?: number;
  readonly features?: number;
  readonly classes?: number;
  /** Standard deviation around the centres, which lie about 1 from 0 in each feature. */
  readonly spread?: number;
  readonly scale?: number;
  /** Share of labels drawn anew. */
  readonly noise?: number;
  /** Share of the first class; absent: all alike. */
  readonly majority?: number;
  readonly validation?: number;
}

/** Points around a centre for each class. */
function makeBlobs(options: BlobOptions = {}): (seed: number) => Dataset {
  const { count = 400, features = 6, classes = 3, spread = 0.5, scale = 1 } = options;
  return (seed) => {
    const random = createRandom(`blobs ${seed}`);
    const centres = Array.from({ length: classes * features }, () => random.nextNormal());
    const labels = new Int32Array(count);
    const values = new Float32Array(count * features);
    for (let sample = 0; sample < count; sample++) {
      const isFirst = options.majority !== undefined && random.next() < options.majority;
      const label = isFirst ? 0 : random.nextInt(classes);
      labels[sample] = random.next() < (options.noise ?? 0) ? random.nextInt(classes) : label;
      for (let feature = 0; feature < features; feature++) {
        const centre = centres[label * features + feature] ?? 0;
        values[sample * features + feature] = scale * (centre + spread * random.nextNormal());
      }
    }
    return makeDataset({ values, labels, shape: [features], classes, count, ...options });
  };
}

/** A smooth function of the features, scaled to about 1. */
function makeCurve(options: { readonly count?: number; readonly noise?: number } = {}) {
  const { count = 400, noise = 0.05 } = options;
  return (seed: number): Dataset => {
    const random = createRandom(`curve ${seed}`);
    const values = Float32Array.from({ length: 2 * count }, () => 2 * random.next() - 1);
    const labels = Float32Array.from({ length: count }, (_, sample) => {
      const [x, y] = [values[2 * sample] ?? 0, values[2 * sample + 1] ?? 0];
      return Math.sin(3 * x) + x * y + noise * random.nextNormal();
    });
    return makeDataset({ values, labels, shape: [2], classes: null, count });
  };
}

/** Pictures of 8 × 8: one class has bars along, the other across. */
function makeBars(seed: number): Dataset {
  const random = createRandom(`bars ${seed}`);
  const count = 240;
  const values = new Float32Array(count * 64);
  const labels = new Int32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const label = random.nextInt(2);
    const place = random.nextInt(8);
    labels[sample] = label;
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const isOn = (label === 0 ? x : y) === place;
        values[sample * 64 + y * 8 + x] = (isOn ? 1 : 0) + 0.2 * random.next();
      }
    }
  }
  return makeDataset({ values, labels, shape: [8, 8, 1], classes: 2, count });
}

/** Sequences of 8 numbers; the class says whether their sum is positive. */
function makeSums(seed: number): Dataset {
  const random = createRandom(`sums ${seed}`);
  const count = 240;
  const values = Float32Array.from({ length: count * 8 }, () => random.nextNormal());
  const labels = Int32Array.from({ length: count }, (_, sample) => {
    let sum = 0;
    for (let step = 0; step < 8; step++) sum += values[sample * 8 + step] ?? 0;
    return sum > 0 ? 1 : 0;
  });
  return makeDataset({ values, labels, shape: [8, 1], classes: 2, count });
}

interface DatasetParts {
  readonly values: Float32Array;
  readonly labels: Int32Array | Float32Array;
  readonly shape: readonly number[];
  readonly classes: number | null;
  readonly count: number;
  readonly validation?: number;
}

function makeDataset(parts: DatasetParts): Dataset {
  const { values, labels, shape, classes, count } = parts;
  const size = values.length / count;
  const validationCount = Math.floor(count * (parts.validation ?? 0.2));
  const trainCount = count - validationCount;
  const features: FieldSpec = {
    name: "features",
    role: "feature",
    shape: shapeFromSizes([...shape]),
    classes: null,
  };
  const target: FieldSpec =
    classes === null
      ? { name: "target", role: "target", shape: shapeFromSizes([1]), classes: null }
      : {
          name: "target",
          role: "target",
          shape: shapeOf([], "int32"),
          classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
        };
  return {
    summary: {
      kind: "table",
      label: "trial",
      sampleCount: count,
      trainCount,
      validationCount,
      fields: [features, target],
      classCounts: [],
    },
    train: Uint32Array.from({ length: trainCount }, (_, index) => index),
    validation: Uint32Array.from({ length: validationCount }, (_, index) => trainCount + index),
    gather(field, samples) {
      if (field === "features") {
        const gathered = new Float32Array(samples.length * size);
        samples.forEach((sample, row) =>
          gathered.set(values.subarray(sample * size, (sample + 1) * size), row * size),
        );
        return gathered;
      }
      const picked = Array.from(samples, (sample) => labels[sample] ?? 0);
      return classes === null ? Float32Array.from(picked) : Int32Array.from(picked);
    },
    ...unprepared,
  };
}

interface StackOptions {
  readonly features?: number;
  readonly units?: readonly number[];
  readonly activation?: string;
  readonly classes?: number;
  readonly kernel?: { readonly name: string; readonly config: Readonly<Record<string, number>> };
  readonly bias?: number;
  readonly output?: Partial<PlanOutput>;
}

/** Dense layers in a row; the last one gives classes, or with `classes: 0` one number. */
function stackDense(options: StackOptions = {}): ModelPlan {
  const { features = 6, units = [16], activation = "relu", classes = 3 } = options;
  const kernel =
    options.kernel === undefined
      ? {}
      : { kernelInitializer: { kind: "initializer", ...options.kernel } as const };
  const bias =
    options.bias === undefined
      ? {}
      : {
          biasInitializer: {
            kind: "initializer",
            name: "constant",
            config: { value: options.bias },
          } as const,
        };
  const layers: PlanLayer[] = units.map((count, index) =>
    layer(
      "dense",
      `hidden${index + 1}`,
      { units: count, activation, ...kernel, ...bias },
      [index === 0 ? "x" : `hidden${index}`],
      [count],
    ),
  );
  const last = units.length === 0 ? "x" : `hidden${units.length}`;
  const head =
    classes === 0
      ? layer("dense", "value", { units: 1, ...kernel }, [last], [1])
      : layer(
          "dense",
          "scores",
          { units: classes, activation: "softmax", ...kernel },
          [last],
          [classes],
        );
  return planOf([features], [...layers, head], {
    ...(classes === 0
      ? { loss: "meanSquaredError" as const, metrics: ["rootMeanSquaredError" as const] }
      : {}),
    ...options.output,
  });
}

const sgd = (learningRate: number) => ({ ...defaultOptimizers.sgd, learningRate });
const adam = (learningRate: number) => ({ ...defaultOptimizers.adam, learningRate });
const normal = (stddev: number) => ({ name: "randomNormal", config: { mean: 0, stddev } });

/** One a code. What else is diagnosed beside it is no mistake: one trouble brings others. */
export const pathologies: readonly Pathology[] = [
  {
    code: "vanishing-gradients",
    title: "eight sigmoid layers in a row",
    plan: stackDense({ units: Array.from({ length: 8 }, () => 12), activation: "sigmoid" }),
    makeDataset: makeBlobs(),
    config: { optimizer: sgd(0.1) },
  },
  {
    code: "exploding-gradients",
    title: "six ReLU layers that start with weights far too large",
    plan: stackDense({
      units: Array.from({ length: 6 }, () => 16),
      features: 2,
      classes: 0,
      kernel: normal(0.9),
    }),
    makeDataset: makeCurve(),
    config: { optimizer: adam(0.0005), epochs: 4 },
  },
  {
    code: "dead-relu",
    title: "ReLU units that start with a bias of −8",
    plan: stackDense({ units: [24], bias: -8 }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.001) },
  },
  {
    code: "saturated",
    title: "tanh layers that start with weights far too large",
    plan: stackDense({ units: [24, 24], activation: "tanh", kernel: normal(4) }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.001) },
  },
  {
    code: "rate-too-high",
    title: "Adam with a learning rate of 1",
    plan: stackDense({ units: [24, 24] }),
    makeDataset: makeBlobs({ spread: 1.5 }),
    config: { optimizer: adam(1) },
  },
  {
    code: "rate-too-low",
    title: "SGD with a learning rate of 1e-6",
    plan: stackDense({ units: [24] }),
    makeDataset: makeBlobs(),
    config: { optimizer: sgd(1e-6) },
  },
  {
    code: "class-collapse",
    title: "nine of ten samples in one class, which the inputs hardly tell",
    plan: stackDense({ units: [4] }),
    makeDataset: makeBlobs({ majority: 0.88, spread: 6, scale: 1 / 6, count: 800 }),
    config: { optimizer: adam(0.005), epochs: 16 },
  },
  {
    code: "overfitting",
    title: "a wide network, few samples, classes that overlap",
    plan: stackDense({ units: [96, 96], features: 16 }),
    makeDataset: makeBlobs({ count: 120, features: 16, spread: 2.5, validation: 0.5 }),
    config: { optimizer: adam(0.005), epochs: 40 },
  },
  {
    code: "no-learning",
    title: "all weights start at zero",
    plan: stackDense({ units: [16, 16], kernel: { name: "zeros", config: {} } }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.01) },
  },
  {
    code: "bad-label",
    title: "a third of the labels drawn anew",
    plan: stackDense({ units: [16] }),
    makeDataset: makeBlobs({ count: 600, noise: 0.33, classes: 3, spread: 0.3 }),
    config: { optimizer: adam(0.01) },
  },
  {
    code: "unscaled-inputs",
    title: "features in the thousands",
    plan: stackDense({ units: [16] }),
    makeDataset: makeBlobs({ scale: 2000 }),
    config: { optimizer: adam(0.001) },
  },
  {
    code: "nearly-not-finite",
    title: "regression with steps that overshoot further each time",
    plan: stackDense({ units: [16, 16], features: 2, classes: 0 }),
    makeDataset: makeCurve(),
    config: { optimizer: sgd(5) },
  },
];

/** Nothing may be said of these. */
export const healthyTrials: readonly Trial[] = [
  {
    title: "classes, one ReLU layer, Adam",
    plan: stackDense(),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.01) },
  },
  {
    title: "classes, one ReLU layer, SGD",
    plan: stackDense(),
    makeDataset: makeBlobs(),
    config: { optimizer: sgd(0.1) },
  },
  {
    title: "classes, two tanh layers",
    plan: stackDense({ units: [16, 16], activation: "tanh" }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.005) },
  },
  {
    title: "classes, one sigmoid layer",
    plan: stackDense({ units: [16], activation: "sigmoid" }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.01) },
  },
  {
    title: "softmax regression",
    plan: stackDense({ units: [] }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.02) },
  },
  {
    title: "four ReLU layers",
    plan: stackDense({ units: [24, 24, 24, 24] }),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.002) },
  },
  {
    title: "classes that overlap",
    plan: stackDense({ units: [8], features: 4 }),
    makeDataset: makeBlobs({ count: 600, spread: 1.2, features: 4 }),
    config: { optimizer: adam(0.005) },
  },
  {
    title: "rare classes that can be told",
    plan: stackDense({ units: [16] }),
    makeDataset: makeBlobs({ majority: 0.7, spread: 0.4 }),
    config: { optimizer: adam(0.01) },
  },
  {
    title: "dropout and batch normalization",
    plan: planOf(
      [6],
      [
        layer("dense", "hidden", { units: 24 }, ["x"], [24]),
        layer("batchNormalization", "norm", {}, ["hidden"], [24]),
        layer("reLU", "relu", {}, ["norm"], [24]),
        layer("dropout", "drop", { rate: 0.3 }, ["relu"], [24]),
        layer("dense", "scores", { units: 3, activation: "softmax" }, ["drop"], [3]),
      ],
    ),
    makeDataset: makeBlobs(),
    config: { optimizer: adam(0.01) },
  },
  {
    title: "regression, tanh",
    plan: stackDense({ units: [16], features: 2, classes: 0, activation: "tanh" }),
    makeDataset: makeCurve(),
    config: { optimizer: adam(0.01), epochs: 20 },
  },
  {
    title: "regression, ReLU, momentum",
    plan: stackDense({ units: [24, 24], features: 2, classes: 0 }),
    makeDataset: makeCurve(),
    config: { optimizer: { ...defaultOptimizers.momentum, learningRate: 0.01 }, epochs: 20 },
  },
  {
    title: "a small convolution network",
    plan: planOf(
      [8, 8, 1],
      [
        layer(
          "conv2d",
          "conv",
          { filters: 6, kernelSize: 3, activation: "relu" },
          ["x"],
          [6, 6, 6],
        ),
        layer("maxPooling2d", "pool", { poolSize: 2 }, ["conv"], [3, 3, 6]),
        layer("flatten", "flat", {}, ["pool"], [54]),
        layer("dense", "scores", { units: 2, activation: "softmax" }, ["flat"], [2]),
      ],
    ),
    makeDataset: makeBars,
    config: { optimizer: adam(0.01), epochs: 8 },
  },
  {
    title: "a recurrent network",
    plan: planOf(
      [8, 1],
      [
        layer("gru", "steps", { units: 8 }, ["x"], [8]),
        layer("dense", "scores", { units: 2, activation: "softmax" }, ["steps"], [2]),
      ],
    ),
    makeDataset: makeSums,
    config: { optimizer: adam(0.01), epochs: 8 },
  },
  {
    title: "two classes with one sigmoid",
    plan: planOf(
      [6],
      [
        layer("dense", "hidden", { units: 12, activation: "relu" }, ["x"], [12]),
        layer("dense", "score", { units: 1, activation: "sigmoid" }, ["hidden"], [1]),
      ],
      { loss: "binaryCrossentropy" },
    ),
    makeDataset: makeBlobs({ classes: 2 }),
    config: { optimizer: adam(0.01) },
  },
];
