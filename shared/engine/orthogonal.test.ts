import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { buildModel } from "./buildModel.ts";
import { caseOfChain } from "./gradients.testkit.ts";
import { makeOrthogonal } from "./orthogonal.ts";

beforeAll(() => tf.setBackend("cpu"));

describe("makeOrthogonal", () => {
  test.each([
    [1, 1],
    [4, 4],
    [3, 12],
    [12, 3],
    [64, 64],
    [32, 128],
  ])("gives %i × %i with orthonormal rows or columns, times the gain", (rows, columns) => {
    const gain = 1.5;
    const values = makeOrthogonal(rows, columns, { gain, random: createRandom(3) });
    const least = Math.min(rows, columns);
    const matrix = tf.tensor2d(values, [rows, columns]);
    const products = tf.matMul(matrix, matrix, rows >= columns, rows < columns).arraySync();
    // arraySync is typed by rank only.
    const table = products as number[][];
    for (let row = 0; row < least; row++)
      for (let column = 0; column < least; column++)
        expect(table[row]?.[column]).toBeCloseTo(row === column ? gain * gain : 0, 5);
  });

  test("is drawn quickly for a wide LSTM, the same for the same seed", () => {
    const chain = caseOfChain("lstm", { sizes: [60, 1] }, [["lstm", { units: 256 }]]);
    const draw = (seed: number) => {
      const model = buildModel(chain.plan, { seed });
      const values = model.getWeights()[1]?.dataSync().slice(0, 8);
      model.dispose();
      return [...(values ?? [])];
    };
    const startMs = performance.now();
    const first = draw(1);
    // tfjs's own way takes minutes.
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(draw(1)).toEqual(first);
    expect(draw(2)).not.toEqual(first);
  });
});
