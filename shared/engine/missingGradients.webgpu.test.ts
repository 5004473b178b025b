/**
 * Gradients that tfjs 4.22 lacks or gets wrong, one by one: on the CPU backend against finite differences, on WebGPU against
 * the CPU backend, as a real GPU runs them, as an emulated adapter does, and without fused layers.
 */
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { buildModel } from "./buildModel.ts";
import { useDirectPrograms } from "./directKernels.ts";
import { useFusedLayers } from "./fused/fusedLayers.ts";
import {
  caseOfChain,
  compareSlopes,
  computeGradients,
  relativeDifference,
} from "./gradients.testkit.ts";
import { runModel } from "./runModel.ts";
import { selectBackend } from "./selectBackend.ts";

const webgpu = await installNodeWebgpu();
const faults: string[] = [];
if (webgpu.ok) {
  const backend = await selectBackend("webgpu");
  // Otherwise small tensors are computed in JavaScript and most kernels are never run.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  backend.onFault(({ message }) => faults.push(message));
} else {
  console.warn(`Skipped: ${webgpu.error.message}`);
  // It loads the patches of gradients.
  await selectBackend("cpu");
}
afterAll(() => {
  useFusedLayers(true);
  useDirectPrograms(false);
  if (webgpu.ok) webgpu.value.release();
});

type Links = Parameters<typeof caseOfChain>[2];

/** [what, sizes of one sample, layers] */
const cases: readonly (readonly [title: string, sizes: readonly number[], links: Links])[] = [
  ...[1, 2, 3].map(
    (rank) =>
      [
        `dilated convolution over ${rank} axes`,
        [...Array.from({ length: rank }, () => 6), 2],
        [
          [
            `conv${rank}d`,
            {
              filters: 3,
              kernelSize: Array.from({ length: rank }, () => 2),
              dilationRate: Array.from({ length: rank }, () => 2),
              padding: "same",
            },
          ],
        ],
      ] as const,
  ),
  [
    "Conv3DTranspose",
    [2, 3, 2, 2],
    [["conv3dTranspose", { filters: 2, kernelSize: [2, 3, 2], strides: [2, 1, 2] }]],
  ],
  // Once took a program of an emulated adapter without end.
  [
    "Conv2DTranspose with output padding",
    [8, 8, 2],
    [
      [
        "conv2dTranspose",
        { filters: 2, kernelSize: [2, 2], strides: [3, 2], outputPadding: [2, 1] },
      ],
    ],
  ],
  ["ThresholdedReLU", [5, 3], [["thresholdedRelu", { theta: 0.4 }]]],
  ...["simpleRnn", "lstm", "gru"].map(
    (type) =>
      [
        `Masking into ${type}`,
        [5, 3],
        [
          ["masking", {}],
          [type, { units: 4 }],
        ],
      ] as const,
  ),
  ["CenterCrop", [6, 7, 2], [["centerCrop", { height: 3, width: 4 }]]],
  [
    "causal Conv1D",
    [9, 2],
    [["conv1d", { filters: 3, kernelSize: [3], dilationRate: [2], padding: "causal" }]],
  ],
  ...[[4], [3, 4], [3, 2, 4], [3, 2, 2, 4]].flatMap((sizes) =>
    sizes.map(
      (_size, index) =>
        [
          `BatchNormalization of axis ${index + 1} at rank ${sizes.length + 1}`,
          sizes,
          [["batchNormalization", { axis: index + 1 }]],
        ] as const,
    ),
  ),
  ["ELU of another alpha", [4, 3], [["elu", { alpha: 0.3 }]]],
  ...[1, 2, 3].map(
    (axis) => [`Softmax over axis ${axis}`, [3, 4, 2], [["softmax", { axis }]]] as const,
  ),
  ...["nearest", "bilinear"].map(
    (interpolation) =>
      [
        `${interpolation} up-sampling`,
        [3, 5, 2],
        [["upSampling2d", { size: [2, 3], interpolation }]],
      ] as const,
  ),
];

const reads = cases.map(([title, sizes, links]) => ({
  ...caseOfChain(title, { sizes }, links),
  batch: 3,
}));

/** [direct programs, fused layers] */
const ways = [
  [false, true],
  [true, true],
  [false, false],
] as const;

describe("gradients that tfjs lacks", () => {
  test.each(reads)("agree with finite differences: $title", async (read) => {
    await tf.setBackend("cpu");
    const { gradients } = await computeGradients(read);
    for (const { name, measured, told, scale } of compareSlopes(read, gradients)) {
      const errors = measured.map((slope) => Math.abs(slope - told) / Math.max(scale, 1e-2));
      expect(
        Math.min(...errors),
        `${name}: measured ${measured.join()}, told ${told}`,
      ).toBeLessThan(0.03);
    }
  });

  test.skipIf(!webgpu.ok).each(reads)("are the same on WebGPU: $title", async (read) => {
    await tf.setBackend("cpu");
    const expected = await computeGradients(read);
    await tf.setBackend("webgpu");
    for (const [isDirect, isFused] of ways) {
      useDirectPrograms(isDirect);
      useFusedLayers(isFused);
      const got = await computeGradients(read);
      const way = `${isDirect ? "direct" : "for GPUs"}, ${isFused ? "fused" : "not fused"}`;
      expect(relativeDifference(got.output, expected.output), way).toBeLessThan(1e-3);
      for (const [index, { name, values }] of got.gradients.entries()) {
        const other = expected.gradients[index]?.values ?? new Float32Array();
        expect(relativeDifference(values, other), `${name}, ${way}`).toBeLessThan(1e-3);
      }
      expect(faults.splice(0)).toEqual([]);
    }
  });
});

/** [what, a sample, layer, where the slope of the sum goes] */
const ties: readonly (readonly [string, readonly number[], Links[number], readonly number[]])[] = [
  [
    "windows side by side",
    [4, 4, 1],
    ["maxPooling2d", {}],
    [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
  ],
  [
    "windows that overlap",
    [4, 4, 1],
    ["maxPooling2d", { poolSize: [2, 2], strides: [1, 1] }],
    [1, 0, 2, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0],
  ],
  [
    "not fused, in TimeDistributed",
    [1, 4, 4, 1],
    ["timeDistributed", { layer: { type: "maxPooling2d", params: {} } }],
    [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
  ],
  [
    "channels first",
    [1, 4, 4],
    ["maxPooling2d", { dataFormat: "channelsFirst" }],
    [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
  ],
  [
    "a sequence",
    [16, 1],
    ["maxPooling1d", { poolSize: [4] }],
    [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0],
  ],
  [
    "a volume",
    [2, 2, 4, 1],
    ["maxPooling3d", { poolSize: [2, 2, 2] }],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
  ],
];

describe("maxima that are equal give the slope to the first, as in Keras", () => {
  const values = [1, 1, 2, 0, 1, 1, 2, 2, 0, 3, 5, 5, 3, 3, 5, 4];
  const backends = ["cpu", ...(webgpu.ok ? ["webgpu"] : [])];
  const runs = ties.flatMap((tie) => backends.map((backend) => [backend, ...tie] as const));

  test.each(runs)("on %s: %s", async (backend, title, sizes, link, wanted) => {
    await tf.setBackend(backend);
    for (const [isDirect, isFused] of ways) {
      useDirectPrograms(isDirect);
      useFusedLayers(isFused);
      const model = buildModel(caseOfChain(title, { sizes }, [link]).plan, { seed: 1 });
      const slope = tf.grad((x: tf.Tensor) => {
        const [y] = runModel(model, [x], { training: true });
        if (y === undefined) throw new Error("The model gave nothing.");
        return tf.sum(y);
      })(tf.tensor(values, [1, ...sizes]));
      expect([...(await slope.data())], `${isDirect} ${isFused}`).toEqual(wanted);
      slope.dispose();
      model.dispose();
    }
  });
});
