/** Scripts whose training has every kind of optimizer, schedule, clipping, accumulation and batching once. */
import { defaultOptimizers, defaultTraining, type TrainingConfig } from "../training/config.ts";
import { makePlan, type ScriptCase } from "./scripts.testkit.ts";

const { sgd, adam, adamw, adadelta, adagrad, lion, momentum, nadam, rmsprop } = defaultOptimizers;
const oneCycle = { kind: "oneCycle", warmShare: 0.3, startDivisor: 25, endDivisor: 100 } as const;
const plateau = {
  kind: "reduceOnPlateau",
  monitor: "valLoss",
  factor: 0.5,
  patience: 1,
  minDelta: 0,
  cooldown: 1,
  minLearningRate: 1,
} as const;

const settings: Readonly<Record<string, Partial<TrainingConfig>>> = {
  warmed_cycle: {
    optimizer: { ...sgd, weightDecay: 0.1 },
    schedule: { kind: "warmUp", startShare: 0, length: 3, unit: "steps", after: oneCycle },
    clipping: { kind: "globalNorm", limit: 1 },
    accumulation: 2,
  },
  restarted_cosine: {
    optimizer: { ...adam, amsgrad: true },
    schedule: {
      kind: "cosine",
      endShare: 0,
      length: 1,
      unit: "epochs",
      restarts: { lengthFactor: 2, peakFactor: 0.5 },
    },
    batching: "full-batch",
  },
  stochastic_lion: {
    optimizer: lion,
    schedule: { kind: "warmUp", startShare: 0.1, length: 1, unit: "epochs", after: plateau },
    batching: "stochastic",
    keepBest: { monitor: "valLoss" },
    accumulation: 4,
  },
  stepped_centred: {
    optimizer: { ...rmsprop, centered: true, momentum: 0.5 },
    schedule: { kind: "step", factor: 0.5, every: 1, unit: "epochs" },
    clipping: { kind: "norm", limit: 1 },
  },
  power_nadam: {
    optimizer: nadam,
    schedule: { kind: "polynomial", power: 2, endShare: 0.1, length: null, unit: "epochs" },
    clipping: { kind: "value", limit: 1 },
  },
  falling_adadelta: {
    optimizer: { ...adadelta, learningRate: 1 },
    schedule: { kind: "exponential", factor: 0.9, every: 1, unit: "epochs" },
  },
  decayed_adamw: { optimizer: adamw },
  slow_adagrad: { optimizer: { ...adagrad, epsilon: 0.01 }, schedule: plateau },
  looking_ahead: { optimizer: { ...momentum, nesterov: true, weightDecay: 0.01 } },
};

export const optimizerCases: readonly ScriptCase[] = Object.entries(settings).map(
  ([name, training]) => ({
    title: name,
    plan: makePlan(
      name,
      { x: [2] },
      [["scores", "dense", { units: 2, activation: "softmax" }, ["x"]]],
      [{ source: "scores" }],
    ),
    data: {
      source: { kind: "generated", generator: "moons", samples: 60, noise: 0.1, seed: 2 },
      split: { validation: 0.2, seed: 4 },
      scaling: "none",
      imageSize: null,
    },
    training: { ...defaultTraining, epochs: 2, batchSize: 16, ...training },
  }),
);
