/** Steps whose intermediates are stored in 16 bits, on any adapter: stored in 32, but rounded to what 16 can hold. */
import { afterAll, expect, test } from "vitest";
import { installNodeWebgpu } from "#electron/services/nodeWebgpu.ts";
import { createRandom } from "../../base/random.ts";
import type { Dataset } from "../../datasets/dataset.ts";
import { shapeFromSizes } from "../../layers/shape.ts";
import type { TrainingConfig } from "../../training/config.ts";
import { configOf, layer, planOf, pointsDataset } from "../plans.testkit.ts";
import { readWeights, writeWeights } from "../snapshots.ts";
import { openRun, runSteps, type OpenRun, type RunOptions } from "./runners.testkit.ts";
import type { StepCounts } from "./stepRunner.ts";
import { findWorkload, makeWorkloadData } from "./workloads.testkit.ts";

const webgpu = await installNodeWebgpu();
if (!webgpu.ok) console.warn(`Skipped: ${webgpu.error.message}`);

afterAll(() => {
  if (webgpu.ok) webgpu.value.release();
});

const rounded: RunOptions = { storage: "rounded" };
const whole: RunOptions = { storage: null };
const slow: TrainingConfig["optimizer"] = { ...configOf({}).optimizer, learningRate: 0.001 };

/** Largest relative difference of 20 losses that is let pass; measured are a half to a tenth of it. */
const tolerances = { mlp: 0.005, lenet: 0.005 } as const;

test.skipIf(!webgpu.ok).each(Object.entries(tolerances))(
  "20 losses of %s stay close to those in 32 bits; the same dispatches",
  async (id, tolerance) => {
    const plain = await trainWorkload(id, whole);
    const mixed = await trainWorkload(id, rounded);
    expect(plain.counts).toMatchObject({ precision: "float32", precisionReason: null });
    expect(mixed.counts).toMatchObject({ precision: "mixed", precisionReason: null });
    const { dispatches, submits, uploadBytes } = plain.counts;
    expect(mixed.counts).toMatchObject({ dispatches, submits, uploadBytes, isRecorded: true });
    expect(mixed.losses).toHaveLength(20);
    expect(mixed.losses).not.toEqual(plain.losses);
    mixed.losses.forEach((loss, index) => {
      const before = plain.losses[index] ?? NaN;
      expect(Math.abs(loss - before)).toBeLessThan(tolerance * before);
    });
  },
);

const batch = 12;
const pictures = noiseDataset([8, 8, 2]);
// 30 samples, of which some are for validation: batches of 12 and a last one of fewer, so that two sizes are recorded.
const config = configOf({ batchSize: batch, epochs: 5, optimizer: slow });
const network = planOf(
  [8, 8, 2],
  [
    layer("conv2d", "conv1", { filters: 4, kernelSize: [3, 3], padding: "same" }, ["x"], [8, 8, 4]),
    layer("batchNormalization", "norm", {}, ["conv1"], [8, 8, 4]),
    layer("activation", "relu", { activation: "relu" }, ["norm"], [8, 8, 4]),
    layer("dropout", "drop", { rate: 0.3 }, ["relu"], [8, 8, 4]),
    layer("add", "sum", {}, ["drop", "conv1"], [8, 8, 4]),
    layer("maxPooling2d", "pool", { poolSize: [2, 2] }, ["sum"], [4, 4, 4]),
    layer("flatten", "flat", {}, ["pool"], [64]),
    layer("dense", "scores", { units: 3, activation: "softmax" }, ["flat"], [3]),
  ],
);

test.skipIf(!webgpu.ok)(
  "the same run twice: the same losses and weights, bit for bit",
  async () => {
    const first = await runSteps(network, pictures, config, rounded);
    const again = await runSteps(network, pictures, config, rounded);
    expect(first.counts).toMatchObject({ precision: "mixed", isRecorded: true });
    expect(new Set(first.losses).size).toBe(first.losses.length);
    expect(again.sums).toEqual(first.sums);
    expect(again.weights).toEqual(first.weights);
    const plain = await runSteps(network, pictures, config, whole);
    expect(first.losses).not.toEqual(plain.losses);
    first.losses.forEach((loss, index) => expect(loss).toBeCloseTo(plain.losses[index] ?? NaN, 2));
  },
);

test.skipIf(!webgpu.ok).each([1, 3])(
  "a run that is interrupted after %i steps goes on with the same numbers, bit for bit",
  async (stop) => {
    const source = await openRun(network, pictures, config, rounded);
    const expected = await takeSteps(source, 0, 8);
    const last = await readWeights(source.session.model);
    source.close();

    const first = await openRun(network, pictures, config, rounded);
    const before = await takeSteps(first, 0, stop);
    const weights = await readWeights(first.session.model);
    const optimizer = await first.runner.readOptimizer();
    first.close();
    const second = await openRun(network, pictures, { ...config }, rounded);
    writeWeights(second.session.model, weights);
    second.runner.writeOptimizer(optimizer);
    second.runner.setStepsDone(stop);
    expect([...before, ...(await takeSteps(second, stop, 8))]).toEqual(expected);
    expect(await readWeights(second.session.model)).toEqual(last);
    second.close();
  },
);

test.skipIf(!webgpu.ok)("steps that can't be played are done in 32 bits, and say so", async () => {
  const stretch = layer(
    "randomSize",
    "stretch",
    { direction: "width", factor: 0.5 },
    ["x"],
    [8, null, 2],
  );
  const stretching = planOf(
    [8, 8, 2],
    [
      { ...stretch, call: { ...stretch.call, tfjsSource: "own" } },
      layer("conv2d", "conv1", { filters: 8, kernelSize: [3, 3] }, ["stretch"], [6, null, 8]),
      layer("globalAveragePooling2d", "mean", {}, ["conv1"], [8]),
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["mean"], [3]),
    ],
  );
  const mixed = await runSteps(stretching, pictures, config, rounded);
  const plain = await runSteps(stretching, pictures, config, whole);
  expect(mixed.counts).toMatchObject({ precision: "float32", isRecorded: false });
  expect(mixed.counts.precisionReason).toMatch(/All is stored in 32 bits: steps can't be played/);
  expect(mixed.sums).toEqual(plain.sums);
});

test.skipIf(!webgpu.ok)("layers that keep a state are not done for trial", async () => {
  const sequence = planOf(
    [8, 16],
    [
      layer("simpleRNN", "memory", { units: 4, stateful: true }, ["x"], [4]),
      layer("dense", "scores", { units: 3, activation: "softmax" }, ["memory"], [3]),
    ],
  );
  const remembering = {
    ...sequence,
    inputs: sequence.inputs.map((input) => ({ ...input, shape: { ...input.shape, batch: 11 } })),
  };
  const steady = { ...config, batchSize: 11, epochs: 2 };
  const mixed = await runSteps(remembering, noiseDataset([8, 16]), steady, rounded);
  const plain = await runSteps(remembering, noiseDataset([8, 16]), steady, whole);
  expect(mixed.counts.precisionReason).toMatch(/stored in 32 bits: a layer keeps a state/);
  expect(mixed.counts.precision).toBe("float32");
  expect(mixed.sums).toEqual(plain.sums);
});

async function trainWorkload(
  id: string,
  options: RunOptions,
): Promise<{ readonly losses: readonly number[]; readonly counts: StepCounts }> {
  const workload = findWorkload(id as keyof typeof tolerances); // Its keys are what is asked for.
  const data = makeWorkloadData(workload, 32);
  const { runner, faults, close } = await openRun(
    workload.plan,
    data,
    configOf({ batchSize: 8, optimizer: slow }),
    options,
  );
  runner.beginEpoch(data.train);
  for (let step = 1; step <= 20; step++)
    await runner.run({ epoch: 1, step, start: 8 * (step % 4), count: 8 });
  await runner.settle();
  faults.check();
  const losses = runner.takeResults().map(({ sums }) => sums[0] ?? NaN);
  const { counts } = runner;
  close();
  return { losses, counts };
}

/** Steps from `from` until before `to`, in epochs of two batches, the second of them partial. */
async function takeSteps(
  { runner, faults }: OpenRun,
  from: number,
  to: number,
): Promise<readonly number[]> {
  for (let step = from; step < to; step++) {
    if (step === from || step % 2 === 0) runner.beginEpoch(pictures.train);
    const start = batch * (step % 2);
    const count = Math.min(batch, pictures.train.length - start);
    await runner.run({ epoch: 1 + Math.floor(step / 2), step: 1 + (step % 2), start, count });
  }
  await runner.settle();
  faults.check();
  return runner.takeResults().map(({ sums }) => sums[0] ?? NaN);
}

function noiseDataset(sizes: readonly number[]): Dataset {
  const base = pointsDataset(27);
  const size = sizes.reduce((product, length) => product * length, 1);
  const random = createRandom("noise");
  const values = Float32Array.from({ length: 27 * size }, () => random.nextNormal());
  return {
    ...base,
    summary: {
      ...base.summary,
      fields: base.summary.fields.map((field) =>
        field.role === "feature" ? { ...field, shape: shapeFromSizes(sizes) } : field,
      ),
    },
    gather(field, samples) {
      if (field !== "features") return base.gather(field, samples);
      const gathered = new Float32Array(samples.length * size);
      samples.forEach((sample, row) =>
        gathered.set(values.subarray(sample * size, (sample + 1) * size), row * size),
      );
      return gathered;
    },
  };
}
