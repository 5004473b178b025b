/**
 * What every layer in the registry must keep: on each of its examples it predicts what real tfjs does (output shape,
 * weights, count), and its call means the same as the Keras configuration it stands for.
 */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { computeOnce, worstDifference } from "../codegen/compute.testkit.ts";
import { buildModel } from "../engine/buildModel.ts";
import { loadModelFiles, saveModelFiles } from "../engine/modelFiles.ts";
import { readWeights } from "../engine/snapshots.ts";
import { nameTfjsActivation } from "./activations.ts";
import type { CallOption, CallValue, LayerCall } from "./defineLayer.ts";
import { planExample, readExample, type ReadExample } from "./example.testkit.ts";
import { snakeCase } from "./lowerParams.ts";
import { findNamedConfig } from "./namedConfigs.ts";
import { specDefault } from "./readParams.ts";
import { findLayer, layerDefinitions } from "./registry.ts";
import { kerasShape, sizesOf } from "./shape.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("the registry", () => {
  test("finds every definition by its type, none twice", () => {
    expect(new Set(layerDefinitions.map(({ type }) => type)).size).toBe(layerDefinitions.length);
    for (const definition of layerDefinitions) expect(findLayer(definition.type)).toBe(definition);
    expect(findLayer("constructor")).toBeNull();
  });

  test("explains every layer and option", () => {
    for (const definition of layerDefinitions) {
      expect(definition.examples.length, `${definition.type} has no example`).toBeGreaterThan(0);
      expect(definition.summary, definition.type).toMatch(/^\S.*\.$/);
      expect(definition.about.length, definition.type).toBeGreaterThan(60);
      expect(definition.sources.length, definition.type).toBeGreaterThan(0);
      for (const [name, spec] of Object.entries(definition.params)) {
        expect(spec.label, `${definition.type}.${name}`).not.toBe("");
        expect(spec.help, `${definition.type}.${name}`).toMatch(/\.$/);
      }
    }
  });

  test("has defaults that pass their own checks", () => {
    for (const definition of layerDefinitions) {
      const stored = Object.fromEntries(
        Object.entries(definition.params).map(([name, spec]) => [name, specDefault(spec)]),
      );
      const example = definition.examples[0];
      if (example === undefined) continue;
      expect(() => definition.caption(readExample(definition, example).params)).not.toThrow();
      const known = Object.keys(definition.params);
      for (const { params } of definition.examples)
        expect(known, definition.type).toEqual(expect.arrayContaining(Object.keys(params)));
      expect(Object.keys(stored)).toEqual(known);
    }
  });
});

const examples = layerDefinitions.flatMap((definition) =>
  definition.examples.map((example) => readExample(definition, example)),
);

describe.each(examples)("$title", (read) => {
  test("predicts its own output and weight count", () => {
    expect(read.outputs.map(sizesOf)).toEqual([
      read.example.output,
      ...(read.example.moreOutputs ?? []),
    ]);
    const ports = read.definition.outputPorts?.(read.params).length ?? 1;
    expect(read.outputs).toHaveLength(ports);
    const wanted = read.definition.inputPorts?.(read.params).length ?? read.inputs.length;
    expect(read.inputs.length).toBeLessThanOrEqual(wanted);
    expect(countValues(read.weights.map(({ shape }) => shape))).toBe(read.example.weightCount);
    for (const { axes } of read.outputs) expect(axes.every(({ name }) => name !== "")).toBe(true);
  });

  const { call } = read;
  if (call === null) return;

  test("is what tfjs makes of it", () => {
    const model = buildModel(planExample(read, call), { seed: 1 });
    expect(model.outputs.map(({ shape }) => shape)).toEqual(read.outputs.map(kerasShape));
    expect(
      model.weights.map((weight) => ({
        name: weight.originalName.split("/").at(-1),
        shape: weight.shape,
        // Not `weight.trainable`, which stays true when the layer was created frozen.
        trainable: model.trainableWeights.includes(weight),
      })),
    ).toEqual(
      read.weights.map(({ name, shape, isTrainable }) => ({
        name: name.split("/").at(-1),
        shape,
        trainable: isTrainable,
      })),
    );
    expect(model.countParams()).toBe(read.example.weightCount);
    model.dispose();
  });

  // Where the two name options differently there is no one configuration; `keras.test.ts` compares those values.
  const testIfSame = hasOtherNamesInTfjs(call) ? () => {} : test;
  testIfSame("computes what its Keras configuration does", async () => {
    const model = buildModel(planExample(read, call), { seed: 1 });
    const reference = await loadKerasJson(read, call);
    const got = computeOnce(model, read);
    const expected = computeOnce(reference, read);
    expect(got.shapes.slice(0, 1)).toEqual(expected.shapes);
    expect(got.values.flat().every(Number.isFinite)).toBe(true);
    expect(worstDifference(got.values.slice(0, 1), expected.values)).toBeLessThan(1e-6);
  });

  test("saves all of itself: a model file gives the same values", async () => {
    const model = buildModel(planExample(read, call), { seed: 1 });
    const files = saveModelFiles(model, await readWeights(model));
    const loaded = await loadModelFiles(files);
    if (!loaded.ok) throw new Error(loaded.error);
    expect(loaded.value.trainableWeights).toHaveLength(model.trainableWeights.length);
    const { values: expected, ...facts } = computeOnce(model, read);
    const { values, ...loadedFacts } = computeOnce(loaded.value, read);
    expect(loadedFacts).toEqual(facts);
    expect(worstDifference(values, expected)).toBeLessThan(1e-6);
  });
});

function countValues(shapes: readonly (readonly number[])[]): number {
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

/** Keras 3 names that tfjs's reader of Keras files doesn't know; the Keras referee checks those instead. */
function hasOtherNamesInTfjs(call: LayerCall): boolean {
  if (call.tfjsClassName !== undefined || call.tfjsInputCalls !== undefined) return true;
  if (call.tfjsSource === "own") return true;
  return call.options.some(
    ({ tfjsName, pythonName, value }) =>
      (tfjsName !== null && snakeCase(tfjsName) !== pythonName) ||
      nameTfjsActivation(tfjsName ?? "", value) !== value ||
      (isKind(value, "layer") && hasOtherNamesInTfjs(value.call)) ||
      (isKind(value, "layers") && value.calls.some(hasOtherNamesInTfjs)),
  );
}

/** The same layer by another way: a Keras model file, read by tfjs's own reader. */
async function loadKerasJson(read: ReadExample, call: LayerCall): Promise<tf.LayersModel> {
  const inputs = read.inputs.map((shape, index) => ({
    class_name: "InputLayer",
    name: `x${index}`,
    config: { batch_input_shape: kerasShape(shape), dtype: shape.dtype, name: `x${index}` },
    inbound_nodes: [],
  }));
  const tested = {
    class_name: call.className,
    name: "tested",
    config: { name: "tested", trainable: true, ...kerasConfig(call) },
    inbound_nodes: [inputs.map(({ name }) => [name, 0, 0, {}])],
  };
  const config = {
    name: "reference",
    layers: [...inputs, tested],
    input_layers: inputs.map(({ name }) => [name, 0, 0]),
    output_layers: [["tested", 0, 0]],
  };
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology: { class_name: "Model", config } }));
}

function kerasConfig(call: LayerCall): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const { pythonName, value } of call.options.filter(isSaid))
    if (pythonName !== null) config[pythonName] = kerasValue(value);
  return config;
}

const isSaid = ({ value, tfjsDefault = null }: CallOption) =>
  value !== null || tfjsDefault !== null;

function kerasValue(value: CallValue): unknown {
  if (typeof value === "string") return snakeCase(value);
  if (isKind(value, "layer"))
    return { class_name: value.call.className, config: kerasConfig(value.call) };
  if (isKind(value, "layers"))
    return value.calls.map((call) => ({ class_name: call.className, config: kerasConfig(call) }));
  if (isKind(value, "json")) return value.value;
  if (typeof value === "object" && value !== null && "kind" in value) return namedJson(value);
  return value;
}

function namedJson(value: Extract<CallValue, { readonly config: object }>): unknown {
  const spec = findNamedConfig(value.kind, value.name);
  const config = Object.fromEntries(
    Object.entries(value.config).map(([key, entry]) => [
      snakeCase(key),
      typeof entry === "string" ? snakeCase(entry) : entry,
    ]),
  );
  // tfjs knows one regularizer class for all three.
  if (value.kind === "regularizer")
    return { class_name: "L1L2", config: { l1: 0, l2: 0, ...config } };
  return { class_name: spec?.className.replace("Lecun", "LeCun"), config };
}

function isKind<Kind extends string>(
  value: CallValue,
  kind: Kind,
): value is Extract<CallValue, { readonly kind: Kind }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
