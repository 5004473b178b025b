/** Circle loss against its definition, written out pair by pair. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { createLoss } from "./losses.ts";
import { selectBackend } from "./selectBackend.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

/** Unit vectors in the plane, by their angles. */
const angles = [0, 0.4, 1.2, 2.1, 2.2, 3];

function measure(labels: readonly number[], [gamma, margin]: readonly [number, number]): number {
  const { exp, log, cos, max } = Math;
  const losses = labels.flatMap((label, row) => {
    let [pull, push] = [0, 0];
    labels.forEach((other, column) => {
      const distance = 1 - cos((angles[row] ?? 0) - (angles[column] ?? 0));
      if (other !== label)
        push += exp(gamma * max(0, 1 + margin - distance) * (1 - margin - distance));
      else if (row !== column) pull += exp(-gamma * (margin + distance) * (margin - distance));
    });
    return pull * push > 0 ? [log(1 + pull * push)] : [];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length);
}

const vectors = () => tf.tensor2d(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
const column = (labels: readonly number[]) => tf.tensor2d(labels.map((label) => [label]));

test.each([
  { labels: [0, 0, 1, 1, 0, 1], circleGamma: 2, circleMargin: 0.4 },
  { labels: [7, 7, 7, 2, 2, 2], circleGamma: 8, circleMargin: 0.25 },
  // One sample of class 3 has no partner: the mean is that of the others.
  { labels: [0, 0, 3, 1, 1, 0], circleGamma: 4, circleMargin: 0.3 },
])("$labels, gamma $circleGamma", ({ labels, circleGamma, circleMargin }) => {
  const loss = createLoss("circle", { circleGamma, circleMargin });
  const value = tf.tidy(() => loss(column(labels), vectors()).dataSync()[0]);
  expect(value).toBeCloseTo(measure(labels, [circleGamma, circleMargin]), 4);
});

test.each([
  ["all of one class", [4, 4, 4, 4, 4, 4]],
  ["each of its own", [0, 1, 2, 3, 4, 5]],
])("a batch without pairs costs nothing and teaches nothing: %s", (_title, labels) => {
  const { value, grad } = tf.valueAndGrad((given: tf.Tensor) =>
    createLoss("circle")(column(labels), given),
  )(vectors());
  expect(value.dataSync()[0]).toBe(0);
  expect([...grad.dataSync()].map(Math.abs)).toEqual(Array.from({ length: 12 }, () => 0));
});

test("a step against the gradient brings a class together", () => {
  const labels = column([0, 1, 0, 1, 0, 1]);
  const { value, grad } = tf.valueAndGrad((given: tf.Tensor) =>
    createLoss("circle", { circleGamma: 4 })(labels, given),
  )(vectors());
  const moved = tf.sub(vectors(), tf.mul(grad, 0.05));
  const next = tf.div(moved, tf.norm(moved, 2, 1, true));
  const after = createLoss("circle", { circleGamma: 4 })(labels, next).dataSync()[0] ?? Infinity;
  expect(after).toBeLessThan(value.dataSync()[0] ?? 0);
});
