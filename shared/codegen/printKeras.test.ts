/** Printed Python parses, and with Keras at hand it trains on its own data. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { planExample, readExample } from "../layers/example.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { defaultTraining } from "../training/config.ts";
import { printKeras } from "./printKeras.ts";
import {
  findKerasPython,
  findPlainPython,
  kerasEnvironment,
  parsePython,
  runWithKeras,
} from "./python.testkit.ts";
import { objectiveCases } from "./objectiveScripts.testkit.ts";
import { optimizerCases } from "./optimizerScripts.testkit.ts";
import { makePlan, scriptCases, writeDataFiles } from "./scripts.testkit.ts";
import { sizedCases } from "./sizedScripts.testkit.ts";

const folder = fileURLToPath(new URL("../../.cache/codegen/python", import.meta.url));
const plainPython = findPlainPython();
const kerasPython = findKerasPython();

const printed = [...scriptCases, ...sizedCases, ...objectiveCases, ...optimizerCases].map(
  ({ plan, training, data }) => {
    const [file] = printKeras(plan, { training, data }).files;
    if (file === undefined) throw new Error("nothing was printed");
    return { ...file, hasData: data !== null };
  },
);

describe.skipIf(plainPython === null)("printed Python (skipped without python3)", () => {
  test("parses, with every layer example", () => {
    const layers = layerDefinitions.flatMap((definition) =>
      definition.examples.flatMap((example) => {
        const read = readExample(definition, example);
        if (read.call === null) return [];
        const plan = planExample(read, read.call);
        return printKeras(plan, { training: defaultTraining, data: null }).files;
      }),
    );
    const sources = [...printed, ...layers].map(({ text }) => text);
    const errors = parsePython(plainPython ?? "", sources);
    expect(errors.filter((error) => error !== null)).toEqual([]);
    expect(errors).toHaveLength(sources.length);
  });
});

describe.skipIf(kerasPython === null)("printed Python (skipped without Keras)", () => {
  test("trains on its own data", () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeDataFiles(join(folder, "data"));
    for (const { name, text } of printed) writeFileSync(join(folder, name), text);
    const modules = printed
      .filter(({ hasData }) => hasData)
      .map(({ name }) => name.replace(/\.py$/, ""));
    // One of each kind: compiling a training step takes Keras seconds.
    const trained = [
      "spirals",
      "two_views",
      "focal",
      "speller",
      "pairs",
      "weighed",
      "warmed_cycle",
      "stochastic_lion",
      "twins",
      "idx_images",
      "table",
      "series",
    ];
    const output = runWithKeras(kerasPython ?? "", folder, { modules, trained });
    const losses: unknown = JSON.parse(output.trim().split("\n").at(-1) ?? "");
    expect(Object.keys(losses ?? {})).toEqual(modules);
    for (const [name, loss] of Object.entries(losses ?? {}))
      expect(Number.isFinite(loss), `${name}: ${loss}`).toBe(true);
  }, 600_000);
});

test("a small network reads as if written by hand", () => {
  const plan = makePlan(
    "small",
    { image: [28, 28, 1] },
    [
      ["conv2d_1", "conv2d", { filters: 32, activation: "relu" }, ["image"]],
      ["flatten_1", "flatten", {}, ["conv2d_1"]],
      ["dense_1", "dense", { units: 10, activation: "softmax" }, ["flatten_1"]],
    ],
    [{ source: "dense_1" }],
  );
  const [file] = printKeras(plan, { training: defaultTraining, data: null }).files;
  expect(file?.name).toBe("small.py");
  expect(file?.text).toMatchInlineSnapshot(`
    "# Made with Netloom.
    # Needs: pip install keras jax numpy

    import keras
    from keras import layers


    def build_model() -> keras.Model:
        image = keras.Input(shape=(28, 28, 1), name="image")

        conv2d_1 = layers.Conv2D(
            32, kernel_size=(3, 3), activation="relu", name="conv2d_1"
        )(image)
        flatten_1 = layers.Flatten(name="flatten_1")(conv2d_1)
        dense_1 = layers.Dense(10, activation="softmax", name="dense_1")(flatten_1)

        return keras.Model(inputs=image, outputs=dense_1, name="small")


    def compile_model(model):
        model.compile(
            optimizer=keras.optimizers.Adam(learning_rate=0.001),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )


    def train_model(inputs, targets):
        keras.utils.set_random_seed(1)
        model = build_model()
        compile_model(model)
        model.summary()
        model.fit(
            inputs,
            targets,
            batch_size=32,
            epochs=10,
            validation_split=0.2,
            verbose=2,
        )
        return model
    "
  `);
});

describe("mixed precision", () => {
  const [base] = optimizerCases;
  if (base === undefined) throw new Error("There is no case.");
  const print = (precision: "float32" | "mixed") => {
    const { data, training } = base;
    const plan = { ...base.plan, name: `${precision} moons` };
    const [file] = printKeras(plan, { training: { ...training, precision }, data }).files;
    if (file === undefined) throw new Error("nothing was printed");
    return file;
  };

  test("is Keras's policy, set before the model is built", () => {
    const { text } = print("mixed");
    const policy = text.indexOf('keras.mixed_precision.set_global_policy("mixed_float16")');
    expect(policy).toBeGreaterThan(text.indexOf("def train_model"));
    expect(policy).toBeLessThan(text.indexOf("model = build_model()"));
    expect(print("float32").text).not.toContain("mixed_precision");
  });

  test.skipIf(kerasPython === null)(
    "trains, its loss scaled by what Keras wraps around",
    () => {
      const { name, text } = print("mixed");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), text);
      const program = `
import json, math
import ${name.replace(/\.py$/, "")} as script
model = script.train_model()
print()
print(json.dumps([
    type(model.optimizer).__name__,
    model.layers[-1].compute_dtype,
    str(model.layers[-1].kernel.dtype),
    math.isfinite(model.history.history["loss"][-1]),
]))`;
      const output = execFileSync(kerasPython ?? "", ["-c", program], {
        cwd: folder,
        encoding: "utf8",
        env: { ...kerasEnvironment(), PYTHONPATH: folder },
      });
      const found: unknown = JSON.parse(output.trim().split("\n").at(-1) ?? "");
      expect(found).toEqual(["LossScaleOptimizer", "float16", "float32", true]);
    },
    120_000,
  );
});
