import { z } from "../base/schema.ts";
import { trainingLimits as limits } from "../training/config.ts";

/** What a project's training settings may say. Unknown keys are refused, as everywhere in files. */

const share = z.number().min(0).lt(1, "must be less than 1");
const part = z.number().min(0).max(1);
const learningRate = z.number().positive("must be greater than 0").max(limits.learningRate);
const weightDecay = z.number().min(0).max(limits.weightDecay);
const epsilon = z.number().positive("must be greater than 0").max(limits.epsilon);
const betas = { beta1: share, beta2: share };

const adam = { learningRate, ...betas, epsilon, amsgrad: z.boolean(), weightDecay };

const optimizerSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("sgd"), learningRate, weightDecay }),
  z.strictObject({
    name: z.literal("momentum"),
    learningRate,
    momentum: share,
    nesterov: z.boolean(),
    weightDecay,
  }),
  z.strictObject({
    name: z.literal("adagrad"),
    learningRate,
    initialAccumulator: z.number().min(0).max(1e6),
    epsilon,
    weightDecay,
  }),
  z.strictObject({ name: z.literal("adadelta"), learningRate, rho: share, epsilon, weightDecay }),
  z.strictObject({
    name: z.literal("rmsprop"),
    learningRate,
    rho: share,
    momentum: share,
    centered: z.boolean(),
    epsilon,
    weightDecay,
  }),
  z.strictObject({ name: z.literal("adam"), ...adam }),
  z.strictObject({ name: z.literal("adamw"), ...adam }),
  z.strictObject({ name: z.literal("adamax"), learningRate, ...betas, epsilon, weightDecay }),
  z.strictObject({ name: z.literal("nadam"), learningRate, ...betas, epsilon, weightDecay }),
  z.strictObject({ name: z.literal("lion"), learningRate, ...betas, weightDecay }),
]);

const unit = z.enum(["epochs", "steps"]);
const length = z.number().positive("must be greater than 0").max(limits.scheduleLength);
const factor = z.number().positive("must be greater than 0").max(1);
const divisor = z.number().min(1).max(1e9);
const monitor = z.string().min(1).max(200);

const plainScheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant") }),
  z.strictObject({ kind: z.literal("step"), factor, every: length, unit }),
  z.strictObject({ kind: z.literal("exponential"), factor, every: length, unit }),
  z.strictObject({
    kind: z.literal("polynomial"),
    power: z.number().positive("must be greater than 0").max(100),
    endShare: part,
    length: length.nullable(),
    unit,
  }),
  z.strictObject({
    kind: z.literal("cosine"),
    endShare: part,
    length: length.nullable(),
    unit,
    restarts: z
      .strictObject({ lengthFactor: z.number().min(1).max(100), peakFactor: factor })
      .nullable(),
  }),
  z.strictObject({
    kind: z.literal("oneCycle"),
    warmShare: z.number().positive("must be greater than 0").lt(1, "must be less than 1"),
    startDivisor: divisor,
    endDivisor: divisor,
  }),
  z.strictObject({
    kind: z.literal("reduceOnPlateau"),
    monitor,
    factor: z.number().positive("must be greater than 0").lt(1, "must be less than 1"),
    patience: z.int().min(1).max(1_000_000),
    minDelta: z.number().min(0),
    cooldown: z.int().min(0).max(1_000_000),
    minLearningRate: z.number().min(0).max(limits.learningRate),
  }),
]);

const scheduleSchema = z.discriminatedUnion("kind", [
  ...plainScheduleSchema.options,
  z.strictObject({
    kind: z.literal("warmUp"),
    startShare: part,
    length,
    unit,
    after: plainScheduleSchema,
  }),
]);

export const trainingSchema = z.strictObject({
  procedure: z.literal("supervised"),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  clipping: z
    .strictObject({
      kind: z.enum(["value", "norm", "globalNorm"]),
      limit: z.number().positive("must be greater than 0").max(1e9),
    })
    .nullable(),
  accumulation: z.int().min(1).max(limits.accumulation),
  batching: z.enum(["mini-batch", "full-batch", "stochastic"]),
  batchSize: z.int().min(1).max(limits.batchSize),
  epochs: z.int().min(1).max(limits.epochs),
  seed: z.int().min(0).max(limits.seed),
  shuffle: z.boolean(),
  classWeights: z.union([
    z.enum(["none", "balanced"]),
    z.array(z.number().min(0).max(1e9)).min(1).max(limits.classes).readonly(),
  ]),
  sampleWeightField: z.string().min(1).max(200).nullable(),
  earlyStopping: z
    .strictObject({
      monitor,
      patience: z.int().min(0).max(1_000_000),
      minDelta: z.number().min(0),
      restoreBest: z.boolean(),
    })
    .nullable(),
  keepBest: z.strictObject({ monitor }).nullable(),
  checkpoints: z.strictObject({
    everyMinutes: z
      .number()
      .positive("must be greater than 0")
      .max(limits.checkpointMinutes)
      .nullable(),
    everySteps: z.int().min(1).max(limits.checkpointSteps).nullable(),
  }),
  // Files of this version from before there was a choice say nothing.
  precision: z.enum(["float32", "mixed"]).default("float32"),
});
