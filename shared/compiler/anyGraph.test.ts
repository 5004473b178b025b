import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { analyzeGraph } from "../analysis/analyzeGraph.ts";
import type { Diagnostic, GraphAnalysis } from "../analysis/types.ts";
import { type Random, createRandom } from "../base/random.ts";
import { type NodeTable, buildDocument } from "../document/graph.testkit.ts";
import { incomingEdges } from "../document/graphQueries.ts";
import type { GraphNode, ProjectDocument } from "../document/model.ts";
import { buildModel } from "../engine/buildModel.ts";
import { createLayer } from "../engine/createLayer.ts";
import { selectBackend } from "../engine/selectBackend.ts";
import type { StoredParams } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer, layerDefinitions } from "../layers/registry.ts";
import { type Shape, kerasShape } from "../layers/shape.ts";
import { compileGraph } from "./compileGraph.ts";

/** Graphs of every layer, grown at random: analysis must say of each what TensorFlow.js makes of it. */
const graphCount = 160;

beforeAll(async () => {
  await selectBackend("cpu");
});

const inner = layerDefinitions.filter(({ category }) => category !== "io");
const inputShapes: readonly (readonly number[])[] = [
  [6],
  [12],
  [7, 3],
  [9, 4],
  [8, 8, 2],
  [9, 6, 3],
];

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.nextInt(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Mostly layers that fit what they stand behind, so that graphs grow deep; now and then one that does not. */
function growDocument(seed: number): ProjectDocument {
  const random = createRandom(`graph ${seed}`);
  const table: Record<string, NodeTable[string]> = {};
  const wires: string[] = [];
  const names: string[] = [];
  const addNode = (type: string, params: StoredParams, sources: readonly string[]) => {
    const name = `n${names.length}`;
    table[name] = [type, params];
    names.push(name);
    for (const source of new Set(sources)) wires.push(`${source}>${name}`);
  };
  for (let count = 1 + random.nextInt(2); count > 0; count--) {
    const dtype = random.nextInt(5) === 0 ? "int32" : "float32";
    addNode("input", { shape: [...pick(random, inputShapes)], dtype }, []);
  }
  const isCareful = random.nextInt(4) > 0;
  const steps = 1 + random.nextInt(7);
  for (let step = 0; step < steps; step++) {
    for (let attempt = 0; attempt < 12; attempt++) {
      const { type, params, sources } = proposeLayer(random, names);
      const name = `n${names.length}`;
      const tried = buildDocument({ ...table, [name]: [type, params] }, [
        ...wires,
        ...sources.map((source) => `${source}>${name}`),
      ]);
      const fits = Object.values(analyzeGraph(tried.graph).nodes).every(
        ({ id, outputShape }) => id !== name || outputShape !== null,
      );
      if (!fits && isCareful) continue;
      addNode(type, params, sources);
      break;
    }
  }
  const params = { loss: "meanSquaredError" };
  addNode("output", params, [names.at(-1) ?? ""]);
  return buildDocument(table, wires);
}

function proposeLayer(random: Random, names: readonly string[]) {
  const definition = pick(random, inner);
  const wanted = Math.max(definition.inputs.min, 1);
  const sources = [names.at(-1) ?? "", ...Array.from({ length: 3 }, () => pick(random, names))];
  const example = random.nextInt(3) > 0 ? pick(random, definition.examples).params : {};
  return {
    type: definition.type,
    params: example,
    sources: [...new Set(sources)].slice(0, wanted),
  };
}

const errorsOf = ({ diagnostics }: GraphAnalysis): readonly Diagnostic[] =>
  diagnostics.filter(({ severity }) => severity === "error");

/** Tested against `type: message`. Strictness of our own, each with its reason; everything else that we refuse, TensorFlow.js must refuse too. */
const deliberate: readonly (readonly [reason: string, words: RegExp])[] = [
  ["a forgotten Flatten far more often than meant", /needs one axis of features \(or time and/],
  ["tfjs mixes data types silently or fails in the middle of a step", /\((?:float32|int32)\)/],
  ["tfjs's TimeDistributed doesn't check what it wraps", /^timeDistributed: .* at every step/],
  ["Keras refuses it; tfjs has no such layer and gets a plain Dropout", /^spatialDropout/],
  [
    "Keras and tfjs differ, so what is exported would not be what was trained",
    /'s .* (?:must|is|has|needs|can)/,
  ],
];

describe("graphs grown at random", () => {
  const seeds = Array.from({ length: graphCount }, (_, seed) => seed);
  const documents = seeds.map((seed) => ({ seed, document: growDocument(seed) }));
  const valid = documents.filter(
    ({ document }) => errorsOf(analyzeGraph(document.graph)).length === 0,
  );
  const invalid = documents.filter((entry) => !valid.includes(entry));

  it("are of both sorts and hold every layer", () => {
    expect(valid.length).toBeGreaterThan(graphCount / 3);
    expect(invalid.length).toBeGreaterThan(10);
    const used = new Set(
      documents.flatMap(({ document }) =>
        Object.values(document.graph.nodes).map((node) => node.type),
      ),
    );
    expect(layerDefinitions.filter(({ type }) => !used.has(type))).toEqual([]);
  });

  it("if valid, are built by tfjs with exactly the shapes and weights that analysis says", () => {
    for (const { seed, document } of valid) {
      const plan = compileGraph(document, analyzeGraph(document.graph));
      if (!plan.ok) throw new Error(`seed ${seed}: ${plan.error[0]?.message ?? ""}`);
      const model = buildModel(plan.value, { seed: 1 });
      for (const layer of plan.value.layers) {
        const built = model.getLayer(layer.name);
        const label = `seed ${seed}, ${layer.name}: ${layer.call.className}`;
        expect([label, built.outputShape]).toEqual([label, [...kerasShape(layer.outputShapes[0])]]);
        const shapes = built.getWeights().map((weight) => weight.shape);
        expect([label, shapes]).toEqual([label, layer.weights.map((weight) => [...weight.shape])]);
      }
      model.dispose();
    }
  });

  it("if invalid, are refused by tfjs as well, or for a listed reason", () => {
    const unexplained: string[] = [];
    for (const { seed, document } of invalid) {
      const analysis = analyzeGraph(document.graph);
      for (const { nodes, message } of errorsOf(analysis)) {
        const node = nodes[0] === undefined ? undefined : document.graph.nodes[nodes[0]];
        if (
          node === undefined ||
          deliberate.some(([, words]) => words.test(`${node.type}: ${message}`))
        )
          continue;
        const inputs = incomingEdges(document.graph, node.id).map(
          ({ source }) => analysis.nodes[source]?.outputShape ?? null,
        );
        const known = inputs.filter((shape) => shape !== null);
        if (known.length < inputs.length || known.length === 0) continue;
        if (isTakenByTfjs(node, known))
          unexplained.push(`seed ${seed}, ${node.type} ${JSON.stringify(node.params)}: ${message}`);
      }
    }
    expect(unexplained).toEqual([]);
  });
});

const isSize = (size: number) => Number.isInteger(size) && size > 0;

/** Whether tfjs builds the layer and computes something of it: many faults show only when values arrive. */
function isTakenByTfjs(node: GraphNode, inputs: readonly Shape[]): boolean {
  const definition = findLayer(node.type);
  const params = definition === null ? null : readParams(definition.params, node.params);
  if (definition === null || params === null || !params.ok) return false;
  try {
    const call = definition.lower(params.value, inputs);
    if (call === null) return false;
    const symbols = inputs.map((shape) =>
      tf.input({ batchShape: [...kerasShape(shape)], dtype: shape.dtype }),
    );
    const values = inputs.map((shape) =>
      tf.zeros([2, ...shape.axes.map(({ size }) => size ?? 3)], shape.dtype),
    );
    const [symbol] = symbols;
    const layer = createLayer(call);
    layer.apply(symbol !== undefined && symbols.length === 1 ? symbol : symbols);
    const [value] = values;
    const result = layer.apply(value !== undefined && values.length === 1 ? value : values);
    return result instanceof tf.Tensor && result.shape.every(isSize);
  } catch {
    return false;
  }
}
