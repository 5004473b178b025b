import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { lossNames, readsTruthAs, type LossName } from "../training/losses.ts";
import type { MetricName } from "../training/metrics.ts";
import { createLoss } from "./losses.ts";
import { createMetric, type MetricContext } from "./metrics.ts";
import { selectBackend } from "./selectBackend.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const { log, exp, sqrt, abs, cosh } = Math;
const mean = (values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0) / values.length;

// One-hot truths and probabilities, and plain numbers; expected values are written out as sums of the definitions.
const oneHot = [
  [0, 1, 0],
  [0, 0, 1],
];
const shares = [
  [0.05, 0.95, 0],
  [0.1, 0.8, 0.1],
];
const truths = [
  [1, -2],
  [0.5, 4],
];
const guesses = [
  [1.5, -1],
  [0.5, 1],
];
const bits = [
  [0, 1],
  [0, 0],
];
const chances = [
  [0.6, 0.4],
  [0.4, 0.6],
];

const cases: readonly [LossName, number[][], number[][], number][] = [
  // Documented at keras.io: 1.177.
  ["categoricalCrossentropy", oneHot, shares, mean([-log(0.95), -log(0.1)])],
  ["sparseCategoricalCrossentropy", oneHot, shares, mean([-log(0.95), -log(0.1)])],
  // Documented at keras.io: 0.815.
  [
    "binaryCrossentropy",
    bits,
    chances,
    mean([-log(1 - 0.6), -log(0.4), -log(1 - 0.4), -log(1 - 0.6)]),
  ],
  ["meanSquaredError", truths, guesses, mean([0.25, 1, 0, 9])],
  ["meanAbsoluteError", truths, guesses, mean([0.5, 1, 0, 3])],
  ["meanAbsolutePercentageError", truths, guesses, 100 * mean([0.5 / 1, 1 / 2, 0, 3 / 4])],
  [
    "meanSquaredLogarithmicError",
    truths,
    guesses,
    // Negative numbers count as the fuzz factor.
    mean([(log(2.5) - log(2)) ** 2, 0, 0, (log(2) - log(5)) ** 2]),
  ],
  ["huber", truths, guesses, mean([0.5 * 0.25, 0.5, 0, 3 - 0.5])],
  ["logcosh", truths, guesses, mean([log(cosh(0.5)), log(cosh(1)), 0, log(cosh(3))])],
  // Documented at keras.io: 1.3 and 1.86, labels of 0 and 1 being taken for −1 and 1.
  ["hinge", bits, chances, 1.3],
  ["squaredHinge", bits, chances, 1.86],
  ["categoricalHinge", bits, chances, mean([0.6 - 0.4 + 1, 0.6 - 0 + 1])],
  [
    "kullbackLeiblerDivergence",
    oneHot,
    shares,
    mean([
      log(1 / 0.95) + 1e-7 * log(1e-7 / 0.05) + 1e-7 * log(1),
      log(1 / 0.1) + 1e-7 * log(1e-7 / 0.1) + 1e-7 * log(1e-7 / 0.8),
    ]),
  ],
  ["poisson", bits, chances, mean([0.6 - 0, 0.4 - log(0.4 + 1e-7), 0.4, 0.6])],
  [
    "cosineSimilarity",
    truths,
    guesses,
    -mean([
      (1.5 + 2) / (sqrt(5) * sqrt(1.5 ** 2 + 1)),
      (0.25 + 4) / (sqrt(0.25 + 16) * sqrt(0.25 + 1)),
    ]),
  ],
  // Clipped shares: 0.95, and 0.1 of the right class.
  [
    "categoricalFocalCrossentropy",
    oneHot,
    shares,
    mean([-0.25 * 0.05 ** 2 * log(0.95), -0.25 * 0.9 ** 2 * log(0.1)]),
  ],
  // Documented at keras.io: 0.330 and 0.206 of two samples with gamma 2, whose mean is 0.268.
  [
    "binaryFocalCrossentropy",
    bits,
    chances,
    mean([
      -(0.6 ** 2) * log(0.4),
      -(0.6 ** 2) * log(0.4),
      -(0.4 ** 2) * log(0.6),
      -(0.6 ** 2) * log(0.4),
    ]),
  ],
  [
    "categoricalGeneralizedCrossEntropy",
    oneHot,
    shares,
    mean([(1 - sqrt(0.95)) / 0.5, (1 - sqrt(0.1)) / 0.5]),
  ],
  // Of the whole batch: one shared 0.4 of a single 1, among 2.0 predicted.
  ["dice", bits, chances, 1 - (2 * 0.4) / (1 + 2 + 1e-7)],
  ["tversky", bits, chances, 1 - 0.4 / (0.4 + 0.5 * 0.6 + 0.5 * 1.6 + 1e-7)],
];

/** The others have tests of their own: `ctc.test.ts`, `circle.test.ts`. */
const lossesOfRows = lossNames.filter((name) => readsTruthAs(name) === "rows");

test("every loss has a case", () => {
  expect(new Set(cases.map(([name]) => name))).toEqual(new Set(lossesOfRows));
});

test.each(cases)(
  "%s is the mean over samples that Keras defines",
  (name, truth, guess, expected) => {
    const value = tf.tidy(() =>
      createLoss(name)(tf.tensor2d(truth), tf.tensor2d(guess)).dataSync(),
    );
    expect(value[0]).toBeCloseTo(expected, 5);
  },
);

test.each([
  ["categoricalCrossentropy", [[1, 0]], [[0, 1]], -log(1e-7)],
  ["binaryCrossentropy", [[1]], [[0]], -log(1e-7)],
  ["categoricalCrossentropy", [[1, 0]], [[2, 2]], -log(0.5)],
] as const)("%s of %j and %j is clipped and normalised", (name, truth, guess, expected) => {
  const value = tf.tidy(() =>
    createLoss(name)(
      tf.tensor2d(truth.map((row) => [...row])),
      tf.tensor2d(guess.map((row) => [...row])),
    ).dataSync(),
  );
  expect(value[0]).toBeCloseTo(expected, 3);
});

test.each(lossesOfRows)("%s has a finite gradient", (name) => {
  const gradient = tf.tidy(() =>
    tf
      .grad((guess) => createLoss(name)(tf.tensor2d(bits), guess))(tf.tensor2d(chances))
      .dataSync(),
  );
  expect([...gradient].every(Number.isFinite)).toBe(true);
  expect([...gradient].some((value) => abs(value) > 1e-6)).toBe(true);
});

const classes: MetricContext = {
  loss: "sparseCategoricalCrossentropy",
  hasClasses: true,
  scale: { scale: 1, offset: 0 },
};
const numbers: MetricContext = {
  loss: "meanSquaredError",
  hasClasses: false,
  scale: { scale: 1, offset: 0 },
};
const scaled: MetricContext = { ...numbers, scale: { scale: 10, offset: 100 } };
const yesNo: MetricContext = { ...numbers, loss: "binaryCrossentropy" };
const sixShares = [
  [0.3, 0.25, 0.2, 0.1, 0.1, 0.05],
  [0.3, 0.25, 0.2, 0.1, 0.1, 0.05],
];
const sixTruths = [
  [0, 0, 0, 0, 0, 1],
  [0, 0, 0, 0, 1, 0],
];

test.each<[MetricName, MetricContext, number[][], number[][], number]>([
  ["accuracy", classes, oneHot, shares, 0.5],
  ["accuracy", classes, [[1], [0], [1]], [[0.9], [0.2], [0.5]], 2 / 3],
  ["accuracy", yesNo, bits, chances, 0.25],
  ["topK5Accuracy", classes, sixTruths, sixShares, 0.5],
  ["meanSquaredError", numbers, truths, guesses, mean([0.25, 1, 0, 9])],
  ["meanSquaredError", scaled, truths, guesses, 100 * mean([0.25, 1, 0, 9])],
  ["rootMeanSquaredError", scaled, truths, guesses, 10 * sqrt(mean([0.25, 1, 0, 9]))],
  ["meanAbsoluteError", scaled, truths, guesses, 10 * mean([0.5, 1, 0, 3])],
  [
    "meanAbsolutePercentageError",
    scaled,
    truths,
    guesses,
    100 * mean([5 / 110, 10 / 80, 0, 30 / 140]),
  ],
  // Per unit: 1 − 0.25 / 0.125 and 1 − 10 / 18.
  ["r2", numbers, truths, guesses, mean([1 - 0.25 / 0.125, 1 - 10 / 18])],
])("%s over two batches is that of all rows", (name, context, truth, guess, expected) => {
  const metric = createMetric(name, context);
  const units = truth[0]?.length ?? 1;
  const totals: number[] = [];
  for (const [from, to] of [
    [0, 1],
    [1, truth.length],
  ]) {
    const sums = tf.tidy(() =>
      metric
        .sums(tf.tensor2d(truth.slice(from, to)), tf.tensor2d(guess.slice(from, to)))
        .dataSync(),
    );
    expect(sums).toHaveLength(metric.size(units));
    sums.forEach((sum, index) => {
      totals[index] = (totals[index] ?? 0) + sum;
    });
  }
  expect(metric.finish(totals, { rows: truth.length, units })).toBeCloseTo(expected, 4);
});

test("logcosh does not overflow far from the truth", () => {
  const value = tf.tidy(() =>
    createLoss("logcosh")(tf.tensor2d([[0]]), tf.tensor2d([[500]])).dataSync(),
  );
  expect(value[0]).toBeCloseTo(500 + log((1 + exp(-1000)) / 2), 3);
});

test("weights of 1 change nothing, weights of 2 double the loss, none of a sample leaves it out", () => {
  for (const name of lossesOfRows) {
    const value = (weights: number[] | null, rows = [0, 1]) =>
      tf.tidy(
        () =>
          createLoss(name)(
            tf.tensor2d(rows.map((row) => bits[row] ?? [])),
            tf.tensor2d(rows.map((row) => chances[row] ?? [])),
            weights === null ? null : tf.tensor1d(weights),
          ).dataSync()[0] ?? Number.NaN,
      );
    const plain = value(null);
    expect(value([1, 1]), name).toBeCloseTo(plain, 6);
    expect(value([2, 2]), name).toBeCloseTo(2 * plain, 5);
    // Divided by the number of rows, not by the weights; an overlap of the batch has no rows to leave out.
    const isWhole = name === "dice" || name === "tversky";
    if (!isWhole) expect(value([1, 0]), name).toBeCloseTo(value(null, [0]) / 2, 5);
  }
});
