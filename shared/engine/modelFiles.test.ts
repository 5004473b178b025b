import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import { buildModel } from "./buildModel.ts";
import { loadModelFiles, saveModelFiles, type ModelFile } from "./modelFiles.ts";
import { layer, planOf } from "./plans.testkit.ts";
import { runModel } from "./runModel.ts";
import { selectBackend } from "./selectBackend.ts";
import { readWeights, writeWeights } from "./snapshots.ts";

beforeAll(async () => {
  await selectBackend("cpu");
});

const gru = {
  kind: "layer",
  call: {
    className: "GRU",
    tfjsFactory: "gru",
    options: [{ tfjsName: "units", pythonName: "units", value: 3 }],
  },
} as const;
const plans: readonly (readonly [string, ModelPlan])[] = [
  [
    "two layers of the same kind",
    planOf(
      [4],
      [
        layer("dense", "one", { units: 5, activation: "relu" }, ["x"], [5]),
        layer("dense", "two", { units: 3 }, ["one"], [3]),
      ],
    ),
  ],
  [
    "convolution, batch norm and dropout",
    planOf(
      [6, 6, 2],
      [
        layer("conv2d", "conv", { filters: 3, kernelSize: [3, 3] }, ["x"], [4, 4, 3]),
        layer("batchNormalization", "norm", {}, ["conv"], [4, 4, 3]),
        layer("dropout", "drop", { rate: 0.5 }, ["norm"], [4, 4, 3]),
        layer("flatten", "flat", {}, ["drop"], [48]),
      ],
    ),
  ],
  [
    "two bidirectional layers",
    planOf(
      [5, 2],
      [
        layer(
          "bidirectional",
          "a",
          {
            layer: {
              ...gru,
              call: {
                ...gru.call,
                options: [
                  ...gru.call.options,
                  { tfjsName: "returnSequences", pythonName: "", value: true },
                ],
              },
            },
          },
          ["x"],
          [5, 6],
        ),
        layer("bidirectional", "b", { layer: gru }, ["a"], [6]),
      ],
    ),
  ],
  ["more than one shard", planOf([1100], [layer("dense", "big", { units: 1000 }, ["x"], [1000])])],
];

async function makeTrained(plan: ModelPlan): Promise<tf.LayersModel> {
  const model = buildModel(plan, { seed: 1 });
  // As after training: no weight at its initial value, moving averages included.
  const random = createRandom("weights");
  const weights = await readWeights(model);
  writeWeights(
    model,
    weights.map((values) => values.map(() => 0.1 + 0.3 * random.next())),
  );
  return model;
}

function predictOn(model: tf.LayersModel, plan: ModelPlan): readonly number[] {
  const sizes = plan.inputs[0]?.shape.axes.map((axis) => axis.size ?? 1) ?? [];
  return tf.tidy(() => {
    const input = tf.randomUniform([2, ...sizes], -1, 1, "float32", 5);
    return [...(runModel(model, [input], { training: false })[0]?.dataSync() ?? [])];
  });
}

/** As a page or script without any of our code would load them: files by URL. */
function loadPlainly(files: readonly ModelFile[]): Promise<tf.LayersModel> {
  const fetchFunc = (path: string) => {
    const file = files.find((candidate) => path.endsWith(candidate.name));
    return Promise.resolve(
      new Response(file?.bytes, {
        status: file ? 200 : 404,
        headers: {
          "content-type": path.endsWith("json") ? "application/json" : "application/octet-stream",
        },
      }),
    );
  };
  return tf.loadLayersModel(
    tf.io.http("http://models.invalid/model.json", { fetchFunc: fetchFunc as typeof fetch }),
  );
}

test.each(plans)("files predict the same in plain tfjs and here: %s", async (_name, plan) => {
  const model = await makeTrained(plan);
  const expected = predictOn(model, plan);
  const files = saveModelFiles(model, await readWeights(model));
  model.dispose();
  const ours = await loadModelFiles(files);
  if (!ours.ok) throw new Error(ours.error);
  for (const loaded of [await loadPlainly(files), ours.value]) {
    const values = predictOn(loaded, plan);
    expect(values).toHaveLength(expected.length);
    values.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 6));
    loaded.dispose();
  }
  expect(tf.memory().numTensors).toBe(0);
});

test("weights beyond 4 MiB go into several shards", async () => {
  const plan = plans[3]?.[1];
  if (!plan) throw new Error("no plan");
  const model = await makeTrained(plan);
  const names = saveModelFiles(model, await readWeights(model)).map((file) => file.name);
  model.dispose();
  expect(names).toEqual(["model.json", "group1-shard1of2.bin", "group1-shard2of2.bin"]);
});

test("dropout's seed of the last step is not saved", async () => {
  const plan = planOf([4], [layer("dropout", "drop", { rate: 0.5, seed: 7 }, ["x"], [4])]);
  const model = buildModel(plan, { seed: 1 });
  const [file] = saveModelFiles(model, await readWeights(model));
  model.dispose();
  expect(new TextDecoder().decode(file?.bytes)).not.toContain('"seed"');
});

const text = (value: string) => new TextEncoder().encode(value);
test.each([
  ["no model.json", [], /no model\.json/],
  ["not JSON", [{ name: "model.json", bytes: text("{") }], /can't be loaded/],
  ["another JSON", [{ name: "model.json", bytes: text("[]") }], /not a tfjs layers model/],
])("%s is refused with a sentence", async (_name, files, sentence) => {
  const loaded = await loadModelFiles(files);
  expect(loaded.ok ? "" : loaded.error).toMatch(sentence);
});

test("a missing or cut shard is refused with a sentence", async () => {
  const plan = plans[0]?.[1];
  if (!plan) throw new Error("no plan");
  const model = await makeTrained(plan);
  const [json, shard] = saveModelFiles(model, await readWeights(model));
  model.dispose();
  if (!json || !shard) throw new Error("two files expected");
  const missing = await loadModelFiles([json]);
  expect(missing.ok ? "" : missing.error).toMatch(/group1-shard1of1\.bin.*is missing/);
  const cut = await loadModelFiles([json, { ...shard, bytes: shard.bytes.slice(0, 40) }]);
  expect(cut.ok ? "" : cut.error).toMatch(/hold 40 bytes; model\.json declares 172/);
});

test("a small file of huge layers is refused before they are made", async () => {
  const dense = (name: string, source: string) => ({
    class_name: "Dense",
    name,
    config: { name, units: 20_000 },
    inbound_nodes: [[[source, 0, 0, {}]]],
  });
  const input = { name: "x", batch_input_shape: [null, 20_000], dtype: "float32" };
  const topology = {
    class_name: "Model",
    config: {
      name: "bomb",
      layers: [
        { class_name: "InputLayer", name: "x", config: input, inbound_nodes: [] },
        dense("one", "x"),
        dense("two", "one"),
      ],
      input_layers: [["x", 0, 0]],
      output_layers: [["two", 0, 0]],
    },
  };
  const manifest = { modelTopology: topology, weightsManifest: [{ paths: [], weights: [] }] };
  const start = performance.now();
  const loaded = await loadModelFiles([
    { name: "model.json", bytes: text(JSON.stringify(manifest)) },
  ]);
  expect(loaded.ok ? "" : loaded.error).toMatch(
    /one would have a weight "kernel" of 20000 × 20000 numbers, more than the weight files hold/,
  );
  expect(performance.now() - start).toBeLessThan(1000);
  // Only the file was limited.
  const plan = plans[0]?.[1];
  if (!plan) throw new Error("no plan");
  (await makeTrained(plan)).dispose();
});

const deepProgram = JSON.parse(
  `${'["neg",'.repeat(3000)}["input",0]${"]".repeat(3000)}`,
) as unknown;

test.each([
  ["Expression", { program: ["constructor", ["input", 0]] }, /a program it can't read/],
  ["Expression", { program: { run: "1" } }, /a program it can't read/],
  ["Expression", { program: deepProgram }, /can't be loaded/],
  ["CellRnn", { cell: { className: "constructor", config: {} } }, /can't be loaded/],
  ["CellRnn", { cell: { className: "Dense", config: { units: 2 } } }, /can't be loaded/],
  ["PositionEmbedding", { sequenceLength: 1e10 }, /weight "embeddings" of 10000000000 × 4/],
  ["MultiHeadAttention", { numHeads: 1e6, keyDim: 1e6 }, /can't be loaded/],
])("a %s with a hostile configuration is refused", async (kind, options, message) => {
  const input = { name: "x", batch_input_shape: [null, 4, 4], dtype: "float32" };
  const layer = {
    class_name: `netloom>${kind}`,
    name: "own",
    config: { name: "own", ...options },
    inbound_nodes: [[["x", 0, 0, {}]]],
  };
  const config = {
    name: "hostile",
    layers: [{ class_name: "InputLayer", name: "x", config: input, inbound_nodes: [] }, layer],
    input_layers: [["x", 0, 0]],
    output_layers: [["own", 0, 0]],
  };
  const manifest = {
    modelTopology: { class_name: "Model", config },
    weightsManifest: [{ paths: [], weights: [] }],
  };
  const loaded = await loadModelFiles([
    { name: "model.json", bytes: text(JSON.stringify(manifest)) },
  ]);
  expect(loaded.ok ? "" : loaded.error).toMatch(message);
});
