/** Every layer class that tfjs-layers 4.22 defines, exported or not, is in the registry, or says here why it isn't. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { LayerCall } from "./defineLayer.ts";
import { readExample } from "./example.testkit.ts";
import { layerDefinitions } from "./registry.ts";

const models = "a whole model, which a graph or a block is";
const base = "a base class, which does nothing by itself";
const text = "works on texts before they are numbers; data sets number words here";
const exceptions: Readonly<Record<string, string>> = {
  InputLayer: "the Input node; tf.input makes it",
  Model: models,
  Functional: models,
  Sequential: models,
  Backbone: models,
  GPT2Backbone: models,
  GPT2CausalLM: models,
  GenerativeTask: models,
  Task: models,
  PipelineModel: models,
  ConvRNN2D: base,
  SeparableConv: base,
  Preprocessor: base,
  BytePairTokenizer: text,
  StartEndPacker: text,
  GPT2Preprocessor: text,
  GPT2CausalLMPreprocessor: text,
  CustomInit: "an initializer inside ConvLSTM2D and LSTM",
  ConvLSTM2DCell: "the inside of ConvLSTM2D, which is here; Keras exports no such cell",
  TransformerDecoder:
    "attention, normalization and Dense: a block, in the template of the Transformer",
};

const folder = fileURLToPath(
  new URL("../../node_modules/@tensorflow/tfjs-layers/dist/layers", import.meta.url),
);
/** As the sources set them: `Dense.className = 'Dense';`. */
const declared = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".js") && !name.includes("_test"))
  .flatMap((name) => [
    ...readFileSync(join(folder, name), "utf8").matchAll(/^\s*\w+\.className = '(\w+)'/gm),
  ])
  .map(([, className = ""]) => className);
const registered = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
  .filter(([name, [found]]) => !name.includes(">") && found.prototype instanceof tf.layers.Layer)
  .map(([name]) => name);
const ofTfjs = [...new Set([...declared, ...registered])].sort();

const covered = new Set(
  layerDefinitions.flatMap((definition) => [
    definition.title,
    ...definition.examples.flatMap((example) => {
      const { call } = readExample(definition, example);
      return call === null ? [] : listNames(call);
    }),
  ]),
);

/** The call's class, as Keras and as tfjs call it, and those inside it. */
function listNames(call: LayerCall): readonly string[] {
  const inner = call.options.flatMap(({ value }) => {
    if (typeof value !== "object" || value === null || !("kind" in value)) return [];
    if (value.kind === "layer") return listNames(value.call);
    return value.kind === "layers" ? ["StackedRNNCells", ...value.calls.flatMap(listNames)] : [];
  });
  return [call.className, call.tfjsClassName ?? call.className, ...inner];
}

test("tfjs's sources are found", () => {
  expect(ofTfjs).toEqual(expect.arrayContaining(["Dense", "ConvLSTM2D", "EinsumDense"]));
  expect(ofTfjs.length).toBeGreaterThan(80);
});

test("every layer class of tfjs is here or has a reason not to be", () => {
  expect(ofTfjs.filter((name) => !covered.has(name) && !(name in exceptions))).toEqual([]);
});

test("no reason is out of date", () => {
  const stale = Object.keys(exceptions).filter(
    (name) => covered.has(name) || !ofTfjs.includes(name),
  );
  expect(stale).toEqual([]);
});
