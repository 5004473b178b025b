/** Slices, padding and transposition in JavaScript, against places worked out one by one. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { selectBackend } from "./selectBackend.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

/** Every place of a shape, in order. */
function listPlaces(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (places, size) =>
      places.flatMap((place) => Array.from({ length: size }, (_, index) => [...place, index])),
    [[]],
  );
}

/** Each number tells its own place. */
const codeOf = (place: readonly number[]) =>
  place.reduce((code, index) => 10 * code + index + 1, 0);
const makeCoded = (shape: readonly number[]) =>
  tf.tensor(listPlaces(shape).map(codeOf), [...shape], "float32");

test.each([
  [[5], [2], [3]],
  [
    [4, 3],
    [1, 0],
    [2, 3],
  ],
  [
    [4, 3],
    [0, 1],
    [4, 2],
  ],
  [
    [2, 3, 4],
    [0, 1, 0],
    [2, 2, 4],
  ],
  [
    [2, 3, 4],
    [1, 0, 1],
    [1, 3, 2],
  ],
  [
    [2, 3, 2, 2],
    [0, 1, 0, 1],
    [2, 1, 2, 1],
  ],
  [
    [2, 2, 3, 2, 2],
    [0, 0, 1, 0, 0],
    [2, 2, 2, 2, 2],
  ],
  [
    [3, 2],
    [0, 0],
    [0, 2],
  ],
])("a slice of %j at %j has the values there: %j", (shape, start, size) => {
  const expected = listPlaces(size).map((place) =>
    codeOf(place.map((index, axis) => index + (start[axis] ?? 0))),
  );
  const sliced = tf.slice(makeCoded(shape), start, size);
  expect(sliced.shape).toEqual(size);
  expect([...sliced.dataSync()]).toEqual(expected);
});

test("a split cuts an axis into blocks, equal or of given sizes", () => {
  const input = makeCoded([2, 6]);
  const [first, second] = tf.split(input, 2, 1);
  expect([...(first?.dataSync() ?? [])]).toEqual([11, 12, 13, 21, 22, 23]);
  expect([...(second?.dataSync() ?? [])]).toEqual([14, 15, 16, 24, 25, 26]);
  const parts = tf.split(input, [1, 3, 2], -1);
  expect(parts.map(({ shape }) => shape)).toEqual([
    [2, 1],
    [2, 3],
    [2, 2],
  ]);
  expect([...(parts[1]?.dataSync() ?? [])]).toEqual([12, 13, 14, 22, 23, 24]);
});

test("−1 slices the rest, and a slice beyond the end is refused", () => {
  const input = makeCoded([4, 3]);
  expect([...tf.slice(input, [2, 1], [-1, -1]).dataSync()]).toEqual([32, 33, 42, 43]);
  expect(() => tf.slice(input, [2, 1], [3, 1])).toThrow();
});

test.each([
  [[3], [[1, 2]], 0],
  [
    [2, 3],
    [
      [0, 1],
      [2, 0],
    ],
    0.5,
  ],
  [
    [2, 2, 3],
    [
      [1, 0],
      [0, 0],
      [0, 0],
    ],
    0,
  ],
  [
    [2, 1, 2, 2],
    [
      [0, 0],
      [1, 1],
      [0, 2],
      [0, 0],
    ],
    -1,
  ],
] as const)("padding %j by %j surrounds it with %d", (shape, paddings, constant) => {
  const sizes = shape.map(
    (size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0),
  );
  const expected = listPlaces(sizes).map((place) => {
    const inside = place.map((index, axis) => index - (paddings[axis]?.[0] ?? 0));
    const isInside = inside.every((index, axis) => index >= 0 && index < (shape[axis] ?? 0));
    return isInside ? codeOf(inside) : constant;
  });
  const padded = tf.pad(
    makeCoded(shape),
    paddings.map(([a, b]): [number, number] => [a, b]),
    constant,
  );
  expect(padded.shape).toEqual(sizes);
  expect([...padded.dataSync()]).toEqual(expected);
});

test.each([
  [
    [2, 3],
    [1, 0],
  ],
  [
    [2, 3, 4],
    [2, 0, 1],
  ],
  [
    [2, 3, 2, 4],
    [0, 3, 1, 2],
  ],
  [
    [2, 1, 3, 2, 2],
    [0, 2, 3, 4, 1],
  ],
])("transposing %j by %j puts every value at its place", (shape, perm) => {
  const sizes = perm.map((axis) => shape[axis] ?? 1);
  const expected = listPlaces(sizes).map((place) => {
    const source = shape.map(() => 0);
    perm.forEach((axis, index) => (source[axis] = place[index] ?? 0));
    return codeOf(source);
  });
  const transposed = tf.transpose(makeCoded(shape), perm);
  expect(transposed.shape).toEqual(sizes);
  expect([...transposed.dataSync()]).toEqual(expected);
});
