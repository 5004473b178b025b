/** How shared layers, several outputs and blocks read in both languages. */
import { expect, test } from "vitest";
import { printKerasModel } from "./printKerasModel.ts";
import { printTypeScriptModel } from "./printTypeScriptModel.ts";
import { makePlan } from "./scripts.testkit.ts";

const plan = makePlan(
  "twins",
  { left_part: [4, 1], right_part: [4, 1] },
  [
    ["memory", "lstm", { units: 3, returnState: true }, ["left_part"]],
    ["tower", "dense", { units: 8 }, ["memory:2"], { path: ["Stage 1", "unit\r\u2028# 1"] }],
    ["second", "lstm", { units: 3, returnState: true }, ["right_part"], { sharedWith: "memory" }],
    ["third", "dense", { units: 8 }, ["second"], { sharedWith: "tower" }],
    ["memory_1", "add", {}, ["tower", "third"]],
    ["fourth", "multiply", {}, ["memory:1", "second:1"]],
  ],
  [{ source: "memory_1" }, { source: "fourth" }],
);

test("TypeScript makes a shared layer once, unpacks outputs and heads blocks", () => {
  expect(printTypeScriptModel(plan).join("\n\n")).toMatchInlineSnapshot(`
    "export function buildModel(): tf.LayersModel {
      const left_part = tf.input({ shape: [4, 1], name: "left_part" });
      const right_part = tf.input({ shape: [4, 1], name: "right_part" });

      const memory_layer = tf.layers.lstm({
        units: 3,
        recurrentActivation: "sigmoid",
        kernelInitializer: "glorotUniform",
        unitForgetBias: true,
        returnState: true,
        name: "memory",
      });
      const [memory, memory_1_2, memory_2] = memory_layer.apply(left_part) as tf.SymbolicTensor[];

      // Stage 1 / unit 1
      const tower_layer = tf.layers.dense({
        units: 8,
        kernelInitializer: "glorotUniform",
        name: "tower",
      });
      const tower = tower_layer.apply(memory_2) as tf.SymbolicTensor;

      const [second, second_1] = memory_layer.apply(right_part) as tf.SymbolicTensor[];
      const third = tower_layer.apply(second) as tf.SymbolicTensor;
      const memory_1 = tf.layers.add({ name: "memory_1" }).apply([tower, third]) as tf.SymbolicTensor;
      const fourth = tf.layers
        .multiply({ name: "fourth" })
        .apply([memory_1_2, second_1]) as tf.SymbolicTensor;

      return tf.model({ inputs: [left_part, right_part], outputs: [memory_1, fourth], name: "twins" });
    }"
  `);
});

test("Python makes a shared layer once, unpacks outputs and heads blocks", () => {
  expect(printKerasModel(plan).join("\n\n")).toMatchInlineSnapshot(`
    "def build_model() -> keras.Model:
        left_part = keras.Input(shape=(4, 1), name="left_part")
        right_part = keras.Input(shape=(4, 1), name="right_part")

        memory_layer = layers.LSTM(3, return_state=True, name="memory")
        memory, memory_1_2, memory_2 = memory_layer(left_part)

        # Stage 1 / unit 1
        tower_layer = layers.Dense(8, name="tower")
        tower = tower_layer(memory_2)

        second, second_1, *_ = memory_layer(right_part)
        third = tower_layer(second)
        memory_1 = layers.Add(name="memory_1")([tower, third])
        fourth = layers.Multiply(name="fourth")([memory_1_2, second_1])

        return keras.Model(
            inputs=[left_part, right_part], outputs=[memory_1, fourth], name="twins"
        )"
  `);
});
