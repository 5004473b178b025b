/** Cases that updaters are compared over: every optimizer with every option, clipping, accumulation. */
import * as tf from "@tensorflow/tfjs";
import { createRandom } from "../../base/random.ts";
import { defaultOptimizers } from "../../training/config.ts";
import { setStep } from "../step/stepNumbers.ts";
import { createUpdater, type Updater, type UpdaterConfig } from "./createUpdater.ts";

export interface UpdateCase {
  readonly title: string;
  readonly config: UpdaterConfig;
}

const { sgd, momentum, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, lion } =
  defaultOptimizers;

/** Rates large enough that weights change visibly; large epsilons show where they are added. */
const optimizers: readonly UpdaterConfig["optimizer"][] = [
  { ...sgd, learningRate: 0.1 },
  { ...sgd, learningRate: 0.1, weightDecay: 0.2 },
  { ...momentum, learningRate: 0.1 },
  { ...momentum, learningRate: 0.1, momentum: 0 },
  { ...momentum, learningRate: 0.1, nesterov: true, weightDecay: 0.1 },
  { ...adagrad, learningRate: 0.1 },
  { ...adagrad, learningRate: 0.1, initialAccumulator: 0.01, epsilon: 0.05, weightDecay: 0.1 },
  { ...adadelta, learningRate: 1 },
  { ...adadelta, learningRate: 1, rho: 0.7, epsilon: 0.01, weightDecay: 0.1 },
  { ...rmsprop, learningRate: 0.02 },
  { ...rmsprop, learningRate: 0.02, momentum: 0.8 },
  { ...rmsprop, learningRate: 0.02, centered: true, epsilon: 0.01 },
  { ...rmsprop, learningRate: 0.02, momentum: 0.5, centered: true, rho: 0.6, weightDecay: 0.1 },
  { ...adam, learningRate: 0.05 },
  { ...adam, learningRate: 0.05, beta1: 0.5, beta2: 0.8, epsilon: 0.01 },
  { ...adam, learningRate: 0.05, beta2: 0.6, amsgrad: true, weightDecay: 0.1 },
  { ...adamw, learningRate: 0.05 },
  { ...adamw, learningRate: 0.05, weightDecay: 0.3, amsgrad: true, beta2: 0.7 },
  { ...adamax, learningRate: 0.05 },
  { ...adamax, learningRate: 0.05, beta1: 0.6, beta2: 0.7, epsilon: 0.01, weightDecay: 0.1 },
  { ...nadam, learningRate: 0.05 },
  { ...nadam, learningRate: 0.05, beta1: 0.6, beta2: 0.7, epsilon: 0.01, weightDecay: 0.1 },
  { ...lion, learningRate: 0.05 },
  { ...lion, learningRate: 0.05, beta1: 0.6, beta2: 0.7, weightDecay: 0.1 },
];

const frugal = { clipping: null, accumulation: 1 } as const;

export const updateCases: readonly UpdateCase[] = [
  ...optimizers.map((optimizer) => ({ ...frugal, optimizer })),
  ...(["value", "norm", "globalNorm"] as const).flatMap((kind) => {
    // Norms of the gradients below are from 0.1 to about 5: some are clipped, some are not.
    const clipping = { kind, limit: kind === "value" ? 0.25 : 1 };
    return [
      { optimizer: { ...sgd, learningRate: 0.1, weightDecay: 0.1 }, clipping, accumulation: 1 },
      { optimizer: { ...adam, learningRate: 0.05 }, clipping, accumulation: 3 },
    ];
  }),
  { optimizer: { ...nadam, learningRate: 0.05 }, clipping: null, accumulation: 4 },
  { optimizer: { ...sgd, learningRate: 0.1 }, clipping: null, accumulation: 5 },
  {
    optimizer: { ...rmsprop, learningRate: 0.02, momentum: 0.5, centered: true },
    clipping: null,
    accumulation: 2,
  },
].map((config) => ({ title: describeCase(config), config }));

function describeCase({ optimizer, clipping, accumulation }: UpdaterConfig): string {
  const { name, learningRate: _rate, ...options } = optimizer;
  const clip = clipping === null ? "" : `, clipped by ${clipping.kind}`;
  return `${name} ${JSON.stringify(options)}${clip}, every ${accumulation}`;
}

const weightScale = 0.5;

export interface UpdateMaterial {
  readonly shapes: readonly (readonly number[])[];
  readonly weights: readonly Float32Array[];
  /** By step, then by variable. */
  readonly gradients: readonly (readonly Float32Array[])[];
}

/** Gradients around means of their own, as layers have them, some of them zero. */
export function makeMaterial(
  shapes: readonly (readonly number[])[],
  stepCount: number,
): UpdateMaterial {
  const random = createRandom("updates");
  const draw = (shape: readonly number[], scale: number) =>
    Float32Array.from({ length: sizeOf(shape) }, () => scale * random.nextNormal());
  const means = shapes.map((shape) => draw(shape, 0.1));
  return {
    shapes,
    weights: shapes.map((shape) => draw(shape, weightScale)),
    gradients: Array.from({ length: stepCount }, () =>
      shapes.map((shape, index) =>
        draw(shape, 0.2).map((value, at) =>
          at % 11 === 10 ? 0 : value + (means[index]?.[at] ?? 0),
        ),
      ),
    ),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Variables with the material's weights, on the backend that is set, and their updater. */
export function startUpdates(
  config: UpdaterConfig,
  { shapes, weights }: UpdateMaterial,
  create = createUpdater,
) {
  const variables = shapes.map((shape, index) => ({
    name: `variable${index}`,
    variable: tf.tidy(() => tf.variable(tf.tensor(weights[index] ?? [], [...shape], "float32"))),
  }));
  const updater = create(config, variables);
  return { variables, updater };
}

/** One step with these gradients; the learning rate as configured unless told otherwise. */
export function takeStep(
  updater: Updater,
  config: UpdaterConfig,
  step: {
    readonly stepsDone: number;
    readonly shapes: readonly (readonly number[])[];
    readonly gradients: readonly (Float32Array | null)[];
  },
): void {
  const { stepsDone, shapes, gradients } = step;
  setStep({
    step: stepsDone,
    seed: 1,
    batchStart: 0,
    row: 0,
    learningRate: config.optimizer.learningRate,
    optimizer: updater.numbers(stepsDone),
  });
  tf.tidy(() => {
    const tensors = new Map<string, tf.Tensor>();
    for (const [index, shape] of shapes.entries()) {
      const values = gradients[index];
      if (values) tensors.set(`variable${index}`, tf.tensor(values.slice(), [...shape], "float32"));
    }
    updater.apply(tensors);
  });
  setStep(null);
}

/** Weights after all of the material's steps. */
export async function runUpdates(
  config: UpdaterConfig,
  material: UpdateMaterial,
  create = createUpdater,
): Promise<readonly Float32Array[]> {
  const { variables, updater } = startUpdates(config, material, create);
  for (const [stepsDone, gradients] of material.gradients.entries()) {
    takeStep(updater, config, { stepsDone, shapes: material.shapes, gradients });
  }
  const weights = await Promise.all(variables.map(({ variable }) => variable.data()));
  const copies = weights.map((values) => Float32Array.from(values));
  updater.dispose();
  for (const { variable } of variables) variable.dispose();
  return copies;
}

/** The largest difference, in parts of the largest weight of that variable, or of what weights usually are. */
export function findDistance(
  found: readonly ArrayLike<number>[],
  wanted: readonly ArrayLike<number>[],
): number {
  return Math.max(
    ...wanted.map((values, index) => {
      let largest = weightScale;
      let difference = 0;
      for (let at = 0; at < values.length; at++) {
        const value = values[at] ?? Number.NaN;
        largest = Math.max(largest, Math.abs(value));
        const distance = Math.abs((found[index]?.[at] ?? Number.NaN) - value);
        difference = Number.isNaN(distance) ? Number.NaN : Math.max(difference, distance);
      }
      return difference / largest;
    }),
  );
}
