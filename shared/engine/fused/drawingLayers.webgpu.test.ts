/** Layers that draw their own kind of numbers: the same on every backend and by every way, and as they are said to be spread. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import { relativeDifference } from "../gradients.testkit.ts";
import { Attention } from "../layers/attention.ts";
import { MultiHeadAttention } from "../layers/multiHeadAttention.ts";
import { RandomFlip } from "../layers/randomFlip.ts";
import { Sampling } from "../layers/sampling.ts";
import { runModel } from "../runModel.ts";
import { seedInitializers, prepareRandomLayers } from "../seedLayers.ts";
import { selectBackend } from "../selectBackend.ts";
import { drawValues } from "./fused.testkit.ts";
import { useFusedLayers } from "./fusedLayers.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);
const faults: string[] = [];
beforeAll(async () => {
  if (!webgpu.ok) return;
  const backend = await selectBackend("webgpu");
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
});
afterAll(() => {
  useFusedLayers(true);
  if (webgpu.ok) webgpu.value.release();
});

interface Drawing {
  readonly title: string;
  readonly makeLayer: (name: string) => tf.layers.Layer;
  /** Without the batch, one shape per input. */
  readonly inputs: readonly (readonly number[])[];
  readonly batch: number;
}

const ways = [
  { backend: "cpu", isFused: false },
  { backend: "webgpu", isFused: true },
  { backend: "webgpu", isFused: false },
] as const;

/** Output and slopes of two layers at steps 0, 1 and 0 again, seeded with 9. */
async function draw({ makeLayer, inputs, batch }: Drawing, way: (typeof ways)[number]) {
  await tf.setBackend(way.backend);
  useFusedLayers(way.isFused);
  const symbols = inputs.map((shape) => tf.input({ shape: [...shape] }));
  const layers = [makeLayer("first"), makeLayer("second")];
  const outputs = layers.map((layer, index) => {
    seedInitializers(layer, createRandom(`layer ${index}`));
    const output = layer.apply(symbols.length === 1 && symbols[0] ? symbols[0] : symbols);
    if (output instanceof tf.SymbolicTensor) return output;
    throw new Error("Not one output.");
  });
  const model = tf.model({ inputs: symbols, outputs });
  const setStep = prepareRandomLayers(model, 9);
  const given = inputs.map((shape, index) => {
    const sizes = [batch, ...shape];
    return tf.tensor(
      drawValues(createRandom(`input ${index}`), tf.util.sizeFromShape(sizes)),
      sizes,
    );
  });
  const compute = (...tensors: tf.Tensor[]) => {
    const results = runModel(model, tensors, { training: true });
    const penalties = model.calculateLosses();
    const factors = drawValues(createRandom("loss"), results[0]?.size ?? 0);
    const terms = results.map((result) => tf.sum(tf.mul(result, tf.tensor(factors, result.shape))));
    return { results, total: tf.addN([...terms, ...penalties]) };
  };
  const found: Float32Array[] = [];
  for (const step of [0, 1, 0]) {
    setStep(step);
    const { results, total } = tf.tidy(() => compute(...given));
    setStep(step);
    const slopes = tf.grads((...tensors: tf.Tensor[]) => compute(...tensors).total)(given);
    for (const tensor of [...results, total, ...slopes])
      found.push(Float32Array.from(await tensor.data()));
    tf.dispose([...results, total, ...slopes]);
  }
  tf.dispose(given);
  return found;
}

const modes = ["horizontal", "vertical", "horizontalAndVertical"] as const;
const drawings: readonly Drawing[] = [
  {
    title: "Sampling",
    makeLayer: (name) => new Sampling({ name }),
    inputs: [
      [3, 5],
      [3, 5],
    ],
    batch: 7,
  },
  {
    title: "Sampling with its divergence",
    makeLayer: (name) => new Sampling({ name, klWeight: 0.3 }),
    inputs: [[5], [5]],
    batch: 3,
  },
  {
    title: "Sampling of many values",
    makeLayer: (name) => new Sampling({ name, klWeight: 0.01 }),
    inputs: [[37], [37]],
    batch: 33,
  },
  ...modes.map((mode): Drawing => ({
    title: `RandomFlip, ${mode}`,
    makeLayer: (name) => new RandomFlip({ name, mode }),
    inputs: [[3, 5, 2]],
    batch: 9,
  })),
  {
    title: "RandomFlip, channels first",
    makeLayer: (name) => new RandomFlip({ name, dataFormat: "channelsFirst" }),
    inputs: [[3, 4, 5]],
    batch: 9,
  },
  {
    title: "Attention",
    makeLayer: (name) => new Attention({ name, dropout: 0.4 }),
    inputs: [
      [4, 3],
      [5, 3],
    ],
    batch: 2,
  },
  {
    title: "MultiHeadAttention",
    makeLayer: (name) => new MultiHeadAttention({ name, numHeads: 2, keyDim: 3, dropout: 0.4 }),
    inputs: [
      [4, 3],
      [5, 3],
    ],
    batch: 2,
  },
];

describe.skipIf(!webgpu.ok)("layers that draw", () => {
  test.each(drawings)("$title: the same numbers by every way", async (drawing) => {
    const processor = await draw(drawing, ways[0]);
    for (const way of ways.slice(1)) {
      const found = await draw(drawing, way);
      expect(found).toHaveLength(processor.length);
      for (const [index, values] of found.entries())
        // Logarithms and cosines of an emulated adapter are good to some 1e-4.
        expect(relativeDifference(values, processor[index] ?? new Float32Array())).toBeLessThan(
          2e-3,
        );
      const size = found.length / 3;
      const [first, second] = found;
      // Another layer and another step draw other numbers, the same step the same ones.
      expect(first).not.toEqual(second);
      expect(first).not.toEqual(found[size]);
      expect(found.slice(0, size)).toEqual(found.slice(2 * size));
    }
    expect(faults.splice(0)).toEqual([]);
  });
});

describe.each(webgpu.ok ? ["cpu", "webgpu"] : ["cpu"])("on %s", (backend) => {
  /** What a layer gives for the tensors at some step of a run. */
  async function runOnce(layer: tf.layers.Layer, tensors: readonly tf.Tensor[], step: number) {
    useFusedLayers(true);
    const symbols = tensors.map(({ shape }) => tf.input({ shape: shape.slice(1) }));
    const output = layer.apply(symbols.length === 1 && symbols[0] ? symbols[0] : symbols);
    if (!(output instanceof tf.SymbolicTensor)) throw new Error("Not one output.");
    const model = tf.model({ inputs: symbols, outputs: output });
    prepareRandomLayers(model, 21)(step);
    const [result] = tf.tidy(() => runModel(model, tensors, { training: true }));
    return Float32Array.from((await result?.data()) ?? []);
  }

  test("samples have the mean and the variance that they are given", async () => {
    await tf.setBackend(backend);
    const count = 20_000;
    const mean = tf.fill([count, 1], 3);
    const logVariance = tf.fill([count, 1], Math.log(4));
    const values = await runOnce(new Sampling({ name: "sample" }), [mean, logVariance], 4);
    const average = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / count;
    const fourth = values.reduce((sum, value) => sum + (value - average) ** 4, 0) / count;
    // Four times the standard error of each: σ/√n, σ²·√(2/n), and 3 for a normal distribution's kurtosis ± 4·√(24/n).
    expect(Math.abs(average - 3)).toBeLessThan((4 * 2) / Math.sqrt(count));
    expect(Math.abs(variance - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / count));
    expect(Math.abs(fourth / variance ** 2 - 3)).toBeLessThan(4 * Math.sqrt(24 / count));
  });

  test("half of the images are mirrored, along each axis on its own", async () => {
    await tf.setBackend(backend);
    const count = 4000;
    const images = tf.tile(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]), [count, 1, 1, 1]);
    const values = await runOnce(new RandomFlip({ name: "flip" }), [images], 2);
    const counts = [0, 0, 0, 0];
    for (let image = 0; image < count; image++) {
      const found = [...values.subarray(4 * image, 4 * image + 4)];
      const kind = ["1234", "2143", "3412", "4321"].indexOf(found.join(""));
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(count);
    const chiSquare = counts.reduce((sum, each) => sum + (each - 1000) ** 2 / 1000, 0);
    // 3 degrees of freedom: 0.999 of all draws lie below 16.3.
    expect(chiSquare).toBeLessThan(16.3);
  });
});
