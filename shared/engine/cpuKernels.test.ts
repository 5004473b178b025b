import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { multiply } from "./multiplyMatrices.ts";
import { selectBackend } from "./selectBackend.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const random = createRandom("matrices");
const fill = (count: number) =>
  Float32Array.from({ length: count }, () => (random.next() < 0.3 ? 0 : random.nextNormal()));

function multiplySimply(
  left: Float32Array,
  right: Float32Array,
  [rows, inner, columns]: readonly [number, number, number],
  [transposeA, transposeB]: readonly [boolean, boolean],
): readonly number[] {
  const product: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let index = 0; index < inner; index++) {
        const a = left[transposeA ? index * rows + row : row * inner + index] ?? 0;
        const b = right[transposeB ? column * inner + index : index * columns + column] ?? 0;
        sum += a * b;
      }
      product.push(sum);
    }
  }
  return product;
}

const sizes = [
  [1, 1, 1],
  [3, 5, 2],
  [4, 8, 7],
  [2, 3, 9],
  [6, 17, 5],
] as const;
const turns = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

test.each(sizes.flatMap((size) => turns.map((turn) => [size, turn] as const)))(
  "a product of %j, transposed %j, is the sum of products",
  (size, turn) => {
    const [rows, inner, columns] = size;
    const left = fill(rows * inner);
    const right = fill(inner * columns);
    const product = new Float32Array(rows * columns);
    const [transposeA, transposeB] = turn;
    multiply({ left, right, product, rows, inner, columns, transposeA, transposeB });
    const expected = multiplySimply(left, right, size, turn);
    product.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 4));
  },
);

test.each([
  ["a stack of matrices", [2, 3, 4], [2, 4, 5]],
  ["one matrix for a whole stack", [2, 3, 4], [1, 4, 5]],
  ["whole numbers", [3, 4], [4, 5]],
])("tf.matMul takes %s", (name, left, right) => {
  const isInt = name === "whole numbers";
  const make = (shape: readonly number[]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return tf.tensor(
      Array.from({ length: count }, (_, index) => (index % 7) - 3),
      [...shape],
      isInt ? "int32" : "float32",
    );
  };
  const result = tf.tidy(() => {
    const product = tf.matMul(make(left), make(right));
    const simple = tf.sum(
      tf.mul(tf.expandDims(make(left), -1), tf.expandDims(make(right), -3)),
      -2,
    );
    return [[...product.dataSync()], [...simple.dataSync()]];
  });
  expect(result[0]).toEqual(result[1]);
});
