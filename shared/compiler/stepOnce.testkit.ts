import * as tf from "@tensorflow/tfjs";
import { buildModel } from "../engine/buildModel.ts";
import { readFixedBatch, runModel } from "../engine/runModel.ts";
import { kerasShape } from "../layers/shape.ts";
import type { ModelPlan } from "./plan.ts";

/** Enough for any window and dilation that is drawn. */
const unknownSize = 60;

/**
 * Builds what a plan says, runs it forward and takes one step of training on numbers drawn at random. Throws where tfjs
 * refuses anything of it, or makes other shapes of it than the plan says.
 */
export function stepOnce(
  plan: ModelPlan,
  totals: { readonly paramCount: number; readonly trainableCount: number },
): void {
  tf.engine().startScope();
  const model = buildModel(plan, { seed: 1 });
  try {
    checkShapes(model, plan);
    const counts = [countValues(model.weights), countValues(model.trainableWeights)];
    expectSame("totals", counts, [totals.paramCount, totals.trainableCount]);
    const batch = readFixedBatch(model) ?? 2;
    const inputs = plan.inputs.map(({ shape }) => {
      const sizes = [batch, ...shape.axes.map(({ size }) => size ?? unknownSize)];
      return shape.dtype === "float32"
        ? tf.randomNormal(sizes, 0, 1, "float32", 7)
        : // Zeros: an Embedding may know no more than one word.
          tf.zeros(sizes, shape.dtype);
    });
    const outputs = runModel(model, inputs, { training: false });
    outputs.forEach((output, index) => {
      const expected = plan.outputs[index]?.shape;
      const wanted = [batch, ...(expected?.axes.map(({ size }) => size) ?? [])];
      const isSame =
        wanted.length === output.shape.length &&
        wanted.every((size, axis) => size === null || size === output.shape[axis]);
      if (!isSame)
        throw new Error(`output ${index} is ${output.shape.join()}, not ${wanted.join()}`);
    });
    model.resetStates();
    trainOnce(model, inputs);
  } finally {
    tf.engine().endScope();
    model.dispose();
  }
}

/** Each layer's outputs and weights at each of its uses, as tfjs has them. */
function checkShapes(model: tf.LayersModel, plan: ModelPlan): void {
  const uses = new Map<string, number>();
  for (const layer of plan.layers) {
    const maker = layer.sharedWith ?? layer.name;
    const use = uses.get(maker) ?? 0;
    uses.set(maker, use + 1);
    const built = model.getLayer(maker);
    const output = built.getOutputAt(use);
    const label = `${layer.name} (${layer.call.className})`;
    expectSame(
      `outputs of ${label}`,
      (Array.isArray(output) ? output : [output]).map(({ shape }) => shape),
      layer.outputShapes.map(kerasShape),
    );
    expectSame(
      `weights of ${label}`,
      built.getWeights().map(({ shape }) => shape),
      layer.weights.map(({ shape }) => shape),
    );
  }
}

const countValues = (weights: readonly tf.LayerVariable[]): number =>
  weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape.map(Number)), 0);

function expectSame(label: string, got: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${label}: tfjs says ${left}, analysis ${right}`);
}

/** Gradients of all weights and of the inputs, as layers before would need them. */
function trainOnce(model: tf.LayersModel, inputs: readonly tf.Tensor[]): void {
  const fed = inputs.map((input) => (input.dtype === "float32" ? tf.variable(input) : input));
  const computeLoss = (): tf.Scalar => {
    const outputs = runModel(model, fed, { training: true });
    const parts = [
      ...outputs.map((output) => tf.mean(tf.square(tf.cast(output, "float32")))),
      ...model.calculateLosses(),
    ];
    return tf.addN(parts).asScalar();
  };
  const weights = model.trainableWeights.map((weight) => weight.read());
  const trained = [...weights, ...fed].filter((variable) => variable instanceof tf.Variable);
  if (trained.length === 0) {
    computeLoss();
    return;
  }
  const slopes = computeSlopes(computeLoss, trained, weights.length > 0);
  for (const variable of trained) {
    const slope = slopes[variable.name];
    if (slope && !tf.util.arraysEqual(slope.shape, variable.shape))
      throw new Error(`the gradient of ${variable.name} is ${slope.shape.join()}`);
  }
  tf.train.sgd(0.01).applyGradients(slopes);
  for (const variable of fed) if (variable instanceof tf.Variable) variable.dispose();
}

/** Nothing where there is no way back to what a model without weights was fed: whole numbers, say. */
function computeSlopes(
  computeLoss: () => tf.Scalar,
  trained: tf.Variable[],
  isNeeded: boolean,
): tf.NamedTensorMap {
  try {
    return tf.variableGrads(computeLoss, trained).grads;
  } catch (error) {
    if (!isNeeded && String(error).includes("Cannot find a connection")) return {};
    throw error;
  }
}
