/** What an activity regularizer adds to the loss, from the formula of its Keras page; the values are the contract test's. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { planExample, readExample } from "../layers/example.testkit.ts";
import type { StoredParams } from "../layers/params.ts";
import { findLayer } from "../layers/registry.ts";
import { buildModel } from "./buildModel.ts";
import { readWeights } from "./snapshots.ts";
import { loadModelFiles, saveModelFiles } from "./modelFiles.ts";
import { listPenalties } from "./penalties.ts";
import { runModel } from "./runModel.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

function build(type: string, params: StoredParams, inputs: readonly (readonly number[])[]) {
  const definition = findLayer(type);
  if (definition === null) throw new Error(`there is no ${type}`);
  const read = readExample(definition, { params, inputs, output: [], weightCount: 0 });
  if (read.call === null) throw new Error(`${type} is no call`);
  return buildModel(planExample(read, read.call), { seed: 3 });
}

const draw = (shape: number[]) =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_unused, at) => Math.sin(3 * at) + 0.5),
    shape,
  );

/** The sum of what the layers add to the loss, and what the formula says of the outputs. */
function weigh(model: tf.LayersModel, input: tf.Tensor) {
  const outputs = runModel(model, [input], { training: true });
  const penalty = listPenalties(model).reduce((sum, each) => sum + (each.dataSync()[0] ?? 0), 0);
  const values = outputs.flatMap((output) => [...output.dataSync()]);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return { penalty, expected: (0.2 * squares) / (input.shape[0] ?? 1) };
}

const activityRegularizer = { name: "l2", l2: 0.2 };

test.each([
  ["dense", { units: 3 }, [4]],
  ["conv1d", { filters: 2, padding: "causal" }, [5, 3]],
  ["conv2d", { filters: 2 }, [4, 4, 1]],
  ["lstm", { units: 2, returnSequences: true, returnState: true }, [4, 3]],
  ["gru", { units: 2 }, [4, 3]],
  ["convLstm2d", { filters: 1 }, [2, 4, 4, 1]],
  ["maxout", { units: 2 }, [3]],
] as const)("%s adds the size of its outputs per sample", (type, params, sizes) => {
  const model = build(type, { ...params, activityRegularizer }, [sizes]);
  const { penalty, expected } = weigh(model, draw([2, ...sizes]));
  expect(expected).toBeGreaterThan(0);
  expect(penalty).toBeCloseTo(expected, 5);
});

test("the weights' own regularizers still count, and not where the layer is frozen", () => {
  const params = { units: 3, activityRegularizer, kernelRegularizer: { name: "l1", l1: 0.1 } };
  for (const trainable of [true, false]) {
    const model = build("dense", { ...params, trainable }, [[4]]);
    const { penalty, expected } = weigh(model, draw([2, 4]));
    const kernel = [...(model.getWeights()[0]?.dataSync() ?? [])];
    const own = 0.1 * kernel.reduce((sum, value) => sum + Math.abs(value), 0);
    expect(penalty).toBeCloseTo(trainable ? expected + own : expected, 5);
  }
});

test("a model file keeps the penalty, also that of a recurrent layer's kernel", async () => {
  const params = { units: 2, activityRegularizer, kernelRegularizer: { name: "l2", l2: 0.3 } };
  const model = build("lstm", params, [[4, 3]]);
  const before = weigh(model, draw([2, 4, 3]));
  const loaded = await loadModelFiles(saveModelFiles(model, await readWeights(model)));
  if (!loaded.ok) throw new Error(loaded.error);
  const after = weigh(loaded.value, draw([2, 4, 3]));
  expect(before.penalty).toBeGreaterThan(before.expected + 0.01);
  expect(after.penalty).toBeCloseTo(before.penalty, 5);
});

test("its gradient reaches the weights", () => {
  const model = build("dense", { units: 2, activityRegularizer, useBias: false }, [[2]]);
  const input = tf.tensor([1, -2, 4, 3, 5, -1], [3, 2]);
  const { grads } = tf.variableGrads(() => {
    runModel(model, [input], { training: true });
    return tf.addN(listPenalties(model)).asScalar();
  });
  const kernel = model.getWeights()[0];
  if (kernel === undefined) throw new Error("there is no kernel");
  const output = tf.matMul(input, kernel);
  const expected = tf.div(tf.mul(tf.matMul(input, output, true), 0.4), 3).dataSync();
  const [slope] = Object.values(grads);
  expected.forEach((value, at) => expect(slope?.dataSync()[at]).toBeCloseTo(value, 4));
});
