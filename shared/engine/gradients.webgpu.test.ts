/**
 * Gradients of every layer, on each of its examples: WebGPU against the CPU backend, and the CPU backend against
 * finite differences, because it is no perfect oracle. Runs on a GPU's Vulkan driver or on Chromium's SwiftShader.
 */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "../../electron/services/nodeWebgpu.ts";
import { createRandom } from "../base/random.ts";
import { attentionGraphs } from "../layers/attentionGraphs.testkit.ts";
import { readExample } from "../layers/example.testkit.ts";
import { recurrentGraphs } from "../layers/recurrentGraphs.testkit.ts";
import { layerDefinitions } from "../layers/registry.ts";
import { useDirectPrograms } from "./directKernels.ts";
import {
  caseOfChain,
  caseOfExample,
  caseOfGraph,
  compareSlopes,
  computeGradients,
  relativeDifference,
} from "./gradients.testkit.ts";
import { selectBackend } from "./selectBackend.ts";

const webgpu = await installNodeWebgpu();
const faults: string[] = [];
if (webgpu.ok) {
  const backend = await selectBackend("webgpu");
  if (backend.name !== "webgpu") throw new Error(backend.note ?? "WebGPU did not start.");
  // Otherwise small tensors are computed in JavaScript and most kernels are never run.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
}
afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const examples = layerDefinitions
  .flatMap((definition) => definition.examples.map((example) => readExample(definition, example)))
  .filter(({ call }) => call !== null)
  // Of whole numbers alone nothing has a gradient.
  .filter(
    ({ inputs, weights }) =>
      inputs.some(({ dtype }) => dtype === "float32") ||
      weights.some(({ isTrainable }) => isTrainable),
  )
  .map(caseOfExample);

/** Sizes that make the WebGPU backend choose other programs, and layers that matter to each other. */
const chains = [
  caseOfChain("an autoencoder's decoder of 2,000 units", { sizes: [12] }, [
    ["dense", { units: 68, activation: "relu" }],
    ["dense", { units: 2000, activation: "sigmoid" }],
  ]),
  caseOfChain("a narrow Dense behind 2,500 inputs", { sizes: [2500] }, [["dense", { units: 20 }]]),
  caseOfChain("convolutions of 32 and 64 filters", { sizes: [12, 12, 3] }, [
    ["conv2d", { filters: 32, activation: "relu" }],
    ["maxPooling2d", {}],
    ["conv2d", { filters: 64, padding: "same" }],
    ["globalAveragePooling2d", {}],
    ["dense", { units: 10, activation: "softmax" }],
  ]),
  caseOfChain("1 × 1 convolutions and a strided one", { sizes: [9, 9, 16] }, [
    ["conv2d", { filters: 32, kernelSize: [1, 1] }],
    ["batchNormalization", {}],
    ["conv2d", { filters: 16, strides: [2, 2], padding: "same", activation: "relu" }],
    ["flatten", {}],
    ["dense", { units: 5 }],
  ]),
  caseOfChain("separable and depthwise with 32 channels", { sizes: [8, 8, 32] }, [
    ["separableConv2d", { filters: 32, padding: "same", activation: "relu" }],
    ["depthwiseConv2d", { strides: [2, 2], padding: "same" }],
  ]),
  caseOfChain("a decoder of transposed convolutions", { sizes: [4, 4, 16] }, [
    [
      "conv2dTranspose",
      { filters: 16, kernelSize: [4, 4], strides: [2, 2], padding: "same", activation: "relu" },
    ],
    ["upSampling2d", {}],
    ["conv2d", { filters: 1, padding: "same", activation: "sigmoid" }],
  ]),
  caseOfChain("stacked LSTM with dropout", { sizes: [6, 1] }, [
    ["lstm", { units: 20, returnSequences: true, dropout: 0.2 }],
    ["dropout", { rate: 0.3 }],
    ["lstm", { units: 20 }],
    ["dense", { units: 1 }],
  ]),
  caseOfChain("a film forwards and backwards", { sizes: [3, 4, 4, 1] }, [
    [
      "bidirectional",
      {
        layer: {
          type: "convLstm2d",
          params: { filters: 1, kernelSize: [2, 2], padding: "same", returnSequences: true },
        },
      },
    ],
  ]),
  caseOfChain("Embedding into an LSTM", { sizes: [7], dtype: "int32" }, [
    ["embedding", { inputDim: 12, outputDim: 5 }],
    ["bidirectional", { layer: { type: "lstm", params: { units: 4 } } }],
    ["dense", { units: 2, activation: "softmax" }],
  ]),

  caseOfChain("text through Conv1D", { sizes: [20], dtype: "int32" }, [
    ["embedding", { inputDim: 50, outputDim: 16 }],
    ["conv1d", { filters: 16, kernelSize: [5], activation: "relu" }],
    ["globalMaxPooling1d", {}],
    ["dense", { units: 1, activation: "sigmoid" }],
  ]),
];

/** Small and smooth: their slopes are measured too. */
const masks = [
  caseOfChain("Embedding with a mask into an LSTM", { sizes: [7], dtype: "int32" }, [
    ["embedding", { inputDim: 12, outputDim: 5, maskZero: true }],
    ["lstm", { units: 4 }],
    ["dense", { units: 2 }],
  ]),
  caseOfChain("a mask through Dropout and both directions", { sizes: [7], dtype: "int32" }, [
    ["embedding", { inputDim: 12, outputDim: 5, maskZero: true }],
    ["dropout", { rate: 0.2 }],
    ["bidirectional", { layer: { type: "gru", params: { units: 4, returnSequences: true } } }],
    ["simpleRnn", { units: 3 }],
  ]),
];

const graphs = [...recurrentGraphs, ...attentionGraphs].map(caseOfGraph);

describe("gradients on the CPU backend", () => {
  test.each([...examples, ...masks, ...graphs])(
    "agree with finite differences: $title",
    async (read) => {
      await tf.setBackend("cpu");
      const { gradients } = await computeGradients(read);
      for (const { name, measured, told, scale } of compareSlopes(read, gradients)) {
        const errors = measured.map((slope) => Math.abs(slope - told) / Math.max(scale, 1e-2));
        expect(
          Math.min(...errors),
          `${name}: measured ${measured.join(", ")}, told ${told}`,
        ).toBeLessThan(0.03);
      }
    },
  );
});

const skipReason = webgpu.ok ? "" : ` (skipped: ${webgpu.error.message})`;

describe.skipIf(!webgpu.ok)(`gradients on WebGPU${skipReason}`, () => {
  test.each([...examples, ...chains, ...masks, ...graphs])(
    "agree with the CPU backend: $title",
    async (read) => {
      await tf.setBackend("cpu");
      const expected = await computeGradients(read);
      await tf.setBackend("webgpu");
      // What a GPU runs, and what an emulated adapter runs.
      for (const isDirect of [false, true]) {
        useDirectPrograms(isDirect);
        const got = await computeGradients(read);
        const programs = isDirect ? "direct programs" : "stock programs";
        expect(relativeDifference(got.output, expected.output), `output, ${programs}`).toBeLessThan(
          1e-3,
        );
        expect(got.gradients.map(({ name }) => name)).toEqual(
          expected.gradients.map(({ name }) => name),
        );
        for (const [index, { name, values }] of got.gradients.entries()) {
          const other = expected.gradients[index]?.values ?? new Float32Array();
          expect(relativeDifference(values, other), `${name}, ${programs}`).toBeLessThan(1e-3);
        }
        expect(faults.splice(0)).toEqual([]);
      }
    },
  );
});

describe.skipIf(!webgpu.ok)(`kernels on WebGPU${skipReason}`, () => {
  // The corrected stock kernels, which an emulated adapter would not run.
  beforeAll(() => useDirectPrograms(false));

  /** Made on the device: what comes from JavaScript may be answered from there. */
  const draw = (seed: string, shape: readonly number[]) => {
    const random = createRandom(seed);
    const count = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length: count }, () => random.nextNormal());
    return tf.mul(tf.tensor(values, [...shape]), 1);
  };
  const compare = async (compute: () => tf.Tensor) => {
    const results: Float32Array[] = [];
    for (const name of ["cpu", "webgpu"]) {
      await tf.setBackend(name);
      results.push(Float32Array.from(await tf.tidy(compute).data()));
    }
    const [expected = new Float32Array(), got = new Float32Array()] = results;
    expect(relativeDifference(got, expected)).toBeLessThan(1e-3);
    expect(faults.splice(0)).toEqual([]);
  };

  test.each([
    [9, 2000, 16],
    [32, 2000, 16],
    [9, 2048, 20],
    [12, 2001, 12],
  ])("multiply %i × %i by %i, either side transposed or not", async (rows, inner, columns) => {
    for (const transposeA of [false, true])
      for (const transposeB of [false, true])
        await compare(() =>
          tf.matMul(
            draw("a", transposeA ? [inner, rows] : [rows, inner]),
            draw("b", transposeB ? [columns, inner] : [inner, columns]),
            transposeA,
            transposeB,
          ),
        );
  });

  test("choose among the values of volumes", async () => {
    const shape = [2, 3, 2, 4, 3];
    const [x, y] = [() => draw("x", shape), () => draw("y", shape)];
    await compare(() => tf.where(tf.greater(x(), 0), x(), y()));
    await compare(() => tf.grad((at: tf.Tensor) => tf.sum(tf.clipByValue(at, -1, 1)))(x()));
  });

  test.each([[[1, 0]], [[2, 0, 1]], [[0, 2, 1, 3]]])(
    "transpose by %j whatever the type",
    async (perm) => {
      const shape = [3, 4, 2, 5].slice(0, perm.length);
      await compare(() => tf.transpose(draw("x", shape), perm));
      await compare(() =>
        tf.cast(tf.transpose(tf.cast(tf.mul(draw("x", shape), 5), "int32"), perm), "float32"),
      );
      await compare(() => tf.cast(tf.transpose(tf.greater(draw("x", shape), 0), perm), "float32"));
      await compare(() => tf.transpose(tf.cast(tf.greater(draw("x", shape), 0), "float32"), perm));
    },
  );
});
