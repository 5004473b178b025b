import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { buildModel } from "../buildModel.ts";
import { disposeModel } from "../disposeModel.ts";
import { layer, planOf } from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { findInputGradient, readFeatureMaps, readFilters, readSaliency } from "./lookInside.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const plan = planOf(
  [6, 5, 3],
  [
    layer("conv2d", "conv", { filters: 4, kernelSize: 3, activation: "tanh" }, ["x"], [4, 3, 4]),
    layer("batchNormalization", "norm", {}, ["conv"], [4, 3, 4]),
    layer("flatten", "flat", {}, ["norm"], [48]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["flat"], [3]),
  ],
);

const makeInput = () => tf.randomNormal([1, 6, 5, 3], 0, 1, "float32", 7);

test("saliency is the gradient of the score before softmax, as finite differences find it", async () => {
  const model = buildModel(plan, { seed: 3 });
  const x = makeInput();
  const request = { inputs: [x], input: 0, output: 0, unit: 1 };
  const gradient = findInputGradient(model, request);
  const found = await gradient?.data();
  const dense = model.getLayer("scores");
  const [kernel, bias] = dense.getWeights();
  // The same network up to the last layer, whose score is computed by hand.
  const features = tf.model({ inputs: model.inputs, outputs: model.getLayer("flat").output });
  const scoreOf = (values: Float32Array) =>
    tf.tidy(() => {
      const input = tf.tensor(values, [1, 6, 5, 3]);
      const given = features.predict(input);
      if (Array.isArray(given) || !kernel || !bias) throw new Error("One output.");
      return tf.add(tf.matMul(given.as2D(1, 48), kernel.as2D(48, 3)), bias).dataSync()[1] ?? 0;
    });
  const values = Float32Array.from(await x.data());
  const step = 1e-2;
  for (const place of [0, 17, 44, 60, 89]) {
    const up = values.slice();
    const down = values.slice();
    up[place] = (up[place] ?? 0) + step;
    down[place] = (down[place] ?? 0) - step;
    const expected = (scoreOf(up) - scoreOf(down)) / (2 * step);
    expect(found?.[place]).toBeCloseTo(expected, 3);
  }
  const picture = await readSaliency(model, request);
  expect(picture).toMatchObject({ width: 5, height: 6, channels: 1, low: expect.any(Number) });
  const strongest = Math.max(...Array.from(found ?? [], Math.abs));
  expect(picture?.high).toBeCloseTo(strongest, 5);
  tf.dispose([x, ...(gradient ? [gradient] : [])]);
  disposeModel(model);
});

test("the last layer gives probabilities again after a look at its scores", () => {
  const model = buildModel(plan, { seed: 3 });
  tf.tidy(() => {
    const x = makeInput();
    findInputGradient(model, { inputs: [x], input: 0, output: 0, unit: 0 });
    const answer = model.predict(x);
    if (Array.isArray(answer)) throw new Error("One output.");
    expect(tf.sum(answer).dataSync()[0]).toBeCloseTo(1, 5);
  });
  disposeModel(model);
});

test("filters and feature maps are pictures of the kernel and of what the layer gives", async () => {
  const model = buildModel(plan, { seed: 3 });
  const before = tf.memory().numTensors;
  const filters = await readFilters(model, "conv");
  expect(filters).toHaveLength(4);
  expect(filters[0]).toMatchObject({ width: 3, height: 3, channels: 3 });
  const kernel = await model.getLayer("conv").getWeights()[0]?.data();
  // Filter 2, row 1, column 2, green.
  const value = kernel?.[((1 * 3 + 2) * 3 + 1) * 4 + 2] ?? Number.NaN;
  const [, , third] = filters;
  const span = (third?.high ?? 0) - (third?.low ?? 0);
  const level = (third?.pixels[(1 * 3 + 2) * 3 + 1] ?? 0) / 255;
  expect((third?.low ?? 0) + span * level).toBeCloseTo(value, 2);
  expect(await readFilters(model, "scores")).toEqual([]);

  const x = makeInput();
  const maps = await readFeatureMaps(model, [x], "conv");
  expect(maps).toHaveLength(4);
  expect(maps[0]).toMatchObject({ width: 3, height: 4 });
  const [line] = await readFeatureMaps(model, [x], "scores");
  expect(line).toMatchObject({ width: 3, height: 1 });
  expect(line?.high).toBeGreaterThan(1 / 3);
  await expect(readFeatureMaps(model, [x], "nobody")).rejects.toThrow("no layer");
  x.dispose();
  expect(tf.memory().numTensors).toBe(before);
  disposeModel(model);
});
