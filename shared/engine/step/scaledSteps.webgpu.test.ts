import { afterAll, describe, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import type { ModelPlan } from "../../compiler/plan.ts";
import { regularizeActivity } from "../../layers/activityRegularizer.ts";
import { defaultOptimizers, type TrainingConfig } from "../../training/config.ts";
import { scalingLayout, scalingSlot } from "../optimizers/lossScaling.ts";
import { classifierPlan, configOf, layer, planOf, pointsDataset } from "../plans.testkit.ts";
import { openRun, runSteps } from "./runners.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const points = pointsDataset(30);
const momentum = { ...defaultOptimizers.momentum, nesterov: true };
const config = configOf({ batchSize: 8, epochs: 5, optimizer: momentum });
const regularizer = (name: "l1" | "l2") =>
  ({ kind: "regularizer", name, config: { [name]: 0.01 } }) as const;
const hidden = layer(
  "dense",
  "hidden",
  {
    units: 8,
    activation: "tanh",
    kernelRegularizer: regularizer("l2"),
    activityRegularizer: regularizer("l1"),
  },
  ["x"],
  [8],
);
const penalized = planOf(
  [2],
  [
    {
      ...hidden,
      call: regularizeActivity({
        ...hidden.call,
        options: hidden.call.options.map((option) => ({
          ...option,
          pythonName: option.tfjsName === "activityRegularizer" ? "activity_regularizer" : null,
        })),
      }),
    },
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["hidden"], [3]),
  ],
);
/** No kernel of ours computes this loss: its gradient comes of stock operations. */
const rare: ModelPlan = {
  ...classifierPlan,
  outputs: classifierPlan.outputs.map((output) => ({ ...output, loss: "categoricalHinge" })),
};

const networks: readonly (readonly [string, ModelPlan, Partial<TrainingConfig>])[] = [
  ["a loss of our own kernel", classifierPlan, {}],
  ["a loss of stock operations", rare, {}],
  ["penalties on weights and activations", penalized, {}],
  ["clipping", classifierPlan, { clipping: { kind: "globalNorm", limit: 0.1 } }],
  ["accumulation", classifierPlan, { accumulation: 2, clipping: { kind: "norm", limit: 0.1 } }],
];

/** Large enough that what its layers hand on is kept in 16 bits: rounded to them, which every adapter can. */
const wide = (lossWeight: number): ModelPlan => {
  const plan = planOf(
    [2],
    [
      layer("dense", "first", { units: 32, activation: "tanh" }, ["x"], [32]),
      layer("dense", "second", { units: 32, activation: "tanh" }, ["first"], [32]),
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["second"], [3]),
    ],
  );
  return { ...plan, outputs: plan.outputs.map((output) => ({ ...output, lossWeight })) };
};
const crowd = pointsDataset(130);
/** One step an epoch, on all samples: every step sees the same. The rate takes the weight of the loss back. */
const steadily = (lossWeight: number): TrainingConfig =>
  configOf({
    batchSize: crowd.train.length,
    epochs: 16,
    shuffle: false,
    optimizer: { ...defaultOptimizers.sgd, learningRate: 0.5 / lossWeight },
  });

describe.skipIf(!webgpu.ok)("steps in 16 bits", () => {
  test("lose small gradients, unless the loss is scaled", async () => {
    const tiny = 1e-7;
    const plan = wide(tiny);
    const run = (precision: "float32" | "mixed", storage: "rounded" | null) =>
      runSteps(plan, crowd, { ...steadily(tiny), precision }, { storage });
    const plain = await run("float32", null);
    const unscaled = await run("float32", "rounded");
    const scaled = await run("mixed", "rounded");
    expect(scaled.counts).toMatchObject({ precision: "mixed", isRecorded: true });
    const lastOf = ({ losses }: typeof plain) => losses.map((loss) => loss / tiny).at(-1) ?? NaN;
    const first = (plain.losses[0] ?? NaN) / tiny;
    expect(lastOf(plain)).toBeLessThan(0.5 * first);
    expect(Math.abs(lastOf(scaled) / lastOf(plain) - 1)).toBeLessThan(0.01);
    // Most of what comes to the first layers is below the smallest number of 16 bits, 6e-8.
    expect(lastOf(unscaled)).toBeGreaterThan(1.2 * lastOf(plain));
  }, 60_000);

  test("skip updates until the scale fits, and are then those of 32 bits", async () => {
    const large = 1e4;
    const plan = wide(large);
    const plain = await runSteps(plan, crowd, steadily(large), { storage: null });
    const mixed = { ...steadily(large), precision: "mixed" } as const;
    const scaled = await runSteps(plan, crowd, mixed, { storage: "rounded" });
    const skipped = scaled.losses.lastIndexOf(scaled.losses[0] ?? NaN);
    expect(skipped).toBeGreaterThan(1);
    expect(skipped).toBeLessThan(12);
    const rest = scaled.losses.slice(skipped);
    for (const [index, loss] of rest.entries())
      expect(Math.abs(loss / (plain.losses[index] ?? NaN) - 1)).toBeLessThan(0.01);
    expect(rest.at(-1)).toBeLessThan(0.9 * (rest[0] ?? NaN));
  }, 60_000);
});

describe.skipIf(!webgpu.ok)("steps whose loss is scaled", () => {
  // Scales are powers of two: scaling and unscaling round nothing, unless numbers are kept in 16 bits between.
  test.each(networks)(
    "are those of a loss that isn't, bit for bit: %s",
    async (_name, plan, change) => {
      const plain = await runSteps(plan, points, { ...config, ...change });
      const scaled = await runSteps(
        plan,
        points,
        { ...config, ...change, precision: "mixed" },
        { storage: null },
      );
      expect(scaled.counts).toMatchObject({ isRecorded: true, reason: null, submits: 1 });
      expect(new Set(plain.losses).size).toBeGreaterThan(10);
      expect(scaled.sums).toEqual(plain.sums);
      expect(scaled.weights).toEqual(plain.weights);
    },
    60_000,
  );

  test("find their scale by themselves, while they are played", async () => {
    const mixed: TrainingConfig = { ...config, precision: "mixed" };
    const tooHigh = 2 ** 126;
    // So that gradients are above one, and leave the range of floats.
    const heavy: ModelPlan = {
      ...classifierPlan,
      outputs: classifierPlan.outputs.map((output) => ({ ...output, lossWeight: 100 })),
    };
    const run = async (onCpu: boolean) => {
      const { runner, close } = await openRun(heavy, points, mixed, { onCpu });
      const fresh = await runner.readOptimizer();
      const state = Float32Array.from(fresh.slots.get(scalingSlot)?.values ?? []);
      state[scalingLayout.scale] = tooHigh;
      state[scalingLayout.inverse] = 1 / tooHigh;
      const slot = { shape: [state.length], values: state };
      runner.writeOptimizer({ updates: 0, slots: new Map(fresh.slots).set(scalingSlot, slot) });
      runner.beginEpoch(points.train);
      for (let step = 1; step <= 16; step++)
        await runner.run({ epoch: 1, step, start: 8 * ((step - 1) % 3), count: 8 });
      await runner.settle();
      const results = runner.takeResults();
      const { counts } = runner;
      close();
      return { results, counts };
    };
    const found = await run(false);
    const wanted = await run(true);
    expect(found.counts).toMatchObject({ isRecorded: true, reason: null });
    const scalings = found.results.map(({ scaling }) => scaling);
    expect(scalings).toEqual(wanted.results.map(({ scaling }) => scaling));
    const skipped = scalings.filter((scaling) => scaling?.isSkipped === true).length;
    expect(skipped).toBeGreaterThan(1);
    expect(skipped).toBeLessThan(10);
    expect(scalings.at(-1)).toEqual({ scale: tooHigh / 2 ** skipped, isSkipped: false });
    for (const [index, { sums }] of found.results.entries()) {
      const [loss = Number.NaN] = wanted.results[index]?.sums ?? [];
      expect(sums).toHaveLength(wanted.results[index]?.sums.length ?? 0);
      expect(Math.abs((sums[0] ?? Number.NaN) / loss - 1)).toBeLessThan(1e-4);
    }
  }, 60_000);
});
