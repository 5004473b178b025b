/** CTC against all alignments written out one by one, on tensors small enough for that. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { ctcLosses } from "./ctc.ts";
import { spellScores } from "./labelSequences.ts";
import { selectBackend } from "./selectBackend.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const units = 3;

/** Minus the logarithm of the chances of all ways to say one unit a step that spell the labels. */
function sumAlignments(labels: readonly number[], chances: readonly (readonly number[])[]): number {
  let total = 0;
  const walk = (step: number, said: readonly number[], chance: number) => {
    const row = chances[step];
    if (row === undefined) {
      const merged = said.filter((unit, at) => unit !== said[at - 1]).filter((unit) => unit !== 0);
      if (merged.join() === labels.join()) total += chance;
      return;
    }
    row.forEach((share, unit) => walk(step + 1, [...said, unit], chance * share));
  };
  walk(0, [], 1);
  return -Math.log(total);
}

test.each([
  { steps: 1, labels: [1] },
  { steps: 3, labels: [] },
  { steps: 3, labels: [2, 1] },
  { steps: 3, labels: [1, 1] },
  { steps: 5, labels: [1, 1] },
  { steps: 5, labels: [1, 2, 1] },
  { steps: 5, labels: [2, 2, 1] },
])("$labels in $steps steps cost what all alignments together do", ({ steps, labels }) => {
  const random = createRandom(3).fork(`${steps}/${labels.join()}`);
  const scores = Array.from({ length: steps }, () =>
    Array.from({ length: units }, () => 4 * random.next() - 2),
  );
  const shares = scores.map((row) => {
    const powers = row.map(Math.exp);
    const sum = powers.reduce((all, power) => all + power, 0);
    return powers.map((power) => power / sum);
  });
  const wanted = sumAlignments(labels, shares);
  // Filled up with blanks, as many as may follow.
  for (const fillers of [0, 1, 3]) {
    const filled = [...labels, ...Array.from({ length: fillers }, () => 0)];
    if (filled.length === 0) continue;
    const losses = tf.tidy(() =>
      ctcLosses(
        tf.oneHot(tf.tensor2d([filled], undefined, "int32"), units).toFloat(),
        tf.tensor3d([scores]),
      ).dataSync(),
    );
    expect(losses[0]).toBeCloseTo(wanted, 4);
  }
});

test("the gradient is the slope of the loss", () => {
  const random = createRandom(5);
  const labels = tf
    .oneHot(
      tf.tensor2d(
        [
          [1, 2],
          [2, 2],
          [1, 0],
        ],
        undefined,
        "int32",
      ),
      units,
    )
    .toFloat();
  const scores = Float32Array.from({ length: 3 * 6 * units }, () => 2 * random.next() - 1);
  const lossOf = (values: tf.Tensor) => ctcLosses(labels, values).mean();
  const slopes = tf
    .grad(lossOf)(tf.tensor3d(scores, [3, 6, units]))
    .dataSync();
  const step = 1e-2;
  scores.forEach((_score, at) => {
    const moved = (by: number) => {
      const values = scores.slice();
      values[at] = (values[at] ?? 0) + by;
      return tf.tidy(() => lossOf(tf.tensor3d(values, [3, 6, units])).dataSync()[0] ?? Number.NaN);
    };
    expect(slopes[at]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
  });
});

test("labels that no alignment can spell cost much, but are a number with a slope", () => {
  const labels = tf.oneHot(tf.tensor2d([[1, 1, 2]], undefined, "int32"), units).toFloat();
  const { value, grad } = tf.valueAndGrad((scores: tf.Tensor) => ctcLosses(labels, scores).mean())(
    tf.zeros([1, 2, units]),
  );
  expect(value.dataSync()[0]).toBeGreaterThan(1e4);
  expect([...grad.dataSync()].every(Number.isFinite)).toBe(true);
});

test("scores spell their best labels, once each unless a blank parts them", () => {
  const say = (...best: readonly number[]) =>
    spellScores(
      Float32Array.from(best.flatMap((unit) => [0, 1, 2].map((each) => (each === unit ? 1 : 0)))),
      units,
    );
  expect(say(0, 1, 1, 0, 1, 2, 2)).toEqual([1, 1, 2]);
  expect(say(0, 0)).toEqual([]);
});
