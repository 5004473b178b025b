/** Printed TypeScript compiles under \`tsc --strict\` and trains in Node. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { transformWithOxc } from "vite";
import { buildModel } from "../engine/buildModel.ts";
import { planExample, readExample } from "../layers/example.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { computeOnce, worstDifference } from "./compute.testkit.ts";
import { printTypeScript } from "./printTypeScript.ts";
import { objectiveCases } from "./objectiveScripts.testkit.ts";
import { optimizerCases } from "./optimizerScripts.testkit.ts";
import { makePlan, scriptCases, writeDataFiles } from "./scripts.testkit.ts";
import { sizedCases } from "./sizedScripts.testkit.ts";
import { defaultTraining } from "../training/config.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, ".cache", "codegen", "typescript");
const dataFolder = join(folder, "data");

const allCases = [...scriptCases, ...sizedCases, ...objectiveCases, ...optimizerCases];
const printed = allCases.map(({ plan, training, data }) => {
  const [file] = printTypeScript(plan, { training, data }).files;
  if (file === undefined) throw new Error("nothing was printed");
  return file;
});

/** Every layer example as a model of its own. */
const layerCases = layerDefinitions.flatMap((definition) =>
  definition.examples.flatMap((example, index) => {
    const read = readExample(definition, example);
    if (read.call === null) return [];
    const plan = { ...planExample(read, read.call), name: `${definition.type}_example_${index}` };
    const [file] = printTypeScript(plan, { training: defaultTraining, data: null }).files;
    return file === undefined ? [] : [{ ...file, read, plan }];
  }),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeDataFiles(dataFolder);
  for (const { name, text } of [...printed, ...layerCases]) writeFileSync(join(folder, name), text);
});

describe("printed TypeScript", () => {
  test("compiles under strict, with every layer example", () => {
    const compiler = join(root, "node_modules", ".bin", "tsc");
    const names = [...printed, ...layerCases].map(({ name }) => join(folder, name));
    const result = spawnSync(
      compiler,
      [
        "--strict",
        "--noEmit",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        "--types",
        "node",
        ...names,
      ],
      { cwd: root, encoding: "utf8" },
    );
    expect(result.stdout).toBe("");
    expect(result.status).toBe(0);
  }, 480_000);

  test("says all that tfjs must be told: every layer example computes what the engine does", async () => {
    await tf.setBackend("cpu");
    for (const { name, text, read, plan } of layerCases) {
      const { code } = await transformWithOxc(text, name);
      const path = join(folder, name.replace(/\.ts$/, ".mjs"));
      writeFileSync(path, code);
      const script: unknown = await import(/* @vite-ignore */ path);
      const ours = computeOnce(buildModel(plan, { seed: 1 }), read);
      const printedModel = computeOnce(callBuildModel(script), read);
      const { values, ...facts } = printedModel;
      expect.soft(facts, name).toEqual({
        shapes: ours.shapes,
        paramCount: ours.paramCount,
        weights: ours.weights,
      });
      expect.soft(worstDifference(values, ours.values), name).toBeLessThan(1e-6);
    }
  }, 480_000);

  test("trains in Node on its own data", async () => {
    for (const { name, text } of printed) {
      const { code } = await transformWithOxc(text, name);
      writeFileSync(join(folder, name.replace(/\.ts$/, ".mjs")), code);
    }
    const trained = allCases
      .map(({ data }, index) => ({ data, name: printed[index]?.name.replace(/\.ts$/, "") ?? "" }))
      .filter(({ data }) => data !== null);
    writeFileSync(join(folder, "runAll.mjs"), runAll(trained.map(({ name }) => name)));
    const output = execFileSync(process.execPath, [join(folder, "runAll.mjs"), dataFolder], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lastLine = output.trim().split("\n").at(-1) ?? "";
    const losses: unknown = JSON.parse(lastLine);
    expect(Object.keys(losses ?? {})).toHaveLength(trained.length);
    for (const [name, loss] of Object.entries(losses ?? {}))
      expect(Number.isFinite(loss), `${name}: ${loss}`).toBe(true);
  }, 480_000);

  test("runs when it is the program, and builds the model it was given", async () => {
    const [file] = printed;
    if (file === undefined) throw new Error("no case");
    const { code } = await transformWithOxc(file.text, file.name);
    const path = join(folder, "program.mjs");
    writeFileSync(path, code);
    const output = execFileSync(process.execPath, [path], { encoding: "utf8" });
    expect(output).toContain("Total params: 42");
    expect(output).toMatch(/epoch 1 \{[^}]*val_loss/);
  }, 240_000);
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
  const [file] = printTypeScript(plan, { training: defaultTraining, data: null }).files;
  expect(file?.name).toBe("small.ts");
  expect(file?.text).toMatchInlineSnapshot(`
    "// Made with Netloom.
    // Needs: npm install @tensorflow/tfjs @types/node tsx

    import * as tf from "@tensorflow/tfjs";

    export function buildModel(): tf.LayersModel {
      const image = tf.input({ shape: [28, 28, 1], name: "image" });

      const conv2d_1 = tf.layers
        .conv2d({
          filters: 32,
          kernelSize: [3, 3],
          activation: "relu",
          kernelInitializer: "glorotUniform",
          name: "conv2d_1",
        })
        .apply(image) as tf.SymbolicTensor;
      const flatten_1 = tf.layers.flatten({ name: "flatten_1" }).apply(conv2d_1) as tf.SymbolicTensor;
      const dense_1 = tf.layers
        .dense({
          units: 10,
          activation: "softmax",
          kernelInitializer: "glorotUniform",
          name: "dense_1",
        })
        .apply(flatten_1) as tf.SymbolicTensor;

      return tf.model({ inputs: image, outputs: dense_1, name: "small" });
    }

    export function compileModel(model: tf.LayersModel): void {
      model.compile({
        optimizer: tf.train.adam(0.001),
        loss: "categoricalCrossentropy",
        metrics: ["accuracy"],
      });
    }

    /** Random numbers in [0, 1) from a seed (mulberry32). */
    function createRandom(seed: number): () => number {
      let state = seed >>> 0;
      return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
      };
    }

    export async function trainModel(
      inputs: tf.Tensor | tf.Tensor[],
      targets: tf.Tensor | tf.Tensor[],
    ): Promise<tf.LayersModel> {
      // tfjs draws weights, dropout and the order of samples from Math.random: a seed makes runs alike.
      Math.random = createRandom(1);
      await tf.ready();
      const model = buildModel();
      compileModel(model);
      model.summary();
      await model.fit(inputs, targets, {
        batchSize: 32,
        epochs: 10,
        validationSplit: 0.2,
        callbacks: [
          new tf.CustomCallback({
            onEpochEnd: async (epoch, logs) => console.log(\`epoch \${epoch + 1}\`, logs),
          }),
        ],
      });
      return model;
    }
    "
  `);
});

function callBuildModel(script: unknown): tf.LayersModel {
  const build: unknown =
    typeof script === "object" && script !== null ? Reflect.get(script, "buildModel") : null;
  const model: unknown = typeof build === "function" ? Reflect.apply(build, null, []) : null;
  if (model instanceof tf.LayersModel) return model;
  throw new Error("buildModel gave no model");
}

/** Imports every script, trains, and prints the last loss of each as one JSON line. */
function runAll(names: readonly string[]): string {
  return `import * as tf from "@tensorflow/tfjs";
const losses = {};
for (const name of ${JSON.stringify(names)}) {
  const script = await import(\`./\${name}.mjs\`);
  const model = await script.trainModel(process.argv[2]);
  const { validation } = script.loadData(process.argv[2]);
  const result = model.evaluate(validation.inputs, validation.targets);
  losses[name] = (Array.isArray(result) ? result[0] : result).dataSync()[0];
}
console.log("\\n" + JSON.stringify(losses));
`;
}

test("says that tfjs has no mixed precision, where a run had it", () => {
  const [base] = optimizerCases;
  if (base === undefined) throw new Error("There is no case.");
  const { plan, data, training } = base;
  const print = (precision: "float32" | "mixed") =>
    printTypeScript(plan, { training: { ...training, precision }, data }).files[0]?.text ?? "";
  expect(print("mixed")).toMatch(
    /\/\/ .*mixed precision; TensorFlow\.js .* 32 bits only\.\n\s+model\.compile/,
  );
  expect(print("float32")).not.toContain("mixed precision");
});
