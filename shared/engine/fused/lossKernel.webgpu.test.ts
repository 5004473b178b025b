/** The fused objective against tfjs's ops on the processor: the same loss, sums and gradients, in two dispatches. */
import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, describe, expect, test, vi } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import {
  drawPair,
  measureDraws,
  openObjective,
  type Measured,
  type OutputCase,
} from "../objective.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { fusedLosses } from "./lossShader.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const regression = [
  "meanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
] as const;

const cases: readonly (readonly [string, readonly OutputCase[]])[] = [
  ...fusedLosses.map((loss): readonly [string, readonly OutputCase[]] => [
    loss,
    [{ loss, sizes: [7], metrics: ["accuracy", "topKAccuracy"], metricOptions: { topK: 2 } }],
  ]),
  ...fusedLosses.map((loss): readonly [string, readonly OutputCase[]] => [
    `${loss}, long rows, weighted, positions`,
    [{ loss, sizes: [3, 300], metrics: ["accuracy"], isWeighted: true, lossWeight: 0.5 }],
  ]),
  ...(["categoricalCrossentropy", "binaryCrossentropy"] as const).flatMap((loss) =>
    [5, 300].map((units): readonly [string, readonly OutputCase[]] => [
      `${loss} of ${units} logits, smoothed`,
      [
        {
          loss,
          sizes: [units],
          options: { fromLogits: true, labelSmoothing: 0.2 },
          metrics: ["accuracy", "precision", "recall", "perplexity"],
        },
      ],
    ]),
  ),
  [
    "perplexity, precision and what is not fused",
    [
      {
        loss: "categoricalCrossentropy",
        sizes: [6],
        metrics: ["auc", "perplexity", "f1Score", "precision", "meanIoU", "accuracy"],
      },
    ],
  ],
  ...[5, 300].flatMap((units) =>
    [true, false].map((fromLogits): readonly [string, readonly OutputCase[]] => [
      `thresholds and one class of ${units}, ${fromLogits ? "logits" : "chances"}`,
      [
        {
          loss: "binaryCrossentropy",
          sizes: [units],
          options: { fromLogits },
          metrics: ["accuracy", "precision", "recall", "trueNegatives", "precisionAtRecall"],
          metricOptions: { threshold: 0.7, classId: 3 },
        },
        {
          loss: "categoricalCrossentropy",
          sizes: [units],
          options: { fromLogits },
          metrics: ["falsePositives", "recall", "crossentropy", "fBetaScore", "meanIoU"],
          metricOptions: { threshold: 0.1, classId: 1, beta: 2, iouClasses: [0, 2] },
        },
      ],
    ]),
  ),
  [
    "class weights",
    [
      {
        loss: "sparseCategoricalCrossentropy",
        sizes: [4],
        classWeights: [0.5, 2, 1, 3],
        isWeighted: true,
        metrics: ["accuracy"],
      },
    ],
  ],
  [
    "class weights of long rows",
    [
      {
        loss: "categoricalCrossentropy",
        sizes: [400],
        classWeights: Array.from({ length: 400 }, (_unused, at) => 0.5 + at / 100),
        metrics: ["topK5Accuracy"],
      },
    ],
  ],
  [
    "class weights of one unit",
    [
      {
        loss: "binaryCrossentropy",
        hasClasses: true,
        sizes: [1],
        classWeights: [0.5, 2],
        metrics: ["accuracy"],
      },
    ],
  ],
  [
    "scaled numbers",
    [
      {
        loss: "huber",
        options: { delta: 0.2 },
        sizes: [2],
        scale: { scale: 10, offset: -3 },
        metrics: [...regression, "rootMeanSquaredError", "r2"],
      },
    ],
  ],
  [
    "two outputs, one of them not fused",
    [
      { loss: "categoricalCrossentropy", sizes: [3], metrics: ["accuracy"], lossWeight: 0.3 },
      { loss: "cosineSimilarity", sizes: [4], lossWeight: 2, isWeighted: true },
    ],
  ],
  // Not fused: these go through ops.
  ...(
    [
      "categoricalFocalCrossentropy",
      "binaryFocalCrossentropy",
      "categoricalGeneralizedCrossEntropy",
      "hinge",
      "squaredHinge",
      "categoricalHinge",
      "tversky",
    ] as const
  ).map((loss): readonly [string, readonly OutputCase[]] => [
    loss,
    [{ loss, sizes: [5], metrics: ["accuracy"], isWeighted: true }],
  ]),
  [
    "a class left out",
    [
      {
        loss: "sparseCategoricalCrossentropy",
        options: { ignoreClass: 1, fromLogits: true },
        sizes: [3, 4],
        classWeights: [0.5, 2, 1, 3],
        metrics: ["accuracy"],
      },
    ],
  ],
  ...[4, 9, 70].map((steps): readonly [string, readonly OutputCase[]] => [
    `CTC over ${steps} steps`,
    [{ loss: "ctc", sizes: [steps, 5], metrics: [], isWeighted: true, lossWeight: 0.5 }],
  ]),
  [
    "circle, class weights",
    [{ loss: "circle", sizes: [6], classWeights: [0.5, 2, 1], metrics: [], isWeighted: true }],
  ],
  [
    "circle, pairs with itself",
    [
      {
        loss: "circle",
        sizes: [6],
        options: { removeDiagonal: false, circleGamma: 4 },
        metrics: [],
      },
    ],
  ],
  ["dice of pictures", [{ loss: "dice", sizes: [4, 4, 1], metrics: ["meanIoU", "auc"] }]],
  [
    "more rows than workers",
    [{ loss: "binaryCrossentropy", sizes: [50, 50, 1], metrics: ["accuracy", "precision"] }],
  ],
];

describe.skipIf(!webgpu.ok)("the fused objective", () => {
  test.each(cases)("%s", async (title, outputs) => {
    const batch = 5;
    const draws = outputs.map((each, index) => drawPair(each, batch, `${title}/${index}`));
    const objective = openObjective(outputs);
    await selectBackend("cpu");
    const expected = await measureDraws(objective, outputs, draws);
    await selectBackend("webgpu");
    const actual = await measureDraws(objective, outputs, draws);
    expectSame(actual, expected);
    // The same bits when done again.
    expect(await measureDraws(objective, outputs, draws)).toEqual(actual);
  });

  test.each([5, 300])("the first of equal scores counts, among %i", async (units) => {
    const output: OutputCase = {
      loss: "categoricalCrossentropy",
      sizes: [units],
      metrics: ["accuracy", "topKAccuracy"],
      metricOptions: { topK: 1 },
    };
    const drawn = drawPair(output, 8, "equals");
    const draw = { ...drawn, predicted: drawn.predicted.map((_share, at) => 1 + (at % 2)) };
    draw.truth.fill(0);
    for (let row = 0; row < 8; row++) draw.truth[row * units + Math.floor((row % 4) / 2)] = 1;
    const objective = openObjective([output]);
    await selectBackend("cpu");
    const expected = await measureDraws(objective, [output], [draw]);
    expect(expected.sums[1]).toBeGreaterThan(0);
    expect(expected.sums[1]).toBeLessThan(8);
    await selectBackend("webgpu");
    expectSame(await measureDraws(objective, [output], [draw]), expected);
  });

  test.each(
    fusedLosses.flatMap((loss) =>
      [Number.NaN, Infinity, -Infinity].map((value) => [loss, value] as const),
    ),
  )("%s of %d is no number either", async (loss, value) => {
    await selectBackend("webgpu");
    for (const units of [3, 300]) {
      const output: OutputCase = { loss, sizes: [units], metrics: ["accuracy"] };
      const draw = drawPair(output, 3, "spoilt");
      draw.predicted[units + 1] = value;
      const { total, sums } = await measureDraws(openObjective([output]), [output], [draw]);
      expect([Number.isFinite(total), Number.isFinite(sums[0])]).toEqual([false, false]);
    }
  });

  test.each([
    [
      "softmax classification",
      { loss: "categoricalCrossentropy", sizes: [10], metrics: ["accuracy"] },
    ],
    [
      "classification from logits",
      {
        loss: "sparseCategoricalCrossentropy",
        options: { fromLogits: true },
        sizes: [10],
        metrics: ["accuracy", "topK5Accuracy"],
      },
    ],
    [
      "regression",
      {
        loss: "meanSquaredError",
        sizes: [1],
        metrics: ["rootMeanSquaredError", "meanAbsoluteError"],
      },
    ],
    [
      "yes or no, class weights",
      {
        loss: "binaryCrossentropy",
        sizes: [1],
        hasClasses: true,
        classWeights: [1, 3],
        metrics: ["accuracy", "precision", "recall"],
      },
    ],
  ] satisfies [string, OutputCase][])(
    "%s takes two dispatches and nothing from the host",
    async (title, output) => {
      await selectBackend("webgpu");
      const backend = tf.backend();
      if (!(backend instanceof WebGPUBackend)) throw new Error("WebGPU is not there.");
      const objective = openObjective([output]);
      const draw = drawPair(output, 8, title);
      const truth = tf.tensor(draw.truth, [...draw.shape]);
      const predicted = tf.tensor(draw.predicted, [...draw.shape]);
      const step = () =>
        tf.tidy(() => {
          const { grads } = tf.valueAndGrads(
            (given: tf.Tensor) =>
              objective.measure([truth], [given], [], { isTraining: true }).total,
          )([predicted]);
          return grads[0] ?? tf.scalar(0);
        });
      step().dispose();
      const before = tf.memory();
      // Counted on the device itself: dispatches of any kernel, and writes of any buffer.
      const counted = countCommands(backend.device, step);
      expect(counted).toEqual({ dispatches: 2, writes: 0 });
      const { numTensors, numDataBuffers } = tf.memory();
      expect({ numTensors, numDataBuffers }).toEqual({
        numTensors: before.numTensors,
        numDataBuffers: before.numDataBuffers,
      });
      tf.dispose([truth, predicted]);
    },
  );
});

function countCommands(
  device: GPUDevice,
  step: () => tf.Tensor,
): { dispatches: number; writes: number } {
  // Every pass of this device has the same prototype.
  const pass = Object.getPrototypeOf(beginPass(device)) as GPUComputePassEncoder;
  const dispatches = vi.spyOn(pass, "dispatchWorkgroups");
  const written = vi.spyOn(device.queue, "writeBuffer");
  const created = vi.spyOn(device, "createBuffer");
  try {
    step().dispose();
    const mapped = created.mock.calls.filter(([{ mappedAtCreation }]) => mappedAtCreation);
    return {
      dispatches: dispatches.mock.calls.length,
      writes: written.mock.calls.length + mapped.length,
    };
  } finally {
    vi.restoreAllMocks();
  }
}

function beginPass(device: GPUDevice): GPUComputePassEncoder {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.end();
  encoder.finish();
  return pass;
}

function expectSame(actual: Measured, expected: Measured): void {
  const near = (value: number, wanted: number, what: string) =>
    expect(Math.abs(value - wanted), `${what}: ${value} for ${wanted}`).toBeLessThanOrEqual(
      2e-6 + 1e-5 * Math.abs(wanted),
    );
  near(actual.total, expected.total, "total");
  expect(actual.sums).toHaveLength(expected.sums.length);
  expected.sums.forEach((sum, index) =>
    near(actual.sums[index] ?? Number.NaN, sum, `sum ${index}`),
  );
  expected.gradients.forEach((gradient, output) => {
    expect(actual.gradients[output]).toHaveLength(gradient.length);
    gradient.forEach((value, index) =>
      near(actual.gradients[output]?.[index] ?? Number.NaN, value, `gradient ${index}`),
    );
  });
}
