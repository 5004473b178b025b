/** A layer's outputs and gradients by tfjs on the processor and by our kernels on WebGPU, over drawn settings. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, type Random } from "../../base/random.ts";
import { useDirectPrograms } from "../directKernels.ts";
import { relativeDifference } from "../gradients.testkit.ts";
import { beginRandomStep } from "./random.ts";
import { runFused } from "./fusedLayers.ts";

export interface FusedCase {
  readonly title: string;
  readonly makeLayer: () => tf.layers.Layer;
  readonly shape: readonly number[];
  /** Draws whole numbers, so that windows have several maxima. */
  readonly hasTies?: boolean;
}

export interface Measured {
  readonly name: string;
  readonly values: Float32Array;
}

export function drawValues(random: Random, count: number, hasTies = false): Float32Array {
  return Float32Array.from({ length: count }, () =>
    hasTies ? random.nextInt(4) - 1 : random.nextNormal(),
  );
}

/** Output, gradient to the input and to every trained weight, and the weights after the pass. */
async function measureLayer(
  { title, makeLayer, shape, hasTies }: FusedCase,
  isFused: boolean,
): Promise<Measured[]> {
  const random = createRandom(title);
  const layer = makeLayer();
  layer.build([null, ...shape.slice(1)]);
  layer.built = true;
  const count = shape.reduce((all, size) => all * size, 1);
  const x = tf.tensor(drawValues(random, count, hasTies), [...shape]);
  const weights = layer.getWeights().map(({ size, shape: sizes }) => {
    const values = drawValues(random, size).map((value) => value * 0.5);
    return tf.tensor(values, sizes);
  });
  layer.setWeights(weights);
  const variables = layer.trainableWeights
    .map((weight) => weight.read())
    .filter((weight) => weight instanceof tf.Variable);
  beginRandomStep(5, 3);
  const run = (input: tf.Tensor) => {
    const call = { layer, inputs: [input], training: true, masks: [null] };
    const result: unknown = isFused ? runFused(call) : layer.apply(input, { training: true });
    if (result instanceof tf.Tensor) return result;
    throw new Error(`${title}: no kernel`);
  };
  const engine = tf.engine();
  const { value, grads } = engine.gradients(
    () => {
      const y = run(x);
      const factors = tf.tensor(drawValues(createRandom(`loss ${title}`), y.size), y.shape);
      return tf.sum(tf.mul(y, factors));
    },
    [x, ...variables],
    // tfjs takes none for "ones".
    undefined as unknown as tf.Tensor,
  );
  const y = tf.tidy(() => run(x));
  const names = ["output", "loss", "input", ...variables.map(({ name }) => name)];
  const kept = layer.nonTrainableWeights.map((weight) => weight.read());
  const tensors = [y, value, ...grads, ...kept];
  const measured: Measured[] = [];
  for (const [index, tensor] of tensors.entries())
    measured.push({
      name: names[index] ?? `kept ${index}`,
      values: Float32Array.from(await tensor.data()),
    });
  tf.dispose([x, y, value, ...grads, ...weights]);
  // `layer.dispose` wants a layer that was used in a model.
  tf.dispose(layer.weights.map((weight) => weight.read()));
  return measured;
}

/** The worst difference between CPU and WebGPU by either kind of program; "" where it is below the limit. */
export async function compareLayer(each: FusedCase, limit = 2e-4): Promise<string> {
  await tf.setBackend("cpu");
  const expected = await measureLayer(each, false);
  await tf.setBackend("webgpu");
  const complaints: string[] = [];
  for (const isDirect of [true, false]) {
    useDirectPrograms(isDirect);
    const got = await measureLayer(each, true);
    for (const [index, { name, values }] of got.entries()) {
      const other = expected[index]?.values ?? new Float32Array();
      const difference = relativeDifference(values, other);
      if (difference < limit) continue;
      complaints.push(
        `${each.title} ${isDirect ? "direct" : "tiled"} ${name}: ${difference.toExponential(1)}`,
      );
    }
    const again = await measureLayer(each, true);
    for (const [index, { name, values }] of again.entries())
      if (!values.every((value, at) => Object.is(value, got[index]?.values[at])))
        complaints.push(`${each.title} ${name}: other bits when run again`);
  }
  return complaints.join("; ");
}
