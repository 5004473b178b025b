/** What layers of our own do in training, beyond the values that the contract tests compare. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { planExample, readExample } from "../layers/example.testkit.ts";
import type { StoredParams } from "../layers/params.ts";
import { findLayer } from "../layers/registry.ts";
import { buildModel } from "./buildModel.ts";
import { ActivityRegularization } from "./layers/activityRegularization.ts";
import { runModel } from "./runModel.ts";
import { prepareRandomLayers } from "./seedLayers.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

function build(type: string, params: StoredParams, inputs: readonly (readonly number[])[]) {
  const definition = findLayer(type);
  const [sizes = []] = inputs;
  if (definition === null) throw new Error(`there is no ${type}`);
  const read = readExample(definition, { params, inputs, output: sizes, weightCount: 0 });
  if (read.call === null) throw new Error(`${type} is no call`);
  return buildModel(planExample(read, read.call), { seed: 3 });
}

const numbers = (...shape: number[]) =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_unused, at) => Math.sin(3 * at) + 0.5),
    shape,
  );

describe("ActivityRegularization", () => {
  const numbersOf = (losses: readonly tf.Scalar[]) =>
    losses.map((loss) => loss.dataSync()[0] ?? Number.NaN);

  test.each([true, false])("adds sizes and squares per sample, training or not: %s", (training) => {
    const model = build("activityRegularization", { l1: 0.1, l2: 0.2 }, [[3]]);
    const input = tf.tensor([1, -2, 0, 3, 0, -1], [2, 3]);
    runModel(model, [input], { training });
    const [penalty, ...others] = numbersOf(model.calculateLosses());
    expect(penalty).toBeCloseTo((0.1 * 7 + 0.2 * 15) / 2, 5);
    expect(others).toEqual([]);
  });

  test("adds each of its uses once, and no earlier pass again", () => {
    const layer = new ActivityRegularization({ l1: 1, name: "small" });
    const inputs = [tf.input({ shape: [1] }), tf.input({ shape: [1] })];
    // One tensor in, one out.
    const outputs = inputs.map((input) => layer.apply(input) as tf.SymbolicTensor);
    const model = tf.model({ inputs, outputs });
    for (const scale of [1, 10]) {
      runModel(model, [tf.tensor([[2 * scale]]), tf.tensor([[3 * scale]])], { training: true });
      expect(numbersOf(model.calculateLosses())).toEqual([2 * scale, 3 * scale]);
    }
  });

  test("has a gradient that reaches what comes before", () => {
    const model = build("activityRegularization", { l1: 0.1, l2: 0.2 }, [[3]]);
    const slope = tf.grad((input) => {
      runModel(model, [input], { training: true });
      const [penalty] = model.calculateLosses();
      if (penalty === undefined) throw new Error("there is no penalty");
      return penalty;
    })(tf.tensor([1, -2, 4, 3, 5, -1], [2, 3]));
    const expected = [1, -2, 4, 3, 5, -1].map((x) => (0.1 * Math.sign(x) + 0.4 * x) / 2);
    expected.forEach((value, at) => expect(slope.dataSync()[at]).toBeCloseTo(value, 5));
  });
});

describe("Sampling", () => {
  test("has a gradient of its divergence that reaches mean and log variance", () => {
    const model = build("sampling", { klWeight: 0.6 }, [[2], [2]]);
    const [mean, logVariance] = [
      [1, -2, 0.5, 3],
      [0.3, -1, 0, 2],
    ];
    const slopes = tf.grads((...inputs) => {
      runModel(model, inputs, { training: true });
      const [penalty] = model.calculateLosses();
      if (penalty === undefined) throw new Error("there is no penalty");
      return penalty;
    })([tf.tensor(mean ?? [], [2, 2]), tf.tensor(logVariance ?? [], [2, 2])]);
    const expected = [mean?.map((x) => 0.3 * x), logVariance?.map((x) => 0.15 * (Math.exp(x) - 1))];
    slopes.forEach((slope, input) =>
      slope
        .dataSync()
        .forEach((value, at) => expect(value).toBeCloseTo(expected[input]?.[at] ?? Number.NaN, 5)),
    );
  });

  test("adds nothing without a weight", () => {
    const model = build("sampling", {}, [[2], [2]]);
    runModel(model, [tf.ones([1, 2]), tf.ones([1, 2])], { training: true });
    expect(model.calculateLosses()).toEqual([]);
  });
});

describe("BatchNormalization", () => {
  test("follows the batches as tfjs's own does", () => {
    // Without a factor it is ours, with one that starts at 1 it is tfjs's.
    const [ours, stock] = [{ scale: false }, {}].map((params) => {
      const model = build("batchNormalization", { momentum: 0.8, ...params }, [[3, 2]]);
      const outputs = [1, 2].flatMap((step) => {
        const [output] = runModel(model, [tf.mul(numbers(4, 3, 2), step)], { training: true });
        return [...(output?.dataSync() ?? [])];
      });
      return [
        ...outputs,
        ...model
          .getWeights()
          .slice(-2)
          .flatMap((each) => [...each.dataSync()]),
      ];
    });
    expect(ours).toHaveLength(52);
    ours?.forEach((value, at) => expect(value).toBeCloseTo(stock?.[at] ?? Number.NaN, 4));
  });

  test("leaves its averages alone when frozen, and uses them", () => {
    const model = build("batchNormalization", { trainable: false, epsilon: 1e-7 }, [[2]]);
    const input = numbers(4, 2);
    const [output] = runModel(model, [input], { training: true });
    expect(model.trainableWeights).toEqual([]);
    output
      ?.dataSync()
      .forEach((value, at) => expect(value).toBeCloseTo(input.dataSync()[at] ?? 0, 4));
    expect(model.getWeights().map((each) => [...each.dataSync()])).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });
});

describe("MultiHeadAttention", () => {
  test("draws each kernel anew, as the matrix that it is", () => {
    const model = build("multiHeadAttention", { numHeads: 8, keyDim: 8, useBias: false }, [
      [4, 64],
      [4, 64],
    ]);
    const kernels = model.getWeights().map((each) => [...each.dataSync()]);
    expect(kernels).toHaveLength(4);
    expect(new Set(kernels.map(([first]) => first)).size).toBe(4);
    for (const kernel of kernels) {
      // Glorot uniform between 64 features and 8 heads of 8.
      const limit = Math.sqrt(6 / (64 + 64));
      const largest = Math.max(...kernel.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.98 * limit);
    }
  });

  test("drops weights in training only, the same for the same seed", () => {
    const model = build("multiHeadAttention", { numHeads: 2, keyDim: 3, dropout: 0.5 }, [
      [5, 4],
      [5, 4],
    ]);
    const run = (training: boolean, seed: number) => {
      prepareRandomLayers(model, seed)(0);
      const [output] = runModel(model, [numbers(2, 5, 4), numbers(2, 5, 4)], { training });
      return [...(output?.dataSync() ?? [])];
    };
    expect(run(true, 1)).toEqual(run(true, 1));
    expect(run(true, 1)).not.toEqual(run(true, 2));
    expect(run(false, 1)).toEqual(run(false, 2));
  });
});
