/** Recurrent layers that go on from batch to batch, and whose state must not reach other layers or runs. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { type GraphLink, graphOf } from "../layers/graph.testkit.ts";
import type { StoredParams } from "../layers/params.ts";
import { buildModel } from "./buildModel.ts";
import { disposeModel } from "./disposeModel.ts";
import { runModel } from "./runModel.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const batch = 3;
const values = Array.from({ length: batch * 8 * 2 }, (_, index) => Math.sin(index * 1.7));

function build(type: string, params: StoredParams, steps: number, isFixed: boolean) {
  const input = { name: "x", sizes: [steps, 2], ...(isFixed ? { batch } : {}) };
  const { plan } = graphOf(type, [input], [["memory", type, params, ["x"]]], ["memory"]);
  return buildModel(plan, { seed: 3 });
}

const units = { units: 4, kernelInitializer: { name: "glorotUniform" } };

describe("a stateful layer", () => {
  test.each([
    ["simpleRnn", units],
    ["lstm", units],
    ["gru", units],
    ["gru", { ...units, resetAfter: false }],
    [
      "rnn",
      {
        cells: [
          { type: "lstmCell", params: units },
          { type: "gruCell", params: units },
        ],
      },
    ],
  ])("gives the same for half a sequence after half as for the whole: %s", (type, params) => {
    const whole = build(type, params, 8, false);
    const halves = build(type, { ...params, stateful: true }, 4, true);
    halves.setWeights(whole.getWeights());
    tf.tidy(() => {
      const x = tf.tensor3d(values, [batch, 8, 2]);
      const parts = tf.split(x, 2, 1);
      const run = (model: tf.LayersModel, input: tf.Tensor) =>
        runModel(model, [input], { training: false })[0]?.dataSync() ?? [];
      const expected = [...run(whole, x)];
      for (let pass = 0; pass < 2; pass++) {
        halves.resetStates();
        const outputs = parts.map((part) => [...run(halves, part)]);
        outputs.at(-1)?.forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? 9, 5));
      }
    });
  });

  test("leaves nothing behind when its model is disposed of", () => {
    const before = tf.memory().numTensors;
    for (const type of ["lstm", "gru"]) {
      const model = build(type, { units: 4, stateful: true, dropout: 0.5 }, 8, true);
      tf.tidy(() => {
        const x = tf.tensor3d(values, [batch, 8, 2]);
        for (const training of [true, false, true]) runModel(model, [x], { training });
      });
      disposeModel(model);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is given whole batches: a smaller one is filled up, and its results cut off", () => {
    const model = build("lstm", { units: 4, stateful: true }, 8, true);
    tf.tidy(() => {
      const x = tf.tensor3d(values, [batch, 8, 2]);
      const [all] = runModel(model, [x], { training: false });
      model.resetStates();
      const [some] = runModel(model, [tf.slice(x, 0, 2)], { training: false });
      expect(some?.shape).toEqual([2, 4]);
      expect([...(some?.dataSync() ?? [])]).toEqual([...(all?.dataSync() ?? [])].slice(0, 8));
      expect(() => runModel(model, [tf.slice(x, 0, 2)], { training: true })).toThrow(
        "The model takes batches of 3 samples, not of 2.",
      );
    });
  });
});

describe("layers beside a recurrent one", () => {
  /** The same LSTM beside another branch, and alone. */
  const compare = (links: readonly GraphLink[]) => {
    const inputs = [
      { name: "words", sizes: [4], dtype: "int32" },
      { name: "x", sizes: [4, 2] },
    ] as const;
    const alone: GraphLink = ["plain", "lstm", { units: 2 }, ["x"]];
    const both = buildModel(graphOf("both", inputs, [...links, alone], ["last", "plain"]).plan, {
      seed: 1,
    });
    const one = buildModel(graphOf("one", inputs.slice(1), [alone], ["plain"]).plan, { seed: 1 });
    one.setWeights(both.getLayer("plain").getWeights());
    tf.tidy(() => {
      const words = tf.tensor2d([0, 0, 2, 0], [1, 4], "int32");
      const x = tf.tensor3d(values.slice(0, 8), [1, 4, 2]);
      const [, beside] = runModel(both, [words, x], { training: false });
      const [expected] = runModel(one, [x], { training: false });
      expect([...(beside?.dataSync() ?? [])]).toEqual([...(expected?.dataSync() ?? [9])]);
    });
  };

  test("don't get its mask", () => {
    compare([
      ["embedded", "embedding", { inputDim: 3, outputDim: 2, maskZero: true }, ["words"]],
      ["last", "lstm", { units: 2 }, ["embedded"]],
    ]);
  });

  test("don't get its first states", () => {
    compare([
      ["embedded", "embedding", { inputDim: 3, outputDim: 2 }, ["words"]],
      ["first", "lstm", { units: 2, returnState: true }, ["embedded"]],
      ["last", "lstm", { units: 2 }, ["embedded", "first:1", "first:2"]],
    ]);
  });
});
