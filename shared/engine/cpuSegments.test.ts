/** Sums by segment in JavaScript, against tfjs's stock kernel. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { toCpuBackend } from "./cpuBackend.ts";
import { sumSegments } from "./cpuSegments.ts";

const random = createRandom("segments");

test.each([
  { shape: [6], ids: [0, 2, 2, 1, 0, 2], segments: 3 },
  { shape: [5, 3], ids: [4, 0, 4, 4, 1], segments: 5 },
  { shape: [4, 2, 3], ids: [1, 1, 1, 1], segments: 2 },
  // Ids outside are left out.
  { shape: [4, 2], ids: [0, 7, -1, 1], segments: 2 },
])("rows of $shape are added up by $ids as tfjs does", async ({ shape, ids, segments }) => {
  await tf.setBackend("cpu");
  const size = shape.reduce((product, axis) => product * axis, 1);
  const values = Float32Array.from({ length: size }, () => random.nextNormal());
  const x = tf.tensor(values, shape, "float32");
  const segmentIds = tf.tensor1d(Int32Array.from(ids), "int32");
  // No patch of ours is installed here.
  const expected = tf.unsortedSegmentSum(x, segmentIds, segments);
  const ours = sumSegments({
    inputs: { x, segmentIds },
    attrs: { numSegments: segments },
    backend: tf.backend(),
  });
  if (ours === null) throw new Error("The kernel left it to the stock one.");
  expect(ours.shape).toEqual(expected.shape);
  const { values: sums } = toCpuBackend(tf.backend()).data.get(ours.dataId);
  const rounded = Array.from(sums as Float32Array, (value) => value.toFixed(5));
  expect(rounded).toEqual(Array.from(await expected.data(), (value) => value.toFixed(5)));
});

test("whole numbers are left to tfjs", async () => {
  await tf.setBackend("cpu");
  const x = tf.tensor1d([1, 2], "int32");
  const segmentIds = tf.tensor1d([0, 1], "int32");
  const inputs = { x, segmentIds };
  expect(sumSegments({ inputs, attrs: { numSegments: 2 }, backend: tf.backend() })).toBeNull();
});
