import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import type { RunEvent } from "../../training/events.ts";
import { createTrainingControl } from "../control.ts";
import {
  classifierPlan,
  configOf,
  layer,
  planOf,
  pointsDataset,
  testRun,
} from "../plans.testkit.ts";
import { selectBackend } from "../selectBackend.ts";
import { trainModel } from "../train.ts";
import { collectStatistics } from "./collectStatistics.ts";
import type { ObserveOptions } from "./createObserver.ts";
import { summarizeValues } from "./statistics.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

test.skipIf(!webgpu.ok)("kernels count what plain JavaScript counts", async () => {
  await selectBackend("webgpu");
  const random = createRandom("statistics");
  // Small, odd and large; far from zero; constant; with what is no number.
  const lists: readonly Float32Array[] = [
    Float32Array.from({ length: 7 }, () => random.nextNormal()),
    Float32Array.from({ length: 60_003 }, () => Math.max(0, random.nextNormal())),
    Float32Array.from({ length: 5000 }, () => 1000 + random.nextNormal()),
    new Float32Array(130).fill(3),
    Float32Array.from({ length: 300 }, (_, index) =>
      index % 10 === 0 ? Number.NaN : index % 7 === 0 ? -Infinity : random.nextNormal(),
    ),
    new Float32Array(40).fill(Number.NaN),
  ];
  for (const saturation of ["none", "sigmoid", "tanh"] as const) {
    const tensors = lists.map((values) => tf.tensor1d(values));
    const answers = await collectStatistics(
      tensors.map((tensor) => ({ tensor, saturation, wantsUnits: false })),
    );
    tf.dispose(tensors);
    for (const [index, values] of lists.entries()) {
      const found = answers[index]?.statistics;
      const { histogram, ...expected } = summarizeValues(values, { saturation });
      expect(found?.count).toBe(expected.count);
      expect(found?.notFinite).toBe(expected.notFinite);
      expect(found?.zeroShare).toBe(expected.zeroShare);
      expect(found?.saturatedShare).toBe(expected.saturatedShare);
      for (const name of ["mean", "deviation", "norm", "low", "high"] as const) {
        const scale = Math.max(1e-3, Math.abs(expected[name]));
        expect(Math.abs((found?.[name] ?? Number.NaN) - expected[name]) / scale).toBeLessThan(2e-3);
      }
      // A value on the edge of a bin may fall to either side.
      const moved = histogram.shares.reduce(
        (sum, share, bin) => sum + Math.abs(share - (found?.histogram.shares[bin] ?? 0)),
        0,
      );
      expect(moved).toBeLessThan(20);
    }
  }
  const units = tf.tensor2d([1, -2, 3, -4, 0, -1], [3, 2]);
  const [answer] = await collectStatistics([
    { tensor: units, saturation: "none", wantsUnits: true },
  ]);
  expect([...(answer?.unitMaxima ?? [])]).toEqual([3, -1]);
  units.dispose();
});

function hasTimestampsOf(backend: unknown): boolean {
  return backend instanceof WebGPUBackend && backend.device.features.has("timestamp-query");
}

const normalized = planOf(
  [2],
  [
    layer("dense", "hidden", { units: 16, activation: "relu" }, ["x"], [16]),
    layer("batchNormalization", "norm", {}, ["hidden"], [16]),
    layer("dropout", "drop", { rate: 0.4 }, ["norm"], [16]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["drop"], [3]),
  ],
);

async function train(plan: ModelPlan, observe: ObserveOptions | null): Promise<RunEvent[]> {
  const backend = await selectBackend("webgpu");
  const events: RunEvent[] = [];
  await trainModel({
    runId: testRun,
    plan,
    dataset: pointsDataset(120),
    config: configOf({ epochs: 2, batchSize: 16 }),
    backend,
    control: createTrainingControl(),
    onEvent: (event) => events.push(event),
    observe,
  });
  return events;
}

test.skipIf(!webgpu.ok).each([
  ["dense", classifierPlan],
  ["batch normalization and dropout", normalized],
] as const)("observed or not, losses on WebGPU are the same, bit for bit: %s", async (_, plan) => {
  const plain = await train(plan, null);
  const observed = await train(plan, { everySteps: 3 });
  const epochs = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.kind === "epoch" ? [event.metrics] : []));
  expect(epochs(observed)).toHaveLength(2);
  expect(epochs(observed)).toEqual(epochs(plain));
  const observations = observed.flatMap((event) =>
    event.kind === "observed" ? [event.observation] : [],
  );
  expect(observations.flatMap(({ problem }) => problem ?? [])).toEqual([]);
  expect(observations.length).toBeGreaterThan(1);
  // Where the adapter has timestamps, each layer's pass has a time.
  const times = observations.flatMap((observation) => observation.times ?? []);
  const hasTimestamps = hasTimestampsOf(tf.backend());
  expect(times).toHaveLength(hasTimestamps ? plan.layers.length : 0);
  for (const { layers } of observations) {
    expect(layers).toHaveLength(plan.layers.length);
    const ratio = layers[0]?.weights[0]?.updateRatio;
    expect(ratio).toBeGreaterThan(0);
    expect(ratio).toBeLessThan(1);
  }
});
