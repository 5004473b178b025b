/** What layers with chance do in training, where no example of theirs can be compared with Keras. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeId } from "../../base/ids.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import { findLayer } from "../../layers/registry.ts";
import type { StoredParams } from "../../layers/params.ts";
import { readParams } from "../../layers/readParams.ts";
import { shapeFromSizes } from "../../layers/shape.ts";
import { buildModel } from "../buildModel.ts";
import { createLayer } from "../createLayer.ts";
import { runModel } from "../runModel.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

function makeLayer(type: string, stored: StoredParams, sizes: readonly number[]): tf.layers.Layer {
  const definition = findLayer(type);
  const params = definition && readParams(definition.params, stored);
  if (!definition || !params?.ok) throw new Error(`${type} ${JSON.stringify(stored)}`);
  const call = definition.lower(params.value, [shapeFromSizes(sizes)]);
  if (call === null) throw new Error(`${type} is no call.`);
  return createLayer(call);
}

function run(layer: tf.layers.Layer, input: tf.Tensor, training: boolean): tf.Tensor {
  const output = layer.apply(input, { training });
  if (output instanceof tf.Tensor) return output;
  throw new Error("The layer gave no tensor.");
}

describe("RandomFlip", () => {
  const images = tf.range(0, 40 * 2 * 3).reshape([40, 2, 3, 1]);
  const mirrorOf = {
    horizontal: tf.reverse(images, 2),
    vertical: tf.reverse(images, 1),
  };

  test.each(["horizontal", "vertical"] as const)("mirrors about half: %s", (mode) => {
    const output = run(makeLayer("randomFlip", { mode, seed: 5 }, [2, 3, 1]), images, true);
    const same = (other: tf.Tensor) =>
      Array.from(tf.all(tf.equal(output, other).reshape([40, 6]), 1).dataSync(), Number);
    const kept = same(images);
    const mirrored = same(mirrorOf[mode]);
    kept.forEach((isKept, index) => expect(isKept + (mirrored[index] ?? 0)).toBe(1));
    const count = kept.reduce((sum, isKept) => sum + isKept, 0);
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(32);
  });

  test("leaves predictions alone", () => {
    const output = run(makeLayer("randomFlip", {}, [2, 3, 1]), images, false);
    expect(output.dataSync()).toEqual(images.dataSync());
  });
});

describe("RandomWidth and RandomHeight", () => {
  const images = tf.ones([2, 20, 30, 1]);

  test.each([
    ["randomWidth", 2, 30],
    ["randomHeight", 1, 20],
  ] as const)("%s draws sizes within its factor, another each time", (type, axis, size) => {
    const layer = makeLayer(type, { factor: 0.3, seed: 1 }, [20, 30, 1]);
    const drawn = Array.from({ length: 12 }, () => run(layer, images, true));
    for (const output of drawn) {
      expect(Math.abs((output.shape[axis] ?? 0) - size)).toBeLessThanOrEqual(0.3 * size);
      expect(output.shape[3 - axis]).toBe(images.shape[3 - axis]);
      // Shares add up to 1, so that a white image stays white.
      expect(Math.abs(tf.mean(output).dataSync()[0] ?? 0)).toBeCloseTo(1, 5);
    }
    expect(new Set(drawn.map(({ shape }) => shape[axis])).size).toBeGreaterThan(4);
    expect(run(layer, images, false).shape).toEqual(images.shape);
  });
});

describe("GlobalAveragePooling1D behind an Embedding with a mask", () => {
  const build = (type: string, params: StoredParams, masked: boolean) => {
    const definition = findLayer(type);
    const read = definition && readParams(definition.params, params);
    if (!definition || !read?.ok) throw new Error(type);
    const words = shapeFromSizes([4], "int32");
    const steps = { ...shapeFromSizes([4, 2]), ...(masked ? { isMasked: true as const } : {}) };
    const inputs = [type === "embedding" ? words : steps];
    const output = definition.inferShape(read.value, inputs);
    const call = definition.lower(read.value, inputs);
    if (!output.ok || call === null) throw new Error(type);
    return { call, shape: output.value, weights: definition.weights(read.value, inputs) };
  };

  test("leaves masked steps out of the mean", () => {
    const first = build("embedding", { inputDim: 5, outputDim: 2, maskZero: true }, false);
    const second = build("globalAveragePooling1d", {}, true);
    const layerOf = (name: string, source: string, made: typeof first) => ({
      id: nodeId(name),
      name,
      call: made.call,
      path: [],
      inputs: [{ layer: source, port: 0 }],
      outputShapes: [made.shape] as const,
      sharedWith: null,
      weights: made.weights,
    });
    const plan: ModelPlan = {
      name: "text",
      inputs: [{ id: nodeId("x"), name: "x", shape: shapeFromSizes([4], "int32"), field: "" }],
      layers: [layerOf("words", "x", first), layerOf("mean", "words", second)],
      outputs: [
        {
          id: nodeId("y"),
          name: "y",
          source: { layer: "mean", port: 0 },
          shape: second.shape,
          target: "",
          loss: "meanSquaredError",
          lossWeight: 1,
          metrics: [],
        },
      ],
    };
    const model = buildModel(plan, { seed: 1 });
    // Word k stands for [k, 10 k].
    model.setWeights([tf.tensor([0, 0, 1, 10, 2, 20, 3, 30, 4, 40], [5, 2])]);
    const words = tf.tensor2d([1, 4, 0, 0, 0, 0, 0, 0], [2, 4], "int32");
    const [output] = runModel(model, [words], { training: false });
    expect([...(output?.dataSync() ?? [])]).toEqual([2.5, 25, 0, 0]);
  });
});
