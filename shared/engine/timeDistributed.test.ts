/** Every layer that TimeDistributed takes: each step is what the layer alone makes of it. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { graphOf } from "../layers/graph.testkit.ts";
import { findInnerLayer, findLayer } from "../layers/registry.ts";
import { buildModel } from "./buildModel.ts";
import { runModel } from "./runModel.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const spec = findLayer("timeDistributed")?.params["layer"];
const types = spec?.kind === "layer" ? spec.options : [];

describe("TimeDistributed", () => {
  test("takes layers of every family", () => {
    expect(types.length).toBeGreaterThan(50);
  });

  test.each(types)("applies %s to each step", (type) => {
    const example = findInnerLayer(type)?.examples.find(
      ({ inputs, moreOutputs, batch, params }) =>
        inputs.length === 1 &&
        moreOutputs === undefined &&
        batch === undefined &&
        // A wrapped RNN takes none.
        params["activityRegularizer"] === undefined &&
        inputs[0]?.every((size) => size !== null),
    );
    const sizes = example?.inputs[0] ?? [];
    const dtype = example?.inputDType ?? "float32";
    const layer = { type, params: example?.params ?? {} };
    const build = (name: string, over: readonly (number | null)[], params: typeof layer.params) =>
      buildModel(
        graphOf(
          type,
          [{ name: "x", sizes: over, dtype }],
          [["layer", name, params, ["x"]]],
          ["layer"],
        ).plan,
        { seed: 1 },
      );
    const wrapped = build("timeDistributed", [3, ...sizes], { layer });
    const alone = build(type, sizes, layer.params);
    alone.setWeights(wrapped.getWeights());
    tf.tidy(() => {
      const shape = [2, 3, ...sizes.map(Number)];
      const x = tf.cast(tf.randomUniform(shape, 0, 3, "float32", 5), dtype);
      const [all] = runModel(wrapped, [x], { training: false });
      expect(all?.shape).toEqual([2, 3, ...(example?.output ?? [])]);
      for (const [time, step] of tf.unstack(x, 1).entries()) {
        const [expected] = runModel(alone, [step], { training: false });
        if (!all || !expected) throw new Error("no output");
        const own = tf.unstack(all, 1)[time];
        const worst = own && tf.max(tf.abs(tf.sub(own, expected))).dataSync()[0];
        expect(worst).toBeLessThan(1e-6);
      }
    });
  });
});
