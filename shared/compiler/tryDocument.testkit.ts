import * as tf from "@tensorflow/tfjs";
import { analyzeDocument } from "../analysis/analyzeDocument.ts";
import { type Random, createRandom } from "../base/random.ts";
import { type DrawnNode, drawDocument } from "../blocks/blocks.testkit.ts";
import { incomingEdges } from "../document/graphQueries.ts";
import type { GraphNode, ProjectDocument } from "../document/model.ts";
import { errorText } from "../engine/buildModel.ts";
import { createLayer } from "../engine/createLayer.ts";
import type { AnyLayerDefinition, LayerExample } from "../layers/defineLayer.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { type Shape, kerasShape } from "../layers/shape.ts";
import { compileDocument } from "./compileDocument.ts";
import { drawOptions } from "./drawOptions.testkit.ts";
import { stepOnce } from "./stepOnce.testkit.ts";

/** Tested against `type: message`. Strictness of our own, each with its reason; everything else that we refuse, TensorFlow.js must refuse too. */
const deliberate: readonly (readonly [reason: string, words: RegExp])[] = [
  ["a forgotten Flatten far more often than meant", /needs one axis of features \(or time and/],
  ["tfjs mixes data types silently or fails in the middle of a step", /\((?:float32|int32)\)/],
  ["tfjs's TimeDistributed doesn't check what it wraps", /^timeDistributed: .* at every step/],
  ["Keras refuses it; tfjs has no such layer and gets a plain Dropout", /^spatialDropout/],
  [
    "tfjs takes the batch for an axis of the image",
    /needs an? (?:image with three|volume with four) axes/,
  ],
  ["masks are not tried here, but layer by layer in their own tests", /without masked steps/],
  ["tfjs takes the softmax over the batch", /needs an axis to take the softmax over/],
  ["tfjs throws only when the weight is first held to it", /onstraint: axis must be/],
  ["tfjs joins along the batch", /needs inputs with at least one axis/],
  [
    "Keras and tfjs differ, so what is exported would not be what was trained",
    /'s .* (?:must|is|has|needs|can)/,
  ],
];

export interface Trial {
  readonly isValid: boolean;
  /** Where analysis and tfjs disagree, each in one line. */
  readonly faults: readonly string[];
}

/** One layer between Inputs and Outputs: options drawn at random, inputs an example's, now and then of other sizes. */
export function tryOptions(definition: AnyLayerDefinition, seed: number): Trial {
  const random = createRandom(`${definition.type} ${seed}`);
  const params = drawOptions(random, definition);
  const example = definition.examples[random.nextInt(definition.examples.length)];
  if (example === undefined) throw new Error(`${definition.type} has no example`);
  const nodes: Record<string, DrawnNode> = {};
  const wires: string[] = [];
  const inputs = drawInputs(random, definition, example);
  inputs.forEach((sizes, index) => {
    const dtype = example.inputDTypes?.[index] ?? example.inputDType ?? "float32";
    const batch = example.batch === undefined ? {} : { batchSize: example.batch };
    nodes[`x${index}`] = ["input", { shape: [...sizes], dtype, ...batch }];
    wires.push(`x${index}>layer`);
  });
  nodes["layer"] = [definition.type, params];
  const read = readParams(definition.params, params);
  const ports = read.ok ? (definition.outputPorts?.(read.value).length ?? 1) : 1;
  for (let port = 0; port < ports; port++) {
    nodes[`y${port}`] = ["output", { loss: "meanSquaredError" }];
    wires.push(`layer:${port}>y${port}`);
  }
  const label = `seed ${seed}, ${definition.type} ${JSON.stringify(params)} on ${JSON.stringify(inputs)}`;
  return tryDocument(label, drawDocument({ nodes, wires }));
}

/** Valid: tfjs must build, run and train it in the shapes told. Invalid: tfjs must refuse what is blamed. */
export function tryDocument(label: string, document: ProjectDocument): Trial {
  const analysis = analyzeDocument(document);
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) {
    try {
      const plan = compileDocument(document, analysis);
      if (!plan.ok) return { isValid: true, faults: [`${label}: does not compile`] };
      stepOnce(plan.value, analysis.totals);
      return { isValid: true, faults: [] };
    } catch (error) {
      const text = errorText(error);
      const types = Object.values(analysis.expanded.graph.nodes).map(({ type }) => type);
      const isOpen = types.some((type) => type === "randomHeight" || type === "randomWidth");
      // Whether what they stretch still fits beside what they don't is known only in training.
      if (isOpen && /could not be broadcast|size of new array/.test(text))
        return { isValid: true, faults: [] };
      return { isValid: true, faults: [`${label}: ${text}`] };
    }
  }
  const { graph } = analysis.expanded;
  const faults = errors.flatMap(({ nodes: [blamed], message }) => {
    const node = blamed === undefined ? undefined : graph.nodes[blamed];
    if (node === undefined || isDeliberate(node, message)) return [];
    const shapes = incomingEdges(graph, node.id).map(
      ({ source, port = 0 }) => analysis.flat.nodes[source]?.outputShapes[port] ?? null,
    );
    const known = shapes.filter((shape) => shape !== null);
    if (known.length < shapes.length || known.length === 0) return [];
    const options = JSON.stringify(node.params);
    return isTakenByTfjs(node, known) ? [`${label}, ${node.type} ${options}: ${message}`] : [];
  });
  return { isValid: false, faults };
}

/** The example's own sizes; one in three times with other sizes, one in twelve with an axis more or less. */
function drawInputs(
  random: Random,
  definition: AnyLayerDefinition,
  { inputs }: LayerExample,
): LayerExample["inputs"] {
  // Whether other inputs, or the positions that are learned, suffice is known only with the data.
  const isOpen = inputs.length === 1 && definition.type !== "positionEmbedding";

  const change = random.nextInt(12);
  if (change > 3) return isOpen ? inputs : inputs.map((sizes) => sizes.map((size) => size ?? 5));
  return inputs.map((example) => {
    const sizes = isOpen ? example : example.map((size) => size ?? 5);
    if (change === 0) return random.nextInt(2) === 0 ? sizes.slice(1) : [3, ...sizes];
    return sizes.map((size) => (random.nextInt(2) === 0 ? 1 + random.nextInt(9) : size));
  });
}

/** Whether we refuse on purpose what tfjs might take. */
function isDeliberate(node: GraphNode, message: string): boolean {
  return deliberate.some(([, words]) => words.test(`${node.type}: ${message}`));
}

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
      tf.zeros([shape.batch ?? 2, ...shape.axes.map(({ size }) => size ?? 60)], shape.dtype),
    );
    const [symbol] = symbols;
    const layer = createLayer(call);
    const built = layer.apply(symbol !== undefined && symbols.length === 1 ? symbol : symbols);
    const shapes = (Array.isArray(built) ? built : [built]).map(({ shape }) => shape);
    if (!shapes.flat().every((size) => size === null || isSize(size))) return false;
    const [value] = values;
    const result = layer.apply(value !== undefined && values.length === 1 ? value : values);
    return result instanceof tf.Tensor && result.shape.every(isSize);
  } catch {
    return false;
  }
}
