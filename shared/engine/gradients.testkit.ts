/** Gradients of one layer on the current backend, and the same by finite differences. */
import * as tf from "@tensorflow/tfjs";
import { nodeId } from "../base/ids.ts";
import { createRandom } from "../base/random.ts";
import type { ModelPlan, PlanLayer } from "../compiler/plan.ts";
import type { WeightSpec } from "../layers/defineLayer.ts";
import {
  drawInputs,
  drawWeights,
  planExample,
  type ReadExample,
} from "../layers/example.testkit.ts";
import type { TestGraph } from "../layers/graph.testkit.ts";
import type { StoredParams } from "../layers/params.ts";
import { readParams } from "../layers/readParams.ts";
import { findLayer } from "../layers/registry.ts";
import { type DType, type Shape, shapeFromSizes } from "../layers/shape.ts";
import { buildModel } from "./buildModel.ts";
import { runModel } from "./runModel.ts";
import { prepareRandomLayers } from "./seedLayers.ts";

/** A small model with what it takes to run it on fixed numbers. */
export interface GradientCase {
  readonly title: string;
  readonly plan: ModelPlan;
  readonly inputs: readonly Shape[];
  readonly weights: readonly WeightSpec[];
  /** Default 2. */
  readonly batch?: number;
}

export function caseOfExample(read: ReadExample): GradientCase {
  if (read.call === null) throw new Error(`${read.title} is no call.`);
  const { title, inputs, weights } = read;
  return { title, inputs, weights, plan: planExample(read, read.call) };
}

/** Layers of several branches have an order of tfjs's own: the built model tells their weights. */
export function caseOfGraph({ title, plan, inputs }: TestGraph): GradientCase {
  const model = buildModel(plan, { seed: 1 });
  const weights = model.weights.map(({ name, shape }) => ({
    name,
    shape: shape.map((size) => size ?? 1),
    isTrainable: true,
  }));
  model.dispose();
  return { title, plan, inputs, weights };
}

/** One layer after the other; throws where shapes do not fit. */
export function caseOfChain(
  title: string,
  input: { readonly sizes: readonly number[]; readonly dtype?: DType },
  links: readonly (readonly [type: string, params: StoredParams])[],
): GradientCase {
  const first = shapeFromSizes(input.sizes, input.dtype);
  let shape = first;
  let source = "x0";
  const layers: PlanLayer[] = links.map(([type, stored], index) => {
    const definition = findLayer(type);
    const params = definition ? readParams(definition.params, stored) : null;
    if (definition === null || params === null || !params.ok) throw new Error(`${title}: ${type}`);
    const outputShape = definition.inferShape(params.value, [shape]);
    if (!outputShape.ok) throw new Error(`${title}: ${type} needs ${outputShape.error.needs}`);
    const call = definition.lower(params.value, [shape]);
    if (call === null) throw new Error(`${title}: ${type} is no call`);
    const weights = definition.weights(params.value, [shape]);
    const name = `${type}_${index + 1}`;
    const inputs = [{ layer: source, port: 0 }];
    source = name;
    shape = outputShape.value;
    const id = nodeId(name);
    return { id, name, path: [], call, inputs, outputShapes: [shape], weights, sharedWith: null };
  });
  const plan: ModelPlan = {
    name: "chain",
    inputs: [{ id: nodeId("x0"), name: "x0", shape: first, field: "" }],
    layers,
    outputs: [
      {
        id: nodeId("y"),
        name: "y",
        source: { layer: source, port: 0 },
        shape,
        target: "",
        loss: "meanSquaredError",
        lossWeight: 1,
        metrics: [],
      },
    ],
  };
  const weights = layers.flatMap((layer) =>
    layer.weights.map((entry) => ({ ...entry, name: `${layer.name}/${entry.name}` })),
  );
  // As in `model.weights`: what is trained comes first, over all layers.
  const ordered = [
    ...weights.filter(({ isTrainable }) => isTrainable),
    ...weights.filter(({ isTrainable }) => !isTrainable),
  ];
  return { title, plan, inputs: [first], weights: ordered };
}

export interface NamedValues {
  readonly name: string;
  readonly values: Float32Array;
}

export interface GradientRun {
  readonly loss: number;
  readonly output: Float32Array;
  /** With respect to each input of decimal numbers, then each trained weight. */
  readonly gradients: readonly NamedValues[];
}

interface Setup {
  readonly variables: readonly { readonly name: string; readonly variable: tf.Variable }[];
  readonly computeLoss: () => tf.Scalar;
  readonly computeOutput: () => tf.Tensor;
  readonly dispose: () => void;
}

/** loss = Σ output · fixed random numbers, with fixed inputs, weights and dropout masks: the same on every backend. */
function setUp(read: GradientCase): Setup {
  const model = buildModel(read.plan, { seed: 1 });
  const weights = drawWeights(read).map(({ values, shape }) =>
    tf.tensor(scaleToFanIn(values, shape), [...shape]),
  );
  model.setWeights(weights);
  tf.dispose(weights);
  const batched = read.inputs.map((shape) => ({
    ...shape,
    batch: shape.batch ?? read.batch ?? 2,
  }));
  const inputs = drawInputs({ title: read.title, inputs: batched }).map(
    ({ values, shape }, index) => {
      const dtype = read.inputs[index]?.dtype ?? "float32";
      const tensor = tf.tensor([...values], [...shape], dtype);
      return dtype === "float32" ? tf.variable(tensor) : tensor;
    },
  );
  const setStep = prepareRandomLayers(model, 7);
  /** All outputs, one behind the other. */
  const computeOutput = () => {
    setStep(0);
    // A stateful layer would go on from the last call.
    model.resetStates();
    const outputs = runModel(model, inputs, { training: true });
    return tf.concat(outputs.map((output) => tf.reshape(tf.cast(output, "float32"), [-1])));
  };
  const computeLoss = () => {
    const output = computeOutput();
    const random = createRandom(`loss of ${read.title}`);
    const weighting = tf.tensor(
      Array.from({ length: output.size }, () => random.nextNormal()),
      output.shape,
    );
    return tf.sum(tf.mul(output, weighting)).asScalar();
  };
  const variables = [
    ...inputs.flatMap((input, index) =>
      input instanceof tf.Variable ? [{ name: `input ${index + 1}`, variable: input }] : [],
    ),
    ...model.trainableWeights.map((entry, index) => {
      // tfjs keeps a layer's tf.Variable in a field that its types call protected.
      const variable: unknown = Reflect.get(entry, "val");
      if (!(variable instanceof tf.Variable)) throw new Error(`${entry.name} is no variable.`);
      return { name: read.weights[index]?.name ?? entry.name, variable };
    }),
  ];
  const dispose = () => {
    model.dispose();
    tf.dispose(inputs);
  };
  return { variables, computeLoss, computeOutput, dispose };
}

/** Keeps sums over wide layers moderate, so that activations are not all saturated. */
function scaleToFanIn(values: readonly number[], shape: readonly number[]): number[] {
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return fanIn <= 64 ? [...values] : values.map((value) => (8 * value) / fanIn);
}

export async function computeGradients(read: GradientCase): Promise<GradientRun> {
  const { variables, computeLoss, computeOutput, dispose } = setUp(read);
  // Layers over whole numbers without weights have nothing to give a gradient to.
  const { value, grads } =
    variables.length === 0
      ? { value: tf.tidy(computeLoss), grads: {} as tf.NamedTensorMap }
      : tf.variableGrads(
          computeLoss,
          variables.map(({ variable }) => variable),
        );
  const [loss = Number.NaN] = await value.data();
  const gradients: NamedValues[] = [];
  for (const { name, variable } of variables) {
    const gradient = grads[variable.name];
    if (gradient === undefined) throw new Error(`No gradient for ${name}.`);
    gradients.push({ name, values: Float32Array.from(await gradient.data()) });
  }
  const outputTensor = tf.tidy(computeOutput);
  const output = Float32Array.from(await outputTensor.data());
  tf.dispose([value, outputTensor, ...Object.values(grads)]);
  dispose();
  return { loss, output, gradients };
}

/**
 * The slope of the loss along one random direction per variable: measured, and as `gradients` say. Both agree where
 * gradients are right, up to rounding and to kinks such as relu's.
 */
export function compareSlopes(
  read: GradientCase,
  gradients: readonly NamedValues[],
): {
  readonly name: string;
  readonly measured: readonly number[];
  readonly told: number;
  readonly scale: number;
}[] {
  const { variables, computeLoss, dispose } = setUp(read);
  const random = createRandom(`direction for ${read.title}`);
  const measureLoss = () => tf.tidy(() => computeLoss().dataSync()[0] ?? Number.NaN);
  const result = variables.map(({ name, variable }, index) => {
    const start = Float32Array.from(variable.dataSync());
    const direction = Float32Array.from(start, () => (random.next() < 0.5 ? -1 : 1));
    const lossAt = (step: number) => {
      const moved = start.map((value, at) => value + step * (direction[at] ?? 0));
      tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
      return measureLoss();
    };
    // A long step meets kinks (relu, maximum), a short one rounding.
    const measured = [5e-3, 1e-3, 2e-4].map((step) => (lossAt(step) - lossAt(-step)) / (2 * step));
    tf.tidy(() => variable.assign(tf.tensor(start, variable.shape)));
    const gradient = gradients[index]?.values ?? new Float32Array();
    let told = 0;
    let squares = 0;
    gradient.forEach((value, at) => {
      told += value * (direction[at] ?? 0);
      squares += value * value;
    });
    return { name, measured, told, scale: Math.sqrt(squares) };
  });
  dispose();
  return result;
}

/** Largest difference, in units of the larger vector's root mean square (or 1e-3, where both are nearly zero). */
export function relativeDifference(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let squares = 0;
  let worst = 0;
  left.forEach((value, index) => {
    const other = right[index] ?? Number.NaN;
    squares += Math.max(value * value, other * other);
    const difference = Math.abs(value - other);
    worst = difference <= worst ? worst : difference;
    if (Number.isNaN(difference)) worst = Number.POSITIVE_INFINITY;
  });
  return worst / Math.max(1e-3, Math.sqrt(squares / Math.max(1, left.length)));
}
